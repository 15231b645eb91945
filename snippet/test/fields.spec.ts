import { expect, rested, settle, test } from './support/test';
import type { Page } from '@playwright/test';

const names = (page: Page, form: string): Promise<string[]> =>
  page.evaluate((id) => [...new FormData(document.getElementById(id) as HTMLFormElement)].map(([name]) => name), form);

/** Without FormData, which would make the snippet look. */
const added = (page: Page, form: string): Promise<(string | null)[]> =>
  page
    .locator(`#${form} input[type=hidden]`)
    .evaluateAll((inputs) => inputs.map((input) => input.getAttribute('name')));

const value = (page: Page, form: string, name: string) => page.locator(`#${form} [name=${name}]`);

test('a form gets both fields, last', async ({ open, page }) => {
  await open('plain', '?affiliate=1234');
  await expect(value(page, 'plain', 'affiliate')).toHaveValue('1234');
  expect(
    await page
      .locator('#plain')
      .evaluate((form) => [...form.children].slice(-2).map((input) => input.outerHTML.replace(/[\da-f-]{36}/, 'ID'))),
  ).toEqual([
    '<input type="hidden" name="affiliate" value="1234">',
    '<input type="hidden" name="tributary_id" value="ID">',
  ]);
});

test('without a touch there is the id only', async ({ open, page }) => {
  await open('plain');
  await expect(value(page, 'plain', 'tributary_id')).toHaveCount(1);
  expect(await added(page, 'plain')).toEqual(['tributary_id']);
});

test('each form has an id of its own', async ({ open, page }) => {
  await open('taken', '?affiliate=1');
  await rested(page);
  const ids = await page
    .locator('[name=tributary_id]')
    .evaluateAll((inputs: HTMLInputElement[]) => inputs.map((input) => input.value));
  expect(new Set(ids).size).toBe(6);
});

test('forms that merely look like those we leave alone are filled', async ({ open, page }) => {
  await open('taken', '?affiliate=1');
  for (const form of ['get', 'email-and-search', 'partly-off', 'empty', 'button-only', 'query-text']) {
    await expect(value(page, form, 'affiliate'), form).toHaveValue('1');
  }
});

const alone = [
  'off',
  'inside-off',
  'password',
  'password-shown',
  'password-outside',
  'payment',
  'payment-by-name',
  'search-role',
  'inside-search',
  'search-element',
  'search-type',
  'search-name',
  'search-short',
];

test('forms that are none of our business are left alone, at rest and when read', async ({ open, page, collector }) => {
  await open('alone', '?affiliate=1');
  await rested(page);
  for (const form of alone) {
    expect(await added(page, form), form).toEqual([]);
    expect(await names(page, form), form).not.toContain('affiliate');
  }
  await page.evaluate(() => {
    addEventListener('submit', (event) => {
      event.preventDefault();
    });
    for (const form of document.forms) {
      form.querySelector<HTMLInputElement>('[type=email]')?.setAttribute('value', 'ann@example.com');
      form.requestSubmit();
    }
  });
  await settle(page, collector);
  expect(await page.locator('input[type=hidden]').count()).toBe(0);
  expect(collector.of('optin')).toEqual([]);
});

test('a form that turns out to ask for a password loses its fields at the latest when it is submitted', async ({
  open,
  page,
}) => {
  await open('plain', '?affiliate=1');
  await expect(value(page, 'plain', 'affiliate')).toHaveValue('1');
  await page.locator('#plain').evaluate((form) => {
    form.insertAdjacentHTML('afterbegin', '<input type="password" name="secret">');
  });
  await expect.poll(() => added(page, 'plain')).toEqual([]);
});

test('hidden fields of our names are filled, and not doubled', async ({ open, page }) => {
  await open('existing', '?affiliate=1');
  await expect(value(page, 'hidden', 'affiliate')).toHaveValue('1');
  await expect(value(page, 'hidden', 'tributary_id')).toHaveValue(/^[\da-f-]{36}$/);
  expect(await names(page, 'hidden')).toEqual(['affiliate', 'tributary_id', 'email']);
  expect(await names(page, 'two')).toEqual(['affiliate', 'email', 'affiliate', 'tributary_id']);
  expect(await names(page, 'outside')).toEqual(['email', 'affiliate', 'tributary_id']);
  await expect(page.locator('[form=outside]')).toHaveValue('1');
});

test('hidden fields keep what the page put there while there is no touch', async ({ open, page }) => {
  await open('existing');
  await rested(page);
  await expect(value(page, 'hidden', 'affiliate')).toHaveValue('0');
});

test('a field that the person sees is filled when empty, and theirs when not', async ({ open, page }) => {
  await open('existing', '?affiliate=1');
  await expect(value(page, 'visible', 'affiliate')).toHaveValue('1');
  await expect(value(page, 'typed', 'affiliate')).toHaveValue('a friend');
  expect(await names(page, 'typed')).toEqual(['affiliate', 'email', 'tributary_id']);
});

test('choices of our names are neither changed nor doubled', async ({ open, page }) => {
  await open('existing', '?affiliate=1');
  await rested(page);
  await expect(value(page, 'choice', 'affiliate')).toHaveValue('');
  expect(await page.locator('#choice select').evaluate((select: HTMLSelectElement) => select.selectedIndex)).toBe(0);
  expect(await page.locator('#boxes').innerHTML()).toBe(
    '<input type="checkbox" name="affiliate" value="yes"><input type="radio" name="tributary_id" value="yes">',
  );
});

test('a field that the page adds later takes the place of ours', async ({ open, page }) => {
  await open('existing', '?affiliate=1');
  await expect(value(page, 'grown', 'affiliate')).toHaveValue('1');
  await page.locator('#grown').evaluate((form) => {
    form.insertAdjacentHTML('afterbegin', '<input type="hidden" name="affiliate" id="theirs">');
  });
  await expect(page.locator('#theirs')).toHaveValue('1');
  expect(await names(page, 'grown')).toEqual(['affiliate', 'email', 'tributary_id']);
});

test('what a form holds differs by exactly our fields, at the end', async ({ open, page, site }) => {
  await open('order', '?affiliate=1');
  await rested(page);
  const before = await page.evaluate<[string, string][]>('window.before');
  const after = await page.evaluate<[string, string][]>('entries()');
  const ours: [string, unknown][] = [
    ['affiliate', '1'],
    ['tributary_id', expect.stringMatching(/^[\da-f-]{36}$/)],
  ];
  expect(after).toEqual([...before, ...ours]);
  await page.click('#order button');
  await expect(page.locator('#thanks')).toBeVisible();
  const sent = site.received[0].fields
    .filter(([name]) => name !== 'file')
    .map(([name, text]) => [name, text.replace('\r\n', '\n')]);
  const plain = before.filter(([name]) => name !== 'file');
  const place = plain.findIndex(([name]) => name === 'outside');
  expect(sent).toEqual([...plain.slice(0, place), ['go', 'now'], ...plain.slice(place), ...ours]);
});

test('reading a form again and again changes nothing in the page', async ({ open, page }) => {
  await open('existing', '?affiliate=1');
  await rested(page);
  const changes = await page.evaluate(async () => {
    const seen: string[] = [];
    new MutationObserver((records) => seen.push(...records.map(({ type }) => type))).observe(document, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
    for (const form of document.forms) new FormData(form);
    await new Promise((done) => {
      setTimeout(done);
    });
    return seen;
  });
  expect(changes).toEqual([]);
});

test('focus, selection and validity are as they were', async ({ open, page }) => {
  await open('late', '?affiliate=1');
  await page.locator('#late [name=email]').focus();
  await page.locator('#late [name=email]').fill('ann@');
  await page.evaluate(() => new FormData(document.getElementById('late') as HTMLFormElement));
  await expect(page.locator('#late [name=email]')).toBeFocused();
  expect(await page.locator('#late').evaluate((form: HTMLFormElement) => form.checkValidity())).toBe(false);
});

test('a form that comes later is filled', async ({ open, page }) => {
  await open('late', '?affiliate=1');
  await expect(value(page, 'late', 'affiliate')).toHaveValue('1');
});

test('a form that takes the place of another is filled, even where a script reads it at once', async ({
  open,
  page,
}) => {
  await open('replaced', '?affiliate=1');
  await rested(page);
  expect(await page.evaluate<[string, string][]>('readAtOnce()')).toEqual([
    ['email', ''],
    ['affiliate', '1'],
    ['tributary_id', expect.any(String)],
  ]);
  await page.evaluate('replace()');
  await expect(value(page, 'second', 'affiliate')).toHaveValue('1');
});

test('a thousand forms are filled', async ({ open, page }) => {
  await open('thousand', '?affiliate=1');
  await expect(page.locator('form > [name=affiliate][value="1"]')).toHaveCount(1000);
  await expect(page.locator('form > [name=tributary_id]')).toHaveCount(1000);
});

test.describe('names of a site', () => {
  test.use({ settings: { affiliate_field: 'fields[partner]', id_field: '-' } });

  test('are used, and a field that it does not want is not made', async ({ open, page }) => {
    await open('plain', '?affiliate=1');
    await expect(page.locator('[name="fields[partner]"]')).toHaveValue('1');
    expect(await added(page, 'plain')).toEqual(['fields[partner]']);
  });
});

test.describe('a site that wants no fields', () => {
  test.use({ settings: { affiliate_field: '-', id_field: '-' } });

  test('has its opt-ins reported all the same', async ({ open, page, collector, site }) => {
    await open('plain', '?affiliate=1');
    await page.fill('[name=email]', 'ann@example.com');
    await page.click('button');
    await expect.poll(() => collector.of('optin').map(({ touch }) => touch?.affiliate)).toEqual(['1']);
    expect(site.received[0].fields.map(([name]) => name)).toEqual(['first_name', 'last_name', 'email', 'phone']);
  });
});

test.describe('a site whose first touch earns', () => {
  test.use({ settings: { rule: 'first' } });

  test('has the first in its forms, and in its opt-ins', async ({ open, page, collector }) => {
    await open('plain', '?affiliate=1');
    await open('plain', '?affiliate=2');
    await expect(value(page, 'plain', 'affiliate')).toHaveValue('1');
    await page.fill('[name=email]', 'ann@example.com');
    await page.click('button');
    await expect
      .poll(() => collector.of('optin').map(({ touch, first }) => [touch?.affiliate, first?.affiliate]))
      .toEqual([['1', '1']]);
    expect(collector.of('click').map(({ touch }) => touch?.affiliate)).toEqual(['1', '2']);
  });
});

test.describe('a window', () => {
  test.use({ settings: { rule: 'first', window: 3600e9 } });

  test('that is over leaves the field out, and the opt-in tells of the old touch', async ({
    open,
    page,
    collector,
    site,
  }) => {
    await page.clock.install();
    await open('plain', '?affiliate=1');
    await page.clock.fastForward('59:00');
    await open('plain', '?affiliate=2');
    await page.clock.fastForward('02:00');
    await page.fill('[name=email]', 'ann@example.com');
    await page.click('button');
    await expect.poll(() => collector.of('optin').map(({ touch }) => touch?.affiliate)).toEqual(['1']);
    expect(site.received[0].fields.map(([name]) => name)).not.toContain('affiliate');
    await open('plain', '?affiliate=3');
    await page.clock.runFor(5000);
    await expect(value(page, 'plain', 'affiliate')).toHaveValue('2');
  });
});
