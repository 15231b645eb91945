import { expect, rested, settle, test } from '../support/test';

test.describe('gravityforms', () => {
  test.use({ settings: { tools: ['gravityforms'], tool_fields: ['gform_3 input_5'] } });

  test('a page of several is no success, and each new element of the form is filled', async ({
    open,
    page,
    collector,
    site,
  }) => {
    await open('tools/gravityforms', '?affiliate=1234');
    await rested(page);
    await page.fill('#gform_3 [name=email]', 'next@example.com');
    await page.click('#gform_3 button');
    await expect(page.locator('#said')).toHaveText(' next@example.com');
    await page.fill('#gform_3 [name=email]', 'ann@example.com');
    await page.click('#gform_3 button');
    await expect(page.locator('#gform_confirmation_message_3')).toBeVisible();
    await expect.poll(() => collector.of('optin').map(({ person }) => person?.email)).toEqual(['ann@example.com']);
    expect(site.received.map(({ fields }) => fields[1])).toEqual([
      ['input_5', '1234'],
      ['input_5', '1234'],
    ]);
  });

  test('a number means another field in another form', async ({ open, page }) => {
    await open('tools/gravityforms', '?affiliate=1234');
    await rested(page);
    await expect(page.locator('#gform_3 [name=input_5]')).toHaveValue('1234');
    await expect(page.locator('#gform_4 [name=input_5]')).toHaveValue('theirs');
    await expect(page.locator('#gform_4 [name=affiliate]')).toHaveValue('1234');
  });
});

test.describe('wpforms', () => {
  test.use({ settings: { tools: ['wpforms'] } });

  test('where no answer came, something may have arrived', async ({ open, page, collector }) => {
    await open('tools/wpforms', '?affiliate=1');
    await page.fill('[name=email]', 'lost@example.com');
    await page.click('#form button');
    await expect(page.locator('#said')).toHaveText(/Error/);
    await settle(page, collector);
    expect(collector.of('optin')).toEqual([]);
    await open('other');
    await expect.poll(() => collector.of('optin').length).toBeGreaterThan(0);
  });
});

test.describe('elementor', () => {
  test.use({ settings: { tools: ['elementor'] } });

  test('a success that is told on the document', async ({ open, page, collector }) => {
    await open('tools/elementor', '?affiliate=1');
    await page.click('[name=email]');
    await page.fill('[name=email]', 'whole@example.com');
    await page.waitForFunction(() => 'jQuery' in window);
    await page.click('button');
    await expect.poll(() => collector.of('optin')).toHaveLength(1);
  });
});
