import { expect, settle, started, test } from './support/test';
import type { Page } from '@playwright/test';

test.use({ mayLog: /the server responded with a status of/ });

const entries = (page: Page): Promise<string[]> =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('trb:')));

const optIn = async (page: Page, email = 'ann@example.com'): Promise<void> => {
  await page.fill('[name=email]', email);
  await page.click('button');
};

test('what the collector has taken is no longer kept', async ({ open, page, collector }) => {
  await open('plain', '?affiliate=1');
  await expect.poll(() => collector.events).toHaveLength(1);
  await expect.poll(() => entries(page)).toEqual([]);
});

test('what is answered by an error that may pass goes with the next page, in one request', async ({
  open,
  page,
  collector,
}) => {
  for (const status of [500, 503, 429]) {
    Object.assign(collector, { status, batches: [] });
    await open('plain', `?affiliate=${status}`);
    await optIn(page);
    await expect(page.locator('#thanks')).toBeVisible();
    collector.status = 202;
    await open('plain', '?affiliate=2');
    await expect
      .poll(() => collector.batches.map((batch) => batch.map(({ type }) => type)))
      .toEqual([['click', 'optin', 'click']]);
    expect(collector.of('click').map(({ touch }) => touch?.affiliate)).toEqual(['2', String(status)]);
    await expect.poll(() => entries(page)).toEqual([]);
  }
});

test('what is refused for good is not sent again', async ({ open, page, collector }) => {
  for (const status of [400, 403, 404, 413, 422]) {
    collector.status = status;
    await open('plain', '?affiliate=1');
    await expect.poll(() => entries(page), String(status)).toEqual([]);
  }
  collector.status = 202;
  await open('other');
  await settle(page, collector);
  expect(collector.events).toEqual([]);
});

test.describe('while the network is down', () => {
  test.use({ mayLog: /ERR_FAILED/ });

  test('events wait for the next page', async ({ open, page, collector }) => {
    await page.route('**/e', (route) => route.abort());
    await open('plain', '?affiliate=1');
    await optIn(page);
    await expect(page.locator('#thanks')).toBeVisible();
    await page.unroute('**/e');
    await open('other');
    await expect.poll(() => collector.events.map(({ type }) => type)).toEqual(['optin', 'click']);
  });
});

test('an opt-in arrives though the page is left at once', async ({ open, page, collector }) => {
  await open('plain', '?affiliate=1');
  await settle(page, collector);
  await page.fill('[name=email]', 'ann@example.com');
  await page.evaluate(() => {
    document.querySelector('form')?.requestSubmit();
    location.href = '/untagged';
  });
  await page.waitForURL(/vendor|untagged/);
  await expect.poll(() => collector.of('optin')).toHaveLength(1);
});

test('an opt-in arrives though the tab is closed at once', async ({ open, page, collector }) => {
  await open('script', '?affiliate=1');
  await settle(page, collector);
  await page.fill('#stays [name=email]', 'ann@example.com');
  await page.evaluate(() => {
    document.querySelector<HTMLFormElement>('#stays')?.requestSubmit();
  });
  await page.close();
  await expect.poll(() => collector.of('optin')).toHaveLength(1);
});

const event = (age: number) => JSON.stringify({ id: String(age), type: 'click', at: Date.now() - age });

const plant = async (page: Page, url: string, all: Record<string, string>): Promise<void> => {
  await page.goto(url);
  await page.evaluate((given) => {
    Object.assign(localStorage, given);
  }, all);
};

test('what is over a week old or spoilt is given up, and takes nothing else with it', async ({
  open,
  page,
  collector,
  site,
}) => {
  await plant(page, `${site.origin}/untagged`, {
    'trb:st_test:a': event(6 * 864e5),
    'trb:st_test:b': event(8 * 864e5),
    'trb:st_test:c': '{"id":',
    'trb:st_test:d': 'null',
    'trb:st_test:e': '{"at":"soon"}',
    'trb:st_other:f': event(0),
    other: 'theirs',
  });
  await open('other', '?affiliate=1');
  await expect
    .poll(() => collector.events.map(({ id }) => id.slice(0, 1) && (id.length === 36 ? 'new' : id)))
    .toEqual([String(6 * 864e5), 'new']);
  expect(await page.evaluate(() => Object.keys(localStorage).sort())).toEqual(['other', 'trb:st_other:f']);
});

test('of more than fifty events the newest fifty are kept', async ({ open, page, collector, site }) => {
  collector.status = 500;
  const many = Array.from({ length: 60 }, (_, i) => [`trb:st_test:${String(i).padStart(2, '0')}`, event(i)]);
  await plant(page, `${site.origin}/untagged`, Object.fromEntries(many) as Record<string, string>);
  await open('other');
  expect((await entries(page)).sort()).toEqual(many.slice(10).map(([key]) => key));
});

test('a request stays below 16 KiB; the newest go first and the rest with the next page', async ({
  open,
  page,
  collector,
  site,
}) => {
  const big = (i: number) => JSON.stringify({ id: `b${i}`, type: 'click', at: Date.now(), url: 'x'.repeat(5000) });
  await plant(page, `${site.origin}/untagged`, {
    'trb:st_test:1': big(1),
    'trb:st_test:2': big(2),
    'trb:st_test:3': big(3),
  });
  await open('other');
  await expect.poll(() => collector.batches.map((batch) => batch.map(({ id }) => id))).toEqual([['b3', 'b2']]);
  await expect.poll(() => entries(page)).toEqual(['trb:st_test:1']);
  await open('other');
  await expect.poll(() => collector.batches.map((batch) => batch.map(({ id }) => id))).toEqual([['b3', 'b2'], ['b1']]);
});

test('tabs do not lose each other’s events', async ({ open, page, collector, site }) => {
  collector.status = 500;
  const tab = await page.context().newPage();
  await Promise.all([
    open('plain', '?affiliate=1'),
    tab.goto(`${site.origin}/plain?affiliate=2`).then(() => started(tab)),
  ]);
  await Promise.all([optIn(page), optIn(tab, 'bob@example.com')]);
  await Promise.all([page, tab].map((each) => expect(each.locator('#thanks')).toBeVisible()));
  collector.status = 202;
  await open('other');
  await expect
    .poll(() => collector.events.map((one) => one.person?.email ?? one.touch?.affiliate).sort())
    .toEqual(['1', '2', 'ann@example.com', 'bob@example.com']);
});

test('a browser without keepalive sends beacons, and settles them from the next page', async ({
  open,
  page,
  collector,
}) => {
  await page.addInitScript(() => {
    if (location.pathname === '/plain') Reflect.deleteProperty(Request.prototype, 'keepalive');
  });
  await open('plain', '?affiliate=1');
  await optIn(page);
  await expect(page.locator('#thanks')).toBeVisible();
  await expect.poll(() => collector.events.map(({ type }) => type)).toEqual(['click', 'optin']);
  await open('other');
  await expect.poll(() => collector.events).toHaveLength(4);
  expect(new Set(collector.events.map(({ id }) => id)).size).toBe(2);
  await expect.poll(() => entries(page)).toEqual([]);
});
