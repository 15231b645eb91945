import { expect, rested, settle, test } from '../support/test';
import type { Collector } from '../support/collector';
import type { Page } from '@playwright/test';

// How each tool that tells of a success names its field for the affiliate, and whether it tells of a failure.
const tools: Record<string, { field: string; tellsFailure?: boolean; tool_fields?: string[] }> = {
  cf7: { field: 'affiliate', tellsFailure: true },
  wpforms: { field: 'wpforms[fields][5]', tellsFailure: true, tool_fields: ['wpforms[fields][5]'] },
  elementor: { field: 'form_fields[affiliate]', tellsFailure: true },
  gravityforms: { field: 'input_5', tellsFailure: true, tool_fields: ['gform_3 input_5'] },
  webflow: { field: 'Affiliate', tellsFailure: true },
  mailchimp: { field: 'AFFILIATE', tellsFailure: true },
  kit: { field: 'fields[affiliate]', tellsFailure: true },
  hubspot: { field: 'affiliate', tellsFailure: true },
  unbounce: { field: 'affiliate' },
  instapage: { field: 'YWZmaWxpYXRl' },
};

/** The opt-ins by their id: the next page may send once more what was on its way as the page before it went. */
const ids = (collector: Collector): string[] => [...new Set(collector.of('optin').map(({ id }) => id))];

const send = async (page: Page, who: string): Promise<void> => {
  const said = await page.locator('#said').textContent();
  await page.locator('input[type=email]').first().click();
  await page.locator('input[type=email]').first().fill(`${who}@example.com`);
  await page.locator('button').first().click();
  await expect(page.locator('#said')).not.toHaveText(said ?? '');
};

for (const [tool, { field, tellsFailure, tool_fields = [] }] of Object.entries(tools)) {
  test.describe(tool, () => {
    test.use({ settings: { tools: [tool], tool_fields } });

    test('the value arrives, and a success counts once', async ({ open, page, collector, site }) => {
      await open(`tools/${tool}`, '?affiliate=1234');
      await rested(page);
      await page.waitForFunction(() => document.forms.length);
      await send(page, 'ann');
      await expect.poll(() => collector.of('optin').map(({ person }) => person?.email)).toEqual(['ann@example.com']);
      expect(site.received[0].fields).toContainEqual([field, '1234']);
      expect(site.received[0].fields.filter(([, value]) => value === '1234')).toHaveLength(1);
      await open('other');
      await settle(page, collector);
      expect(ids(collector)).toHaveLength(1);
    });

    if (tellsFailure)
      test('a failure does not count, the try after it does', async ({ open, page, collector }) => {
        await open(`tools/${tool}`, '?affiliate=1');
        await rested(page);
        await page.waitForFunction(() => document.forms.length);
        await send(page, 'bad');
        await settle(page, collector);
        expect(collector.of('optin')).toEqual([]);
        await send(page, 'ann');
        await expect.poll(() => collector.of('optin').map(({ person }) => person?.email)).toEqual(['ann@example.com']);
        await open('other');
        await settle(page, collector);
        expect(ids(collector)).toHaveLength(1);
      });

    test('without a word from the tool it counts as the page goes away', async ({ open, page, collector }) => {
      await open(`tools/${tool}`, '?affiliate=1');
      await rested(page);
      await page.waitForFunction(() => document.forms.length);
      await send(page, tool === 'gravityforms' ? 'redirect' : 'silent');
      await settle(page, collector);
      expect(collector.of('optin')).toEqual([]);
      await open('other');
      await expect.poll(() => ids(collector)).toHaveLength(1);
    });
  });
}
