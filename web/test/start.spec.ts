import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';

// The first run as a marketer walks it: a new collector, Keap's sandbox, a website of their own, and nobody to ask.

const program = path.resolve(import.meta.dirname, '../../bin/tributary');
const sandboxKey = 'KeapAK-sandbox';
const data = mkdtempSync(path.join(os.tmpdir(), 'tributary-first-run-'));
let demo: ChildProcess; // for its Keap
let keap = '';
let collector: ChildProcess;
let website: Server;
let log = '';
let desk = '';
let tag = '';

async function said(child: ChildProcess, stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
  let text = '';
  for await (const chunk of child[stream] ?? []) {
    text += String(chunk);
    const [, part] = pattern.exec(text) ?? [];
    if (part) return part;
  }
  throw new Error(`the program ended and said: ${text}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  demo = spawn(program, ['demo', '--port', '0', '--log-level', 'error'], { stdio: ['ignore', 'pipe', 'inherit'] });
  keap = await said(demo, 'stdout', /Keap's sandbox\s+(http:\/\/[\d.:]+)\/sandbox/);
  const port = await freePort();
  desk = `http://localhost:${port}`;
  const flags = ['--listen', `127.0.0.1:${port}`, '--base-url', desk, '--data', data, '--keap-url', `${keap}/crm`];
  collector = spawn(program, ['serve', ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  collector.stderr?.on('data', (chunk) => (log += String(chunk)));
  await expect.poll(() => log, { timeout: 15_000 }).toContain('listening');
  website = createServer((_, answer) => {
    answer.setHeader('Content-Type', 'text/html');
    answer.end(`<!doctype html><html><head><title>Webinar</title>${tag}</head><body><form><input name="email" type="email"></form></body></html>`);
  }).listen(0, '127.0.0.1');
  await once(website, 'listening');
});

test.afterAll(async () => {
  website.close();
  for (const child of [collector, demo]) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  rmSync(data, { recursive: true });
});

const websiteAt = (host: string): string => `http://${host}:${(website.address() as AddressInfo).port}`;

/** Complaints of the browser that no page of ours may cause. */
function complaints(page: Page): string[] {
  const all: string[] = [];
  page.on('pageerror', (error) => all.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('status of 4')) all.push(message.text());
  });
  return all;
}

test('a marketer sets all up alone, and sees the first visit', async ({ page, context }) => {
  const wrong = complaints(page);
  await page.goto(`${desk}/admin`);
  await expect(page.getByText('tributary admin link')).toBeVisible();
  const [, setup] = /url=(http\S+)/.exec(log) ?? [];
  await page.goto(setup ?? '');
  await page.getByLabel('Name').fill('Olive Orchard');
  await page.getByLabel('E-mail').fill('olive@example.com');
  await page.getByLabel('Password').fill('password123');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.locator('#password-hint')).toContainText('most common');
  await expect(page.getByLabel('Password')).toBeFocused();
  await page.getByLabel('Password').fill('seven green bicycles');
  await page.getByRole('button', { name: 'Continue' }).click();

  await expect(page.getByRole('heading', { name: 'Connect Keap', level: 1 })).toBeVisible();
  await page.getByLabel('Service account key').fill('KeapAK-wrong');
  await page.getByRole('button', { name: 'Connect with this key' }).click();
  await expect(page.getByText('Keap refuses this key')).toBeVisible();
  await page.getByLabel('Service account key').fill(sandboxKey);
  await page.getByRole('button', { name: 'Connect with this key' }).click();

  await expect(page.getByRole('heading', { name: 'Import affiliates', level: 1 })).toBeVisible();
  const importing = page.getByRole('button', { name: /Import/ });
  await importing.click();
  await expect(page.getByText('3 affiliates are here')).toBeVisible();
  await page.getByRole('link', { name: 'Continue' }).click();

  await page.getByLabel('Name').fill('My webinar');
  await page.getByLabel('Where its pages are').fill(websiteAt('localhost') + '/webinar');
  await page.getByRole('button', { name: 'Add the website' }).click();

  await expect(page.getByRole('heading', { name: 'Paste the tag', level: 1 })).toBeVisible();
  tag = await page.getByLabel('The tag').innerText();
  expect(tag).toMatch(/^<script async src="http:\/\/localhost:\d+\/s\/st_\w+\.js"><\/script>$/);
  await page.getByRole('link', { name: 'I have pasted it' }).click();

  await expect(page.getByText('Waiting for the first visit')).toBeVisible();
  const visitor = await context.newPage();
  await visitor.goto(`${websiteAt('127.0.0.1')}/webinar?affiliate=101`); // the site is at localhost
  await expect(page.getByText('The tag was loaded from another address')).toBeVisible({ timeout: 10_000 });
  await page.getByRole('button', { name: /^Add http:\/\/127/ }).click();
  await expect(page.getByText('The address is added')).toBeVisible();
  await visitor.goto(`${websiteAt('localhost')}/webinar?affiliate=101`);
  await expect(page.getByText('A visit with affiliate 101 (Riva Riverbank)')).toBeVisible({ timeout: 10_000 });
  await expect(page.getByText(`${websiteAt('localhost')}/webinar`)).toBeVisible();
  await page.getByRole('link', { name: 'All is set up' }).click();
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Get started' })).toHaveCount(0);
  expect(wrong).toEqual([]);
});

test('what was set up once is not set up again, and a password opens it', async ({ page }) => {
  const [, setup] = /url=(http\S+)/.exec(log) ?? [];
  await page.goto(setup ?? '');
  await expect(page.getByRole('heading', { name: 'This desk is set up already' })).toBeVisible();
  await page.goto(`${desk}/admin/users`);
  await page.getByLabel('E-mail').fill('olive@example.com');
  await page.getByLabel('Password').fill('seven green bicycle');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert').first()).toContainText('do not belong together');
  await page.getByLabel('Password').fill('seven green bicycles');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Users', level: 1 })).toBeVisible();
});

test('a passkey is made, opens the desk, and opens it no more when it is removed', async ({ page, context }) => {
  const wrong = complaints(page);
  const devices = await context.newCDPSession(page);
  await devices.send('WebAuthn.enable');
  await devices.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto(`${desk}/admin/login?next=/admin/account`);
  await page.getByLabel('E-mail').fill('olive@example.com');
  await page.getByLabel('Password').fill('seven green bicycles');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByLabel('Name of a new one').fill('My laptop');
  await page.getByRole('button', { name: 'Make a passkey' }).click();
  await expect(page.getByText('The passkey is saved')).toBeVisible();
  await page.getByRole('button', { name: 'Make a passkey' }).click();
  await expect(page.getByRole('alert')).toContainText('has a passkey for this desk already');

  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.goto(`${desk}/admin/account`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByRole('heading', { name: 'My account' })).toBeVisible();
  await expect(page.getByText(/by passkey/)).toBeVisible();
  await expect(page.getByText(/last used never/)).toHaveCount(0);

  await page.getByText('Remove My laptop').click();
  await page.getByRole('button', { name: 'Remove the passkey My laptop' }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.goto(`${desk}/admin/account`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByRole('alert').last()).toContainText('This passkey was not taken');
  expect(wrong).toEqual([]);
});

test('without JavaScript the page that waits loads itself again', async ({ browser }) => {
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  await page.goto(`${desk}/admin/login?next=/admin/start/visit`);
  await page.getByLabel('E-mail').fill('olive@example.com');
  await page.getByLabel('Password').fill('seven green bicycles');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByText('A visit with affiliate 101')).toBeVisible();
  await expect(page.locator('noscript meta[http-equiv=refresh], meta[http-equiv=refresh]')).toHaveAttribute('content', '5');
  await plain.close();
});

test('Keap is connected by a login there, and the set-up goes on where it was', async ({ page }) => {
  test.setTimeout(120_000); // it starts a collector of its own
  const wrong = complaints(page);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-oauth-'));
  const port = await freePort();
  const home = `http://localhost:${port}`;
  const oauth = ['--keap-client-id', 'sandbox-client', '--keap-client-secret', 'sandbox-client-secret'];
  const places = ['--keap-url', `${keap}/crm`, '--keap-token-url', `${keap}/token`, '--keap-authorize-url', `${keap}/app/oauth/authorize`];
  const another = spawn(program, ['serve', '--listen', `127.0.0.1:${port}`, '--base-url', home, '--data', folder, ...oauth, ...places], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    let told = ''; // read to its end: a program whose log nobody reads any more is ended
    another.stderr.on('data', (chunk) => (told += String(chunk)));
    await expect.poll(() => told, { timeout: 15_000 }).toContain('listening');
    await page.goto(/url=(http\S+)/.exec(told)?.[1] ?? '');
    await page.getByLabel('Name').fill('Olive Orchard');
    await page.getByLabel('E-mail').fill('olive@example.com');
    await page.getByLabel('Password').fill('seven green bicycles');
    await page.getByRole('button', { name: 'Continue' }).click();

    await page.getByRole('button', { name: 'Log in with Keap' }).click();
    await page.getByRole('button', { name: 'Deny' }).click();
    await expect(page.getByRole('heading', { name: 'Keap is not connected' })).toBeVisible();
    await page.getByRole('link', { name: 'Go on' }).click();
    await expect(page.getByRole('heading', { name: 'Connect Keap', level: 1 })).toBeVisible();

    await page.getByRole('button', { name: 'Log in with Keap' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await expect(page.getByRole('heading', { name: 'Keap is connected' })).toBeVisible();
    await page.getByRole('link', { name: 'Go on' }).click();
    // The affiliates come by themselves now, sooner or later than this page.
    await expect(page.getByRole('heading', { name: /^(Import affiliates|Add your website)$/, level: 1 })).toBeVisible();
    await expect(async () => {
      await page.goto(`${home}/admin/start/affiliates`);
      await expect(page.getByText('3 affiliates are here')).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 20_000 });
    expect(wrong).toEqual([]);
  } finally {
    another.kill('SIGTERM');
    await once(another, 'exit');
    rmSync(folder, { recursive: true });
  }
});
