import { expect, settle, test } from './support/test';
import type { Page } from '@playwright/test';

interface Kept {
  visitor: string;
  first: { affiliate: string; kind: string; at: number };
  latest: { affiliate: string; kind: string; at: number };
}

const cookie = async (page: Page) => (await page.context().cookies()).find(({ name }) => name === 'trb');

const kept = async (page: Page): Promise<Kept> =>
  JSON.parse(Buffer.from((await cookie(page))?.value ?? '', 'base64').toString()) as Kept;

test('an id is kept and counted as a click', async ({ open, page, collector, site }) => {
  await open('plain', '?affiliate=1234&utm_source=news&utm_content=a%20b&utm_term=&other=x#top');
  await expect.poll(() => collector.events).toHaveLength(1);
  const { visitor, first, latest } = await kept(page);
  expect(latest).toEqual({ affiliate: '1234', kind: 'id', at: expect.any(Number) });
  expect(first).toEqual(latest);
  expect(collector.events[0]).toEqual({
    id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/),
    type: 'click',
    at: expect.any(Number),
    visitor,
    url: `${site.origin}/plain`,
    touch: latest,
    first,
    utm: { source: 'news', content: 'a b', term: '' },
  });
});

test('a code is kept as a code', async ({ open, page }) => {
  await open('plain', '?aff=summer-sale.v2_~');
  expect((await kept(page)).latest).toMatchObject({ affiliate: 'summer-sale.v2_~', kind: 'code' });
});

test('the id wins over a code, and a code over an id that is none', async ({ open, page }) => {
  await open('plain', '?aff=ann&affiliate=7');
  expect((await kept(page)).latest).toMatchObject({ affiliate: '7', kind: 'id' });
  await open('plain', '?aff=ann&affiliate=0');
  expect((await kept(page)).latest).toMatchObject({ affiliate: 'ann', kind: 'code' });
});

const none = {
  'a zero': '0',
  nothing: '',
  'a space': '1 2',
  'a tag': '<b>',
  'a percent sign': '%25',
  'another alphabet': 'ж',
  'a line break': '12%0A',
  'more than 64 letters': 'a'.repeat(65),
  quotes: '%22',
  'a star': '1*2',
};

test('what is no affiliate is stored nowhere', async ({ open, page, collector }) => {
  for (const [what, value] of Object.entries(none)) {
    await open('other', `?affiliate=${value}`);
    expect(await page.context().cookies(), what).toEqual([]);
    expect(await page.evaluate(() => window.tributary?.touch?.().latest), what).toBeUndefined();
    await settle(page, collector);
    expect(collector.events, what).toEqual([]);
  }
});

test('the latest wins, the first stays, and a zero afterwards changes nothing', async ({ open, page, collector }) => {
  await open('plain', '?affiliate=1');
  await open('plain', '?aff=two');
  await open('plain', '?affiliate=0');
  const { first, latest } = await kept(page);
  expect([first.affiliate, latest.affiliate]).toEqual(['1', 'two']);
  await expect
    .poll(() => collector.of('click').map(({ touch, first: f }) => [touch?.affiliate, f?.affiliate]))
    .toEqual([
      ['1', '1'],
      ['two', '1'],
    ]);
});

test('a visitor keeps their id', async ({ open, page }) => {
  await open('plain', '?affiliate=1');
  const before = await kept(page);
  await open('plain', '?affiliate=2');
  expect((await kept(page)).visitor).toBe(before.visitor);
});

test('the same affiliate again is a click, and a new time', async ({ open, page, collector }) => {
  await open('plain', '?affiliate=1');
  const before = await kept(page);
  await page.waitForFunction((at) => Date.now() > at, before.latest.at);
  await open('plain', '?affiliate=1');
  expect((await kept(page)).latest.at).toBeGreaterThan(before.latest.at);
  await expect.poll(() => collector.of('click')).toHaveLength(2);
});

test('a view without a parameter neither extends nor changes the cookie', async ({ open, page, collector }) => {
  await open('plain', '?affiliate=1');
  const before = await cookie(page);
  await open('other');
  await settle(page, collector);
  expect(await cookie(page)).toEqual(before);
  expect(collector.events).toHaveLength(1);
});

test('the cookie lives for the window, counted from the latest touch', async ({ open, page }) => {
  await open('plain', '?affiliate=1');
  const { expires = 0 } = (await cookie(page)) ?? {};
  const { at } = (await kept(page)).latest;
  expect(Math.abs(expires - at / 1000 - 90 * 86400)).toBeLessThan(5);
});

test('a reload is no click', async ({ open, page, collector }) => {
  await open('plain', '?affiliate=1');
  const before = await cookie(page);
  await page.reload();
  await page.waitForFunction(() => 'touch' in (window.tributary ?? {}));
  await settle(page, collector);
  expect(await cookie(page)).toEqual(before);
  expect(collector.events).toHaveLength(1);
});

test('a reload takes the touch where none is known', async ({ open, page, collector }) => {
  await open('plain', '?affiliate=1');
  await page.context().clearCookies();
  await page.reload();
  await expect.poll(() => collector.of('click')).toHaveLength(2);
  expect((await kept(page)).latest.affiliate).toBe('1');
});

test('the way back to an old address does not take the visitor from the latest affiliate', async ({
  open,
  page,
  collector,
}) => {
  await page.addInitScript(() => {
    addEventListener('unload', () => undefined);
  }); // Keeps the page out of the back/forward cache.
  await open('plain', '?affiliate=1');
  await open('plain', '?affiliate=2');
  await page.goBack();
  await page.waitForFunction(() => location.search === '?affiliate=1' && 'touch' in (window.tributary ?? {}));
  await settle(page, collector);
  expect((await kept(page)).latest.affiliate).toBe('2');
  expect(collector.events).toHaveLength(2);
});

test('a page may clean its address bar before we run', async ({ open, page }) => {
  await open('tidy', '?affiliate=1');
  expect((await kept(page)).latest.affiliate).toBe('1');
});

test('without a touch there is no cookie', async ({ open, page, collector }) => {
  await open('plain');
  await settle(page, collector);
  expect(await page.context().cookies()).toEqual([]);
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});

test.describe('cookies of Keap', () => {
  const plant = (page: Page, url: string, all: Record<string, string>) =>
    page.context().addCookies(Object.entries(all).map(([name, value]) => ({ name, value, url })));

  test('give a touch, but no click', async ({ open, page, collector, site }) => {
    await plant(page, site.origin, { is_aff: '77', is_affcode: 'ann', this_is_aff: '5' });
    await open('plain');
    await settle(page, collector);
    expect((await kept(page)).latest).toMatchObject({ affiliate: '77', kind: 'id' });
    expect(collector.events).toEqual([]);
  });

  test('give a code where the id is zero', async ({ open, page, site }) => {
    await plant(page, site.origin, { is_aff: '0', is_affcode: 'ann' });
    await open('plain');
    expect((await kept(page)).latest).toMatchObject({ affiliate: 'ann', kind: 'code' });
  });

  test('are the first touch of who then comes by a parameter', async ({ open, page, collector, site }) => {
    await plant(page, site.origin, { is_aff: '77' });
    await open('plain', '?affiliate=1');
    const { first, latest } = await kept(page);
    expect([first.affiliate, latest.affiliate]).toEqual(['77', '1']);
    await expect.poll(() => collector.of('click')).toHaveLength(1);
  });

  test('change nothing once we have our own', async ({ open, page, site }) => {
    await open('plain', '?affiliate=1');
    const before = await cookie(page);
    await plant(page, site.origin, { is_aff: '77' });
    await open('plain');
    expect(await cookie(page)).toEqual(before);
  });
});

test('a cookie of ours that does not read is ignored, and replaced by the next touch', async ({ open, page, site }) => {
  for (const junk of [
    '',
    '5',
    'bm90IGpzb24=',
    'eyJ2aXNpdG9yIjoiYSI',
    btoa('null'),
    btoa('{"latest":null}'),
    '%7B%7D',
  ]) {
    await page.context().addCookies([{ name: 'trb', value: junk, url: site.origin }]);
    await open('other');
    expect(await page.evaluate(() => window.tributary?.touch?.().latest), junk).toBeUndefined();
    expect((await cookie(page))?.value).toBe(junk);
  }
  await open('other', '?affiliate=1');
  expect((await kept(page)).latest.affiliate).toBe('1');
});

test.describe('a site with parameters and a cookie of its own', () => {
  test.use({ settings: { cookie: 'via', params: [{ name: 'partner', kind: 'code' }] } });

  test('knows no others', async ({ open, page, collector }) => {
    await open('plain', '?affiliate=1&partner=ann&Partner=bob');
    await expect
      .poll(() => collector.of('click').map(({ touch }) => touch))
      .toMatchObject([{ affiliate: 'ann', kind: 'code' }]);
    expect((await page.context().cookies()).map(({ name }) => name)).toEqual(['via']);
  });
});
