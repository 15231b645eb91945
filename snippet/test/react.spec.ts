import { expect, rested, started, test } from './support/test';

// Of a hydration that failed React tells in this console, too.
test.use({ mayLog: /Download the React DevTools/ });

test('React hydrates and renders anew with our fields in its form', async ({ open, page, collector, site }) => {
  await open('react', '?affiliate=1');
  await expect(page.locator('#react [name=affiliate]')).toHaveValue('1');
  await page.fill('[name=email]', 'ann@example.com');
  await expect(page.locator('#echo')).toBeVisible();
  await expect(page.locator('#react [name=affiliate]')).toHaveCount(1);
  await page.click('#react button');
  await expect(page.locator('#thanks')).toBeVisible();
  await expect.poll(() => collector.of('optin')).toHaveLength(1);
  expect(site.received[0].fields).toEqual([
    ['email', 'ann@example.com'],
    ['affiliate', '1'],
    ['tributary_id', collector.of('optin')[0].id],
  ]);
});

test('nothing is put into a form before React has hydrated it, however late that is', async ({ page, site }) => {
  await page.route('**/react.js', async (route) => {
    await started(page);
    expect(await page.locator('[type=hidden]').count()).toBe(0);
    await route.continue();
  });
  await page.goto(`${site.origin}/react?affiliate=1`);
  await expect(page.locator('#react [name=affiliate]')).toHaveValue('1');
});

test('a form that React makes again is filled again', async ({ open, page }) => {
  await open('react', '?affiliate=1');
  await rested(page);
  await page.click('#again');
  await expect(page.locator('#react[data-round="1"] [name=affiliate]')).toHaveValue('1');
});

test('fields that something takes out of the form are back at submit', async ({ open, page, site }) => {
  await open('react', '?affiliate=1');
  await expect(page.locator('#react [name=affiliate]')).toHaveValue('1');
  await page.locator('#react [type=hidden]').evaluateAll((inputs) => {
    inputs.forEach((input) => {
      input.remove();
    });
  });
  await page.fill('[name=email]', 'ann@example.com');
  await page.click('#react button');
  await expect(page.locator('#thanks')).toBeVisible();
  expect(site.received[0].fields.map(([name]) => name)).toEqual(['email', 'affiliate', 'tributary_id']);
});
