import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';

// The manual as a person reads it: at the demo's /docs, in a real browser.

const program = path.resolve(import.meta.dirname, '../../bin/tributary');
let demo: ChildProcess;
let docs: string;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  demo = spawn(program, ['demo', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of demo.stdout ?? []) {
    text += String(chunk);
    if (text.includes('Ctrl-C')) break;
  }
  const found = /manual\s+(http\S+)/.exec(text);
  if (!found?.[1]) throw new Error(`the demo names no manual: ${text}`);
  docs = found[1];
});

test.afterAll(async () => {
  demo.kill('SIGTERM');
  await once(demo, 'exit');
});

/** Every page that the contents lead to. */
async function everyPage(page: Page): Promise<string[]> {
  await page.goto(docs);
  const links = await page.locator('nav.contents a').evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href));
  expect(links.length).toBeGreaterThan(30);
  return [...new Set(links)];
}

async function faultsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map((v) => `${page.url()}: ${v.id} at ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

const screens = [
  { name: 'desktop, light', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  { name: 'phone, dark', viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
] as const;

// One page of each kind: axe takes seconds for a page, and pages of a kind come of one template.
const kinds = ['', '/form-tools', '/hosting', '/api', '/api/affiliates', '/search?q=consent', '/search?q=zzzz', '/nothing'];

for (const screen of screens) {
  test(`axe finds nothing: ${screen.name}`, async ({ browser }) => {
    test.setTimeout(240_000);
    const context = await browser.newContext({ viewport: screen.viewport, colorScheme: screen.colorScheme });
    const page = await context.newPage();
    for (const kind of kinds) {
      await page.goto(docs + kind);
      await page.locator('main details').evaluateAll((all) => {
        for (const one of all) (one as HTMLDetailsElement).open = true;
      });
      expect(await faultsOf(page)).toEqual([]);
    }
    await context.close();
  });
}

test('no page is wider than a phone, and none complains', async ({ browser }) => {
  const page = await (await browser.newContext({ viewport: { width: 360, height: 740 } })).newPage();
  const faults: string[] = [];
  page.on('console', (message) => faults.push(`${page.url()}: ${message.text()}`));
  for (const address of await everyPage(page)) {
    await page.goto(address);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wider > 0) faults.push(`${address} is ${String(wider)} pixels wider than the screen`);
  }
  expect(faults).toEqual([]);
  await page.context().close();
});

test('a reader searches, opens a result, and copies a line, with the keys alone', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(docs);
  await page.keyboard.press('Tab');
  await expect(page.locator('.skip')).toBeFocused();
  await page.getByRole('searchbox').focus();
  await page.keyboard.type('trusted proxies');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/search\?q=trusted\+proxies/);
  await expect(page.locator('mark').first()).toBeVisible();
  await page.goto(`${docs}/hosting#caddy`);
  const copy = page.locator('.code', { hasText: 'reverse_proxy' }).getByRole('button');
  await copy.focus();
  await page.keyboard.press('Enter');
  await expect(copy).toHaveText('Copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('go.example.com {\n\treverse_proxy 127.0.0.1:8080\n}');
});

test('without JavaScript all of it is there', async ({ browser }) => {
  const page = await (await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } })).newPage();
  await page.goto(`${docs}/api/opt-ins`);
  await page.getByText('Contents', { exact: true }).click();
  await page.locator('.contents.folded').getByRole('link', { name: 'Keap', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('API: Keap');
  await expect(page.getByRole('button', { name: 'Copy' })).toHaveCount(0);
  await page.context().close();
});
