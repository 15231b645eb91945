import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { APIRequestContext } from '@playwright/test';

// The owner tries a page of the demo: the whole judgement comes back, and nothing is counted.

const program = path.resolve(import.meta.dirname, '../../bin/tributary');
let demo: ChildProcess;
let landing = '';
let collector = '';
let key = '';

const found = (text: string, pattern: RegExp): string => {
  const [, part] = pattern.exec(text) ?? [];
  if (!part) throw new Error(`the demo says nothing like ${String(pattern)}: ${text}`);
  return part.replace(/\/$/, '');
};

test.beforeAll(async () => {
  demo = spawn(program, ['demo', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of demo.stdout ?? []) {
    text += String(chunk);
    if (text.includes('Ctrl-C')) break;
  }
  landing = found(text, /landing pages\s+(http\S+)/);
  collector = found(text, /REST API\s+(http\S+?)\/v1/);
  key = found(text, /Bearer ([^"]+)"/);
});

test.afterAll(async () => {
  demo.kill('SIGTERM');
  await once(demo, 'exit');
});

const ask = async (request: APIRequestContext, what: string): Promise<Record<string, unknown>> => {
  const answer = await request.get(`${collector}/v1${what}`, { headers: { authorization: `Bearer ${key}` } });
  expect(answer.status()).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
};

test('a test opt-in goes all the way and counts nowhere', async ({ page, request }) => {
  const before = await ask(request, '/affiliates/101/stats');
  await page.goto(`${landing}/native?affiliate=101&tributary_test=1`);
  const panel = page.getByRole('dialog', { name: 'Tributary test' });
  await expect(panel.getByText('takes what this page sends')).toBeVisible();
  await panel.getByLabel('E-mail of the test').fill('owner@example.com');
  await panel.getByRole('button', { name: 'Send a test opt-in' }).click();
  await expect(panel.getByRole('status')).toContainText('affiliate 101 would earn it. Keap knows this affiliate.');
  const { data } = (await ask(request, '/events')) as { data: { type: string; status: string; affiliate: string }[] };
  const tests = data.filter(({ status }) => status === 'test');
  expect(tests.map(({ type }) => type).sort()).toEqual(['click', 'optin']);
  expect(tests.every(({ affiliate }) => affiliate === 'id:101')).toBe(true);
  expect(await ask(request, '/affiliates/101/stats')).toEqual(before);
  expect(((await ask(request, '/optins?email=owner@example.com')) as { data: unknown[] }).data).toEqual([]);
});
