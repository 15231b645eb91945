import { expect, settle, test } from './support/test';
import type { Page } from '@playwright/test';

const optIn = async (page: Page): Promise<void> => {
  await page.fill('[name=email]', 'ann@example.com');
  await page.click('button');
  await expect(page.locator('#thanks')).toBeVisible();
};

for (const name of ['nostorage', 'fullstorage', 'nocookies', 'policy', 'junk']) {
  test(`on the page "${name}" everything works`, async ({ open, page, collector, site }) => {
    await open(name, '?affiliate=1');
    await expect(page.locator('[name=affiliate]')).toHaveValue('1');
    await optIn(page);
    expect(site.received[0].fields).toContainEqual(['affiliate', '1']);
    await expect.poll(() => collector.events.map(({ type }) => type)).toEqual(['click', 'optin']);
  });
}

test('where nothing works, the page and its form still do', async ({ open, page, collector, site }) => {
  await open('mute', '?affiliate=1');
  await expect(page.locator('[name=tributary_id]')).toHaveCount(1);
  await optIn(page);
  expect(site.received[0].fields[0]).toEqual(['email', 'ann@example.com']);
  expect(collector.events).toEqual([]);
});

test('in a sandboxed frame, which has neither cookies nor storage', async ({ page, site, collector }) => {
  await page.goto(`${site.origin}/sandboxed?affiliate=1`);
  const frame = page.frameLocator('iframe');
  await expect(frame.locator('[name=affiliate]')).toHaveValue('1');
  await frame.locator('[name=email]').fill('ann@example.com');
  await frame.locator('button').click();
  await expect(frame.locator('#thanks')).toBeVisible();
  expect(site.received[0].fields).toContainEqual(['affiliate', '1']);
  await expect.poll(() => collector.events.map(({ type }) => type)).toEqual(['click', 'optin']);
});

test('a form whose controls hide its own properties', async ({ open, page, collector, site }) => {
  await open('names', '?affiliate=1');
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('form > [name=affiliate]')?.value === '1');
  await page.evaluate(() => {
    document.querySelector<HTMLInputElement>('[name=email]')?.setAttribute('value', 'ann@example.com');
  });
  await page.evaluate(() => {
    document.querySelector<HTMLInputElement>('[type=submit]')?.click();
  });
  await expect
    .poll(() => collector.of('optin').map(({ form }) => form))
    .toEqual([{ id: 'names', action: `${site.origin}/vendor/names` }]);
  await page.evaluate(() => {
    HTMLFormElement.prototype.submit.call(document.forms[0]);
  });
  await expect(page.locator('#thanks')).toBeVisible();
  expect(site.received[0].fields.slice(-2)).toEqual([
    ['affiliate', '1'],
    ['tributary_id', collector.of('optin')[0].id],
  ]);
});

test('a frozen HTMLFormElement.prototype: form.submit() is heard of as the form is read, and once', async ({
  open,
  page,
  collector,
  site,
}) => {
  await open('frozen', '?affiliate=1');
  await page.locator('[name=affiliate]').evaluate((input) => {
    input.remove();
  });
  await page.fill('[name=email]', 'ann@exam.pl');
  await page.evaluate(() => new FormData(document.forms[0]));
  await page.fill('[name=email]', 'ann@example.com');
  await page.click('button');
  await expect(page.locator('#thanks')).toBeVisible();
  expect(site.received[0].fields).toContainEqual(['affiliate', '1']);
  await expect.poll(() => collector.of('optin').map(({ person }) => person?.email)).toEqual(['ann@example.com']);
  expect(site.received[0].fields).toContainEqual(['tributary_id', collector.of('optin')[0].id]);
});

test('events that call themselves submit, but come from no form', async ({ open, page, collector }) => {
  await open('plain', '?affiliate=1');
  await page.evaluate(() => {
    for (const type of ['submit', 'formdata', 'pageshow'])
      document.body.dispatchEvent(new CustomEvent(type, { bubbles: true, detail: {} }));
    window.dispatchEvent(new CustomEvent('submit'));
  });
  await settle(page, collector);
  expect(collector.of('optin')).toEqual([]);
});

test('an element that takes our global name', async ({ open, page, collector }) => {
  await open('element', '?affiliate=1');
  await expect(page.locator('[name=affiliate]')).toHaveValue('1');
  await expect.poll(() => collector.events).toHaveLength(1);
});
