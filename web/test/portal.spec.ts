import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import type { APIRequestContext, Page } from '@playwright/test';

// The affiliate's numbers as everybody can read them: with a screen reader, on a phone, by dark, without JavaScript.

const program = path.resolve(import.meta.dirname, '../../bin/tributary');
let demo: ChildProcess;
let at: { portal: string; collector: string; key: string };

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ playwright }) => {
  demo = spawn(program, ['demo', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of demo.stdout ?? []) {
    text += String(chunk);
    if (text.includes('Ctrl-C')) break;
  }
  at = {
    portal: found(text, /affiliate's page\s+(http\S+)/),
    collector: found(text, /REST API\s+(http\S+)\/v1/),
    key: found(text, /Authorization: Bearer ([^"]+)"/),
  };
  const request = await playwright.request.newContext();
  await fill(request);
  await request.dispose();
});

test.afterAll(async () => {
  demo.kill('SIGTERM');
  await once(demo, 'exit');
});

function found(text: string, what: RegExp): string {
  const value = what.exec(text)?.[1];
  if (!value) throw new Error(`the demo does not tell ${String(what)}: ${text}`);
  return value;
}

/** Gives the affiliate some clicks and opt-ins. */
async function fill(request: APIRequestContext): Promise<void> {
  const headers = { Authorization: `Bearer ${at.key}` };
  for (let i = 0; i < 12; i++) {
    const click = { affiliate: '101', url: `https://www.example.com/page-${String(i % 3)}` };
    expect((await request.post(`${at.collector}/v1/clicks`, { headers, data: click })).ok()).toBe(true);
    if (i % 3) continue;
    const optIn = { email: `person${String(i)}@example.com`, affiliate: '101' };
    expect((await request.post(`${at.collector}/v1/optins`, { headers, data: optIn })).ok()).toBe(true);
  }
}

async function signIn(page: Page): Promise<void> {
  await page.goto(at.portal);
  await page.getByRole('button').first().click();
  await expect(page.locator('.funnel')).toBeVisible();
}

async function faultsOf(page: Page): Promise<string[]> {
  await page.locator('main details').evaluateAll((all) => {
    for (const one of all) (one as HTMLDetailsElement).open = true;
  });
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map((v) => `${page.url()}: ${v.id} at ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

const pages = [
  '/portal',
  '/portal?range=90&by=campaign',
  '/portal?from=2026-01-31&to=2026-01-01',
  '/portal?from=2026-01-01&to=2026-06-30&by=sub_id',
  '/portal/optins',
  '/portal/optins?state=held&range=7',
  '/portal?before=nonsense',
];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [screen, width] of [
    ['desktop', 1280],
    ['phone', 360],
  ] as const) {
    test(`axe finds nothing, and nothing is too wide: ${screen}, ${colorScheme}`, async ({ browser }) => {
      test.setTimeout(240_000);
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
      const page = await context.newPage();
      await signIn(page);
      for (const address of pages) {
        await page.goto(at.collector + address);
        expect(await faultsOf(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
      }
      await context.close();
    });
  }
}

test('a reader chooses days, a breakdown and a state without JavaScript, and takes a file along', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page);
  await expect(page.locator('.bars')).toContainText('www.example.com/page-0');
  await page.getByRole('link', { name: 'Sub-ids' }).click();
  await page.getByRole('link', { name: '7 days', exact: true }).click();
  await expect(page.locator('.greeting')).toContainText('in the last 7 days');
  await expect(page).toHaveURL(/by=sub_id/);
  await page.getByText('Other days').click();
  await page.locator('#dates').getByLabel('From').fill('2026-01-01');
  await page.locator('#dates').getByLabel('To').fill('2026-01-10');
  await page.locator('#dates').getByRole('button').click();
  await expect(page.locator('.greeting')).toContainText('from Jan 1, 2026 to Jan 10, 2026');
  await page.getByRole('link', { name: 'All opt-ins' }).click();
  await expect(page.locator('li[data-optin]')).toHaveCount(4);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download as CSV' }).click();
  expect((await download).suggestedFilename()).toBe('opt-ins.csv');
  await context.close();
});

test('an open page grows with what happens, in the period that the reader chose', async ({ page, request }) => {
  await signIn(page);
  await page.goto(`${at.collector}/portal?range=7`);
  await expect(page.locator('#line')).toHaveText('Live');
  const rows = page.locator('li[data-optin]');
  const before = await rows.count();
  const headers = { Authorization: `Bearer ${at.key}` };
  await request.post(`${at.collector}/v1/optins`, { headers, data: { email: 'zoe@example.com', affiliate: '101' } });
  await expect(rows).toHaveCount(before + 1, { timeout: 10_000 });
  await expect(rows.first().locator('time')).toHaveText(/now/);
  await expect(page.locator('.greeting')).toContainText('in the last 7 days');
});

test('a reader of German gets German from the server and from the script, on a phone, and axe finds nothing', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'de-DE', viewport: { width: 360, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.resolve() } });
  });
  await signIn(page);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.locator('.greeting')).toContainText('Was in den letzten 30 Tagen über deinen Link gekommen ist.');
  await page.getByRole('button', { name: '?aff=river kopieren' }).click();
  await expect(page.locator('#announcement')).toHaveText('Kopiert');
  await expect(page.locator('li[data-optin] time').first()).toHaveText(/jetzt|vor \d+ /);
  for (const address of ['/portal', '/portal/links', '/portal/optins', '/portal/digest', '/portal/login']) {
    await page.goto(at.collector + address);
    expect(await faultsOf(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  }
  await context.close();
});
