import { expect, settle, test } from './support/test';
import type { Page } from '@playwright/test';

const submitAll = (page: Page): Promise<void> =>
  page.evaluate(() => {
    for (const form of document.forms) form.requestSubmit();
  });

test('the address that counts is found in the language of the form', async ({ open, page, collector }) => {
  await open('languages', '?affiliate=1');
  await submitAll(page);
  await settle(page, collector);
  const forms = await page.evaluate(() => Array.from(document.forms, ({ id }) => id));
  const found = collector.of('optin').map(({ form, person }) => [form?.id, person?.email] as const);
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(forms.filter((id) => !id.startsWith('none')).map((id) => [id, 'ann@example.com'])),
  );
  expect(collector.of('optin').find(({ form }) => form?.id === 'names')?.person).toEqual({
    email: 'ann@example.com',
    first_name: 'Ann',
    last_name: 'Lee',
    phone: '1',
  });
});

test.describe('a site that wants the hash only', () => {
  test.use({ settings: { email: 'hash' } });

  test('gets it, though the page is left at once', async ({ open, page, collector }) => {
    await open('plain', '?affiliate=1');
    await page.fill('[name=email]', 'Ann@Example.com');
    await page.click('button');
    await expect(page.locator('#thanks')).toBeVisible();
    await expect
      .poll(() => collector.of('optin').map(({ person }) => person))
      .toEqual([{ email_hash: '71d4f55f72fa128dfb468a1a3901507c804b74316488744d769d7f4b16696476' }]);
  });
});

test.describe('a site that wants nothing of the person', () => {
  test.use({ settings: { email: 'none' } });

  test('is told of the opt-in alone', async ({ open, page, collector, site }) => {
    await open('plain', '?affiliate=1');
    await page.fill('[name=email]', 'ann@example.com');
    await page.click('button');
    await expect(page.locator('#thanks')).toBeVisible();
    await expect.poll(() => collector.of('optin')).toHaveLength(1);
    const [told] = collector.of('optin');
    expect(JSON.stringify(told)).not.toContain('ann');
    expect(site.received[0].fields).toContainEqual(['tributary_id', told.id]);
  });
});
