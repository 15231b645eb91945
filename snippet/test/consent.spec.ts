import { expect, settle, test } from './support/test';
import type { Page } from '@playwright/test';
import type { Collector } from './support/collector';

const denied = '&default={"ad_storage":"denied"}';

const optIn = async (page: Page, email: string): Promise<void> => {
  await page.fill('#stays [name=email]', email);
  await page.click('#stays button');
};

const call = (page: Page, what: 'grant' | 'revoke'): Promise<void> => page.evaluate(`tributary.consent.${what}()`);

/** What is kept, planted and sent so far. */
const traces = async (page: Page, collector: Collector): Promise<unknown> => {
  await settle(page, collector);
  const cookies = (await page.context().cookies()).map(({ value }) => (value === '-' ? '-' : 'trb'));
  const kept = await page.evaluate(() => Object.keys(localStorage).length);
  const fields = await page.locator('[name=affiliate], [name=tributary_id]').count();
  return [cookies.join(), kept, fields, collector.events.map((e) => e.person?.email ?? e.touch?.affiliate).join()];
};

const nothing = ['', 0, 0, ''];
const all = ['trb', 0, 2, '1,ann@example.com'];

test.describe('wait', () => {
  test.use({ settings: { consent: 'wait' } });

  test('nothing happens before the grant, and then all that was held', async ({ open, page, collector }) => {
    await page.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new Error('written');
      };
    });
    await open('consent', '?affiliate=1');
    await optIn(page, 'ann@example.com');
    await page.evaluate(() => {
      history.pushState({}, '', '/elsewhere');
    });
    expect(await traces(page, collector)).toEqual(nothing);
    await call(page, 'grant');
    await expect.poll(() => traces(page, collector)).toEqual(all);
    expect(collector.of('optin')[0].touch?.affiliate).toBe('1');
  });

  test('what was held is never sent after a refusal', async ({ open, page, collector }) => {
    await open('consent', '?affiliate=1');
    await optIn(page, 'ann@example.com');
    await call(page, 'revoke');
    await optIn(page, 'bob@example.com');
    expect(await traces(page, collector)).toEqual(nothing);
    await call(page, 'grant');
    await expect.poll(() => traces(page, collector)).toEqual(['trb', 0, 2, '1']);
  });
});

test('a revoke holds on the next page, until a grant', async ({ open, page, collector }) => {
  await open('consent', '?affiliate=1');
  await expect.poll(() => traces(page, collector)).toEqual(['trb', 0, 2, '1']);
  await call(page, 'revoke');
  collector.batches = [];
  await open('consent', '?affiliate=2');
  await optIn(page, 'ann@example.com');
  expect(await traces(page, collector)).toEqual(['-', 0, 0, '']);
  await call(page, 'grant');
  await expect.poll(() => traces(page, collector)).toEqual(['trb', 0, 2, '2']);
});

test.describe('follow', () => {
  test.use({ settings: { consent: 'follow' } });

  const yes = '{ ad_storage: "granted" }';
  const no = '{ ad_storage: "denied" }';
  for (const [what, query, says, want] of [
    ['no word at all', '', '', nothing],
    ['a default that denies', denied, '', nothing],
    ['a default that grants', '&default={"ad_storage":"granted"}', '', all],
    ['a default that grants a region', '&default={"ad_storage":"granted","region":["US"]}', '', nothing],
    ['another storage', '', 'gtag("consent", "update", { analytics_storage: "granted" })', nothing],
    ['an update that grants', denied, `gtag("consent", "update", ${yes})`, all],
    ['an update that denies', denied, `gtag("consent", "update", ${no})`, nothing],
    ['odd things in the layer', denied, 'dataLayer.push(null, 1, [], { event: "x" }, ["consent"])', nothing],
    ['TCF, stored', '&tcf', 'tcf("tcloaded", { 1: true, 7: true })', all],
    ['TCF, not answered yet', '&tcf', 'tcf("cmpuishown", { 1: true, 7: true })', nothing],
    ['TCF, without purpose 7', '&tcf', 'tcf("useractioncomplete", { 1: true })', nothing],
    ['TCF, where no GDPR applies', '&tcf', 'tcf("tcloaded", {}, { gdprApplies: false })', all],
    ['TCF against an update', '&tcf', `tcf("tcloaded", {}); gtag("consent", "update", ${yes})`, nothing],
    ['our own call', denied, 'tributary.consent.grant()', all],
  ] as const) {
    test(`hears ${what}`, async ({ open, page, collector }) => {
      await open('consent', `?affiliate=1${query}`);
      await optIn(page, 'ann@example.com');
      await page.evaluate(says);
      await expect.poll(() => traces(page, collector)).toEqual(want);
      expect(await page.evaluate('dataLayer.push()')).toBe(await page.evaluate('dataLayer.length'));
    });
  }

  test('an update that denies erases, and one that grants begins again', async ({ open, page, collector }) => {
    await open('consent', '?affiliate=1&default={"ad_storage":"granted"}');
    await expect.poll(() => traces(page, collector)).toEqual(['trb', 0, 2, '1']);
    await page.evaluate(`gtag("consent", "update", ${no})`);
    await expect.poll(() => traces(page, collector)).toEqual(['', 0, 0, '1']);
    await page.evaluate(`gtag("consent", "update", ${yes})`);
    await expect.poll(() => traces(page, collector)).toEqual(['trb', 0, 2, '1,1']);
  });

  test('a default that denies leaves alone what an earlier visit kept', async ({ open, page, collector }) => {
    await open('consent', '?affiliate=1&default={"ad_storage":"granted"}');
    await open('consent', `?x${denied}`);
    expect(await traces(page, collector)).toEqual(['trb', 0, 0, '1']);
  });

  test('Global Privacy Control outweighs a manager, and a call outweighs it', async ({ open, page, collector }) => {
    await page.addInitScript(() => {
      Object.defineProperty(navigator, 'globalPrivacyControl', { value: true });
    });
    await open('consent', '?affiliate=1&default={"ad_storage":"granted"}');
    await optIn(page, 'ann@example.com');
    expect(await traces(page, collector)).toEqual(nothing);
    await call(page, 'grant');
    await expect.poll(() => traces(page, collector)).toEqual(['trb', 0, 2, '1']);
  });
});
