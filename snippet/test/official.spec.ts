import { expect, settle, started, test } from './support/test';
import type { Site } from './support/site';

const path = '/app/form/process/0a1b2c';

const given = (site: Site) =>
  site.received.filter((one) => one.path === path).map(({ method, fields }) => [method, Object.fromEntries(fields)]);

test.describe('with the site’s official form', () => {
  test.beforeEach(({ collector, site }) => {
    collector.settings = { official_form: { address: site.origin + path, name: 'Newsletter', version: '1.70.0.1' } };
  });

  test('who opts in with a touch is sent to it, too, and the opt-in is as ever', async ({ open, page, site, collector }) => {
    await open('plain', '?affiliate=1');
    await page.fill('[name=email]', 'ann@example.com');
    await page.fill('[name=first_name]', 'Ann');
    await page.click('button');
    await expect(page.locator('#thanks')).toBeVisible();
    await expect
      .poll(() => given(site))
      .toEqual([
        [
          'POST',
          {
            inf_form_xid: '0a1b2c',
            inf_form_name: 'Newsletter',
            infusionsoft_version: '1.70.0.1',
            inf_field_Email: 'ann@example.com',
            inf_field_FirstName: 'Ann',
          },
        ],
      ]);
    await expect.poll(() => collector.of('optin')).toHaveLength(1);
  });

  test('without a touch it hears nothing', async ({ open, page, site, collector }) => {
    await open('script');
    await page.fill('#stays [name=email]', 'ann@example.com');
    await page.click('#stays button');
    await expect.poll(() => collector.of('optin')).toHaveLength(1);
    await settle(page, collector);
    expect(given(site)).toEqual([]);
  });

  test('where the owner tries a page it hears nothing', async ({ page, site, collector }) => {
    await page.goto(`${site.origin}/script?affiliate=1&tributary_test=1`);
    await started(page);
    await page.fill('#stays [name=email]', 'ann@example.com');
    await page.click('#stays button');
    await expect.poll(() => collector.of('optin')).toHaveLength(1);
    await settle(page, collector);
    expect(given(site)).toEqual([]);
  });
});

test.describe('with a tool that tells of success', () => {
  test.beforeEach(({ collector, site }) => {
    const official_form = { address: site.origin + path, name: 'Newsletter', version: '1.70.0.1' };
    collector.settings = { tools: ['gravityforms'], official_form };
  });

  test('it hears of a success, not of a try', async ({ open, page, site, collector }) => {
    await open('tools/gravityforms', '?affiliate=1');
    await page.fill('#gform_3 [name=email]', 'next@example.com');
    await page.click('#gform_3 button');
    await expect(page.locator('#said')).toHaveText(' next@example.com');
    await page.fill('#gform_3 [name=email]', 'ann@example.com');
    await page.click('#gform_3 button');
    await expect.poll(() => collector.of('optin')).toHaveLength(1);
    await expect.poll(() => given(site).map(([, fields]) => fields)).toMatchObject([{ inf_field_Email: 'ann@example.com' }]);
  });
});
