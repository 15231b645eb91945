import { expect, settle, test } from './support/test';
import type { Page } from '@playwright/test';
import type { Collector } from './support/collector';

/** How often each is tried; 100 in the long run. */
const TIMES = Number(process.env.TRIBUTARY_RUNS ?? 10);

test.describe.configure({ timeout: 20_000 + TIMES * 10_000 });
test.use({ mayLog: /ERR_FAILED/ });

const emails = Array.from({ length: TIMES }, (_, i) => `ann${i}@example.com`);

/**
 * The e-mails of the opt-ins. A page may send one again whose answer the page before has not heard: under its id it is the
 * same opt-in.
 */
const arrived = (collector: Collector): unknown[] => [
  ...new Map(collector.of('optin').map(({ id, person }) => [id, person?.email])).values(),
];

/** Submits a form that stays where it is, and in the same turn does something else. */
const submit = (page: Page, email: string, then: string): Promise<unknown> =>
  page.evaluate(`
    document.querySelector('#stays [name=email]').value = '${email}';
    document.querySelector('#stays').requestSubmit();
    ${then}; 0`);

test('nothing is lost when another page follows at once', async ({ open, page, collector }) => {
  for (const email of emails) {
    await open('script', '?affiliate=1');
    await submit(page, email, `location.href = '/untagged'`);
    await page.waitForURL('**/untagged');
  }
  await expect.poll(() => arrived(collector)).toEqual(emails);
});

test('nothing is lost when the network is down for one page', async ({ open, page, collector }) => {
  for (const email of emails) {
    await page.route('**/e', (route) => route.abort());
    await open('script', '?affiliate=1');
    await submit(page, email, '');
    await settle(page, collector);
    await page.unroute('**/e');
    await open('other');
    await expect.poll(() => arrived(collector)).toContain(email);
  }
  expect(arrived(collector)).toHaveLength(TIMES);
});

test('nothing is lost when the tab is closed right after', async ({ context, site, collector }) => {
  for (const email of emails) {
    const tab = await context.newPage();
    await tab.goto(`${site.origin}/script?affiliate=1`);
    await tab.waitForFunction(() => 'touch' in (window.tributary ?? {}));
    await submit(tab, email, '');
    await tab.close();
  }
  await expect.poll(() => arrived(collector)).toEqual(emails);
});
