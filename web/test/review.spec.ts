import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';

// What waits for a decision, decided by the keys alone, and by buttons without JavaScript.

const program = path.resolve(import.meta.dirname, '../../bin/tributary');
let demo: ChildProcess;
let base: string;
let landing: string;
let headers: Record<string, string>;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  demo = spawn(program, ['demo', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of demo.stdout ?? []) {
    text += String(chunk);
    if (text.includes('Ctrl-C')) break;
  }
  landing = (/landing pages\s+(http\S+)\//.exec(text) ?? [])[1] ?? '';
  const rest = /REST API\s+(http\S+)\/v1.*"Authorization: (Bearer \w+)"/.exec(text);
  base = rest?.[1] ?? '';
  headers = { Authorization: rest?.[2] ?? '', 'Content-Type': 'application/json' };
  await ask('PATCH', '/v1/settings', { disposable_email: 'hold' });
});

test.afterAll(async () => {
  demo.kill('SIGTERM');
  await once(demo, 'exit');
});

interface OptIn {
  id: string;
  status: string;
  decision: { decision: string; by: string; reason?: string } | null;
}

async function ask(method: string, at: string, body?: object): Promise<OptIn> {
  const answer = await fetch(base + at, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  expect(answer.ok, `${method} ${at}: ${answer.status}`).toBe(true);
  return (await answer.json()) as OptIn;
}

/** Makes an opt-in that is held, and waits until it is. */
async function held(name: string): Promise<string> {
  const made = await ask('POST', '/v1/optins', { email: `${name}@mailinator.com`, affiliate: '101' });
  await expect.poll(async () => (await ask('GET', `/v1/optins/${made.id}`)).status).toBe('held');
  return made.id;
}

async function open(page: Page): Promise<void> {
  await page.goto(`${landing}/desk`);
  await page.locator('button').first().click();
  await page.waitForURL('**/admin');
  await page.goto(`${base}/admin/review`);
}

const card = (page: Page, name: string) => page.getByRole('heading', { name: `${name}@mailinator.com` });

test('the queue is decided by the keys', async ({ page }) => {
  const complaints: string[] = [];
  page.on('console', (m) => m.type() === 'error' && complaints.push(m.text()));
  const ids = { ann: await held('ann'), bob: await held('bob'), cleo: await held('cleo') };
  await open(page);
  await expect(card(page, 'cleo')).toBeVisible();
  await page.keyboard.press('j');
  await expect(card(page, 'bob')).toBeVisible();
  await page.keyboard.press('k');
  await expect(card(page, 'cleo')).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByText('Take the last decision back.')).toBeVisible();

  await page.keyboard.press('c');
  await expect(card(page, 'bob')).toBeVisible();
  await expect(page.locator('.notice')).toContainText('It will be credited');
  await expect(page.locator('#undo')).toHaveText(/^Take it back \(for [78] s\)$/);
  expect(await ask('GET', `/v1/optins/${ids.cleo}`)).toMatchObject({ status: 'received', decision: { decision: 'credit', by: 'owner@example.com' } });
  await page.keyboard.press('u');
  await expect(card(page, 'cleo')).toBeVisible();
  expect((await ask('GET', `/v1/optins/${ids.cleo}`)).status).toBe('held');

  // What is typed is a reason, and no key.
  await page.getByLabel('Your reason').fill('certainly a rascal');
  expect((await ask('GET', `/v1/optins/${ids.cleo}`)).status).toBe('held');
  await page.getByLabel('Your reason').blur();
  await page.keyboard.press('r');
  await expect(card(page, 'bob')).toBeVisible();
  expect(await ask('GET', `/v1/optins/${ids.cleo}`)).toMatchObject({ status: 'refused', decision: { decision: 'refuse', reason: 'certainly a rascal' } });
  await page.keyboard.press('s');
  await expect(card(page, 'ann')).toBeVisible();
  expect((await ask('GET', `/v1/optins/${ids.bob}`)).status).toBe('held');
  await page.keyboard.press('r');
  await expect(page.getByRole('heading', { name: 'That was the last one' })).toBeVisible();
  await page.keyboard.press('k');
  await expect(card(page, 'bob')).toBeVisible();
  await page.goto(`${base}/admin/optins/${ids.ann}`);
  await page.getByRole('button', { name: 'Hold for a decision' }).click();
  await expect(page.locator('.notice')).toContainText('It waits for a decision again');
  expect(complaints).toEqual([]);
});

test('without JavaScript the buttons do the same', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await open(page);
  await expect(card(page, 'bob')).toBeVisible();
  await page.getByRole('button', { name: 'Refuse' }).click();
  await expect(card(page, 'ann')).toBeVisible();
  await page.getByRole('button', { name: 'Take it back' }).click();
  await expect(card(page, 'bob')).toBeVisible();
  await context.close();
});

test('the log of events goes on by itself, and stands still on request', async ({ page }) => {
  await open(page);
  await page.goto(`${base}/admin/events`);
  await expect(page.locator('#line')).toHaveText('Live');
  const rows = page.locator('[data-event]');
  const before = await rows.count();
  await ask('POST', '/v1/clicks', { affiliate: '101' });
  await expect(rows).toHaveCount(before + 1);
  await page.getByRole('button', { name: 'Pause' }).click();
  await ask('POST', '/v1/clicks', { affiliate: '101' });
  await page.waitForTimeout(1500);
  await expect(rows).toHaveCount(before + 1);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(rows).toHaveCount(before + 2);
});
