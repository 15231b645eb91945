import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import type { APIRequestContext, Browser, Page } from '@playwright/test';

// The owner's desk as everybody can use it: with a screen reader, on a phone, by dark, without JavaScript, on the first day
// and after a month. Its pages are found by following its links, so that a new one cannot be forgotten.

const program = path.resolve(import.meta.dirname, '../../bin/tributary');
const data = mkdtempSync(path.join(os.tmpdir(), 'tributary-desk-'));
const password = 'seven green bicycles';
let demo: ChildProcess;
let first: ChildProcess;
let at: { full: string; empty: string; enter: string; setUp: string; key: string };

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ playwright }) => {
  test.setTimeout(60_000);
  demo = spawn(program, ['demo', '--port', '0', '--log-level', 'error'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const text = await said(demo, 'stdout', /Ctrl-C/);
  first = spawn(program, ['serve', '--listen', '127.0.0.1:0', '--base-url', 'http://localhost', '--data', data], { stdio: ['ignore', 'ignore', 'pipe'] });
  const log = await said(first, 'stderr', /listening[^\n]*\n/);
  const port = found(log, /listening[^\n]*?:(\d+)\b/);
  at = {
    full: found(text, /REST API\s+(http\S+)\/v1/),
    enter: found(text, /owner's desk\s+(http\S+)/),
    key: found(text, /Authorization: Bearer ([^"]+)"/),
    empty: `http://localhost:${port}`,
    setUp: `http://localhost:${port}${new URL(found(log, /url=(http\S+\/admin\/setup\/\S+)/)).pathname}`,
  };
  const request = await playwright.request.newContext();
  await fill(request, found(text, /landing pages\s+(http\S+)/));
  await request.dispose();
});

test.afterAll(async () => {
  for (const child of [demo, first]) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  rmSync(data, { recursive: true, force: true });
});

async function said(child: ChildProcess, stream: 'stdout' | 'stderr', until: RegExp): Promise<string> {
  let text = '';
  const pipe = child[stream];
  await new Promise<void>((resolve, reject) => {
    pipe?.on('data', (chunk) => {
      text += String(chunk);
      if (until.test(text)) resolve();
    });
    child.on('exit', () => { reject(new Error(`the program ended and said: ${text}`)); });
  });
  return text;
}

function found(text: string, what: RegExp): string {
  const value = what.exec(text)?.[1];
  if (!value) throw new Error(`nothing says ${String(what)}: ${text}`);
  return value;
}

/** Makes one of each thing that a page can be of. */
async function fill(request: APIRequestContext, landing: string): Promise<void> {
  expect((await request.post(new URL('/fill', landing).href, { maxRedirects: 0 })).status()).toBe(303);
  const headers = { Authorization: `Bearer ${at.key}` };
  const post = async (to: string, body: unknown): Promise<Record<string, string>> => {
    const answer = await request.post(at.full + to, { headers, data: body });
    expect(answer.ok(), `${to}: ${await answer.text()}`).toBe(true);
    return (await answer.json()) as Record<string, string>;
  };
  const hook = await post('/v1/hooks', { name: 'Form tool' });
  await request.post(hook.url ?? '', { data: { nobody: 'here' } });
  await request.post(`${at.full}/e`, { data: 'not JSON' });
  const webhook = await post('/v1/webhooks', { url: `${landing}nothing-here`, description: 'Our CRM' });
  await request.post(`${at.full}/v1/webhooks/${webhook.id ?? ''}/test`, { headers });
  await post('/v1/users', { email: 'somebody.with.a.long.address.and.more@mail.a-long-company-name.example.com', role: 'manager' });
  await post('/v1/affiliates', { id: '900', code: 'a-code-that-is-as-long-as-any-may-be-and-has-no-place-to-break', name: 'Wolfeschlegelsteinhausenbergerdorff and Sons' });
  await post('/v1/optins', { email: 'a.very.long.address.with.dots.and.words@mail.of.a.long.company.name.example.com', affiliate: '900' });
}

async function enterFull(page: Page): Promise<void> {
  await page.goto(at.enter);
  await page.getByRole('button', { name: 'Open the desk' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
}

async function enterEmpty(page: Page): Promise<void> {
  await page.goto(`${at.empty}/admin/login`);
  await page.getByLabel('E-mail').fill('olive@example.com');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.locator('.whoami').first()).toBeAttached();
}

/** What pages show besides what their links lead to. */
const asked = [
  '/admin?days=7', '/admin/why?q=visitor-1@example.com', '/admin/why?q=nobody@example.com', '/admin/people?email=visitor-1@example.com',
  '/admin/people?email=nonsense', '/admin/optins?status=held', '/admin/optins?email=nonsense', '/admin/optins?from=2001-01-01&to=2001-01-02',
  '/admin/outbox?state=ready', '/admin/events?disposition=ignored', '/admin/affiliates?q=nobody', '/admin/audit?who=nobody', '/admin/nowhere', '/admin/welcome',
  '/admin/whatif?rule=first&window=7+days',
];

/** A page of its kind: another opt-in has the same. */
function kindOf(address: string): string {
  return new URL(address).pathname.split('/').map((part) => (/\d|.{24}|^[a-z]{2}_/.test(part) ? ':id' : part)).join('/');
}

/** Follows links until there is no page of a new kind. */
async function walk(page: Page, base: string): Promise<string[]> {
  const kinds = new Map<string, string>([['/admin', `${base}/admin`]]);
  for (const address of kinds.values()) {
    const html = await (await page.request.get(address)).text();
    for (const [, attributes = ''] of html.matchAll(/<a ([^>]*)>/g)) {
      const href = /href="([^"]*)"/.exec(attributes)?.[1]?.replaceAll('&amp;', '&') ?? '';
      const to = new URL(href, address);
      if (to.origin !== base || !to.pathname.startsWith('/admin') || /\.csv|\/export/.test(to.pathname)) continue;
      const kind = kindOf(to.href);
      if (!kinds.has(kind)) kinds.set(kind, to.href);
    }
  }
  return [...kinds.values()];
}

const faults: string[] = [];

function listen(page: Page): void {
  page.on('console', (message) => {
    // The browser tells of an answer such as 422 by itself: those pages are looked at, too.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) faults.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
}

async function analyse(page: Page, rules?: string[]): Promise<void> {
  const axe = new AxeBuilder({ page }).setLegacyMode(); // the desk has no frames, for which each look would open another tab
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  for (const v of violations) faults.push(`${page.url()}: ${v.id} at ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

async function checkForm(page: Page): Promise<void> {
  const form = await page.evaluate(() => ({
    headings: document.querySelectorAll('h1').length,
    title: document.title,
    main: document.querySelectorAll('main').length,
    wide: document.documentElement.scrollWidth - window.innerWidth,
  }));
  if (form.headings !== 1 || form.main !== 1 || !form.title.includes(' · Tributary')) faults.push(`${page.url()}: ${JSON.stringify(form)}`);
  if (form.wide > 0) faults.push(`${page.url()}: ${form.wide} pixels too wide at ${page.viewportSize()?.width ?? 0}`);
}

/** What may be right on a phone by dark and wrong on a desktop by light. */
const looks = ['color-contrast', 'scrollable-region-focusable', 'target-size'];

/** Looks at a page on a desktop by light and on a phone by dark: there with all of axe's rules, here with those that depend on it. */
async function inspect(page: Page, address: string, desktopToo = true): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
  const answer = await page.goto(address);
  if (!answer || answer.status() >= 500) faults.push(`${address}: ${answer?.status() ?? 'no answer'}`);
  await page.locator('main details').evaluateAll((all) => { for (const one of all) (one as HTMLDetailsElement).open = true; });
  await checkForm(page);
  if (desktopToo) await analyse(page, looks);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.locator('details.menu').evaluateAll((all) => { for (const one of all) (one as HTMLDetailsElement).open = true; });
  await checkForm(page);
  await analyse(page);
}

async function inspectAll(browser: Browser, enter: (page: Page) => Promise<void>, base: string, atLeast: number, more: string[]): Promise<void> {
  test.setTimeout(300_000);
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  const page = await context.newPage();
  await enter(page);
  const menu = await page.locator('nav[aria-label=Desk] a').evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href));
  const pages = await walk(page, base);
  expect(pages.map(kindOf)).toEqual(expect.arrayContaining(menu.map(kindOf)));
  expect(pages.length, pages.map(kindOf).join('\n')).toBeGreaterThanOrEqual(atLeast);
  listen(page);
  for (const address of [...pages, ...more.map((one) => base + one)]) await inspect(page, address, more.length > 0);
  expect(faults).toEqual([]);
  await context.close();
}

test('the first page of the set-up', async ({ page }) => {
  listen(page);
  await inspect(page, at.setUp);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByLabel('Name').fill('Olive Orchard');
  await page.getByLabel('E-mail').fill('olive@example.com');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Connect Keap' })).toBeVisible();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await inspect(page, `${at.empty}/admin/login`);
  await inspect(page, `${at.empty}/keap/callback?state=none`);
  await inspect(page, at.empty);
  expect(faults).toEqual([]);
});

test('every page of a desk with nothing on it', async ({ browser }) => {
  await inspectAll(browser, enterEmpty, at.empty, 30, []);
});

test('every page of a desk with a month on it', async ({ browser }) => {
  await inspectAll(browser, enterFull, at.full, 36, asked);
});

test('every page of the desk without JavaScript', async ({ browser }) => {
  test.setTimeout(120_000);
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  await enterFull(page);
  listen(page);
  for (const address of await walk(page, at.full)) {
    await page.goto(address);
    await expect(page.locator('h1')).toHaveCount(1);
    await expect(page.getByRole('navigation', { name: 'Desk' }).getByRole('link', { name: 'Overview' })).toBeVisible();
    await expect(page.locator('main')).toContainText(/\w{3}/);
  }
  expect(faults).toEqual([]);
  await context.close();
});

test('what cannot be undone asks first, without JavaScript, too', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await enterFull(page);
  await page.goto(`${at.full}/admin/keys`);
  await page.getByLabel('Name').fill('Monthly report');
  await page.getByRole('button', { name: 'Make the key' }).click();
  await page.goto(`${at.full}/admin/keys`);
  const sure = page.getByRole('button', { name: 'Revoke the key Monthly report' });
  await expect(sure).toBeHidden();
  await page.locator('summary', { hasText: 'Revoke' }).click();
  await sure.click();
  await expect(page.getByText('Monthly report', { exact: true })).toHaveCount(0);
  await context.close();
});

test('a wrong answer is told at its field, and the cursor stands there', async ({ page }) => {
  await enterFull(page);
  await page.goto(`${at.full}/admin/sites/new`);
  await page.getByLabel('Name').fill('Landing pages');
  await page.getByLabel('Where its pages are').fill('not an address');
  await page.getByRole('button', { name: 'Add the site' }).click();
  const field = page.getByLabel('Where its pages are');
  await expect(field).toBeFocused();
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveValue('not an address');
  expect(await field.evaluate((f) => document.getElementById(f.getAttribute('aria-describedby') ?? '')?.textContent)).toMatch(/\w/);
});

test('the menu and the content are reached by keyboard', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await enterFull(page);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(page.locator('details.menu > summary')).toBeFocused();
  await expect(page.getByRole('link', { name: 'Opt-ins', exact: true })).toBeHidden();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation', { name: 'Desk' }).getByRole('link', { name: 'Opt-ins', exact: true })).toBeVisible();
});
