import { expect, rested, settle, started, test } from './support/test';
import type { Page } from '@playwright/test';

const send = async (page: Page, form: string, button = 'button'): Promise<void> => {
  await page.fill(`#${form} [name=email]`, 'ann@example.com');
  await page.click(`#${form} ${button}`);
};

const arrived = (page: Page): Promise<void> => expect(page.locator('#thanks')).toBeVisible();

test('a form tool gets the fields, and the collector the opt-in, under one id', async ({
  open,
  page,
  collector,
  site,
}) => {
  await open('plain', '?affiliate=1234');
  await page.fill('[name=first_name]', 'Ann');
  await page.fill('[name=last_name]', 'Lee');
  await page.fill('[name=phone]', '+43 1 234');
  await send(page, 'plain');
  await arrived(page);
  await expect.poll(() => collector.of('optin')).toHaveLength(1);
  const [click, optin] = collector.events;
  expect(optin).toEqual({
    id: expect.any(String),
    type: 'optin',
    at: expect.any(Number),
    visitor: click.visitor,
    url: `${site.origin}/plain`,
    utm: {},
    touch: click.touch,
    first: click.touch,
    person: { email: 'ann@example.com', first_name: 'Ann', last_name: 'Lee', phone: '+43 1 234' },
    form: { id: 'plain', action: `${site.origin}/vendor/plain` },
    via: 'form',
  });
  expect(site.received).toEqual([
    {
      method: 'POST',
      path: '/vendor/plain',
      fields: [
        ['first_name', 'Ann'],
        ['last_name', 'Lee'],
        ['email', 'ann@example.com'],
        ['phone', '+43 1 234'],
        ['affiliate', '1234'],
        ['tributary_id', optin.id],
      ],
    },
  ]);
});

test('the Enter key submits', async ({ open, page, collector, site }) => {
  await open('plain', '?affiliate=1');
  await page.fill('[name=email]', 'ann@example.com');
  await page.press('[name=email]', 'Enter');
  await arrived(page);
  await expect.poll(() => collector.of('optin')).toHaveLength(1);
  expect(site.received[0].fields).toContainEqual(['affiliate', '1']);
});

test('a submit before the page has come to rest carries the fields', async ({ open, page, collector, site }) => {
  await page.addInitScript(() => {
    window.requestIdleCallback = () => 0;
  });
  await open('plain', '?affiliate=1');
  await expect(page.locator('[name=affiliate]')).toHaveCount(0);
  await send(page, 'plain');
  await arrived(page);
  expect(site.received[0].fields).toContainEqual(['affiliate', '1']);
  await expect.poll(() => collector.of('optin')).toHaveLength(1);
});

test('a GET form carries the fields in its address', async ({ open, page, site }) => {
  await open('taken', '?affiliate=1');
  await send(page, 'get');
  await arrived(page);
  expect(site.received).toMatchObject([
    {
      method: 'GET',
      fields: [
        ['email', 'ann@example.com'],
        ['affiliate', '1'],
        ['tributary_id', expect.any(String)],
      ],
    },
  ]);
});

for (const [form, button] of [
  ['checked', 'button'],
  ['direct', '#direct-go'],
  ['request', '#request-go'],
] as const) {
  test(`a form that a script submits: ${form}`, async ({ open, page, collector, site }) => {
    await open('script', '?affiliate=1');
    await send(page, form, button);
    await arrived(page);
    expect(site.received[0].fields).toContainEqual(['affiliate', '1']);
    await expect.poll(() => collector.of('optin').map((event) => event.form?.id)).toEqual([form]);
  });
}

test('a button with an address of its own', async ({ open, page, collector, site }) => {
  await open('script', '?affiliate=1');
  await send(page, 'actions', '#two');
  await arrived(page);
  expect(site.received).toMatchObject([{ path: '/vendor/two' }]);
  expect(site.received[0].fields).toContainEqual(['affiliate', '1']);
  await expect.poll(() => collector.of('optin')).toHaveLength(1);
});

test('a form of a dialog', async ({ open, page, collector }) => {
  await open('script', '?affiliate=1');
  await send(page, 'dialog');
  await expect(page.locator('dialog')).toBeHidden();
  await expect.poll(() => collector.of('optin')).toHaveLength(1);
});

test('a form that is sent by fetch', async ({ open, page, collector, site }) => {
  await open('fetch', '?aff=ann');
  await page.fill('[name=your-name]', 'Ann');
  await send(page, 'fetch');
  await expect(page.locator('#done')).toHaveText('sent');
  await expect.poll(() => collector.of('optin').map(({ person }) => person?.first_name)).toEqual(['Ann']);
  expect(site.received[0].fields).toEqual([
    ['your-name', 'Ann'],
    ['email', 'ann@example.com'],
    ['affiliate', 'ann'],
    ['tributary_id', collector.of('optin')[0].id],
  ]);
});

test('a form that is sent by jQuery', async ({ open, page, collector, site }) => {
  await open('jquery', '?aff=ann');
  await page.fill('[name=EMAIL]', 'ann@example.com');
  await page.click('button');
  await expect(page.locator('#done')).toHaveText('sent');
  await expect.poll(() => collector.of('optin')).toHaveLength(1);
  expect(site.received[0].fields).toEqual([
    ['FNAME', ''],
    ['EMAIL', 'ann@example.com'],
    ['affiliate', 'ann'],
    ['tributary_id', collector.of('optin')[0].id],
  ]);
});

test('a form that comes later', async ({ open, page, collector, site }) => {
  await open('late', '?affiliate=1');
  await send(page, 'late');
  await arrived(page);
  expect(site.received[0].fields).toContainEqual(['affiliate', '1']);
  await expect.poll(() => collector.of('optin')).toHaveLength(1);
});

test('an e-mail in a custom element is found as the form is read', async ({
  open,
  page,
  collector,
  site,
}) => {
  await open('custom', '?affiliate=1');
  await page.evaluate(`document.querySelector('e-mail').text = 'ann@example.com'`);
  await page.click('#custom button');
  await arrived(page);
  await expect.poll(() => collector.of('optin').map(({ person }) => person)).toEqual([{ email: 'ann@example.com' }]);
  expect(site.received[0].fields.slice(1)).toEqual([
    ['email', 'ann@example.com'],
    ['affiliate', '1'],
    ['tributary_id', collector.of('optin')[0].id],
  ]);
});

test('an e-mail that a script adds as the form is read is found, and our fields stay last', async ({
  open,
  page,
  collector,
  site,
}) => {
  await open('custom', '?affiliate=1');
  await page.click('#added button');
  await arrived(page);
  await expect.poll(() => collector.of('optin').map(({ person }) => person?.email)).toEqual(['bob@example.com']);
  expect(site.received[0].fields.map(([name]) => name)).toEqual(['email', 'affiliate', 'tributary_id']);
});

test('a form is read as often as the page reads it', async ({ open, page }) => {
  await open('custom', '?affiliate=1');
  await page.evaluate(`document.addEventListener('submit', (event) => event.preventDefault())`);
  await page.click('#custom button');
  expect(await page.evaluate('reads')).toBe(0);
});

test('without a touch the opt-in is reported, for who is not known', async ({ open, page, collector, site }) => {
  await open('plain');
  await send(page, 'plain');
  await arrived(page);
  await expect.poll(() => collector.events).toHaveLength(1);
  const [optin] = collector.events;
  expect(optin).toMatchObject({
    type: 'optin',
    visitor: expect.stringMatching(/^[\da-f-]{36}$/),
    person: { email: 'ann@example.com' },
  });
  expect(optin).not.toHaveProperty('touch');
  expect(site.received[0].fields.slice(-1)).toEqual([['tributary_id', optin.id]]);
  expect(await page.context().cookies()).toEqual([]);
});

test('what does not validate is no opt-in', async ({ open, page, collector }) => {
  await open('script', '?affiliate=1');
  await send(page, 'unchecked');
  await page.locator('#stays [name=email]').fill('ann at example');
  await page.locator('#stays button').click();
  await settle(page, collector);
  expect(collector.of('optin')).toEqual([]);
});

test('the same e-mail again is the same opt-in, another one another', async ({ open, page, collector }) => {
  await open('script', '?affiliate=1');
  await send(page, 'stays');
  const first = await page.inputValue('#stays [name=tributary_id]');
  await send(page, 'stays');
  await settle(page, collector);
  expect(collector.of('optin').map(({ id }) => id)).toEqual([first]);
  await page.fill('#stays [name=email]', 'bob@example.com');
  await page.click('#stays button');
  await expect
    .poll(() => collector.of('optin').map(({ person }) => person?.email))
    .toEqual(['ann@example.com', 'bob@example.com']);
  const second = await page.inputValue('#stays [name=tributary_id]');
  expect(second).not.toBe(first);
  expect(collector.of('optin')[1].id).toBe(second);
});

test('a touch that another tab brought meanwhile counts at submit', async ({ open, page, site, collector }) => {
  await open('plain', '?affiliate=1');
  await rested(page);
  const tab = await page.context().newPage();
  await tab.goto(`${site.origin}/plain?affiliate=2`);
  await started(tab);
  await send(page, 'plain');
  await arrived(page);
  expect(site.received[0].fields).toContainEqual(['affiliate', '2']);
  await expect.poll(() => collector.of('optin').map(({ touch }) => touch?.affiliate)).toEqual(['2']);
});

test('one request at landing and one at the opt-in', async ({ open, page, collector }) => {
  const requests: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/e')) requests.push(request.method());
  });
  await open('plain', '?affiliate=1');
  await settle(page, collector);
  expect(requests).toEqual(['POST']);
  await send(page, 'plain');
  await arrived(page);
  await expect.poll(() => collector.of('optin')).toHaveLength(1);
  expect(requests).toEqual(['POST', 'POST']);
});

const full = { email: 'ann@example.com', first_name: 'Ann', last_name: 'Lee', phone: '+43 1 234' };
// The other forms of the page ask for nobody, or for somebody else.
const people = {
  autocomplete: full,
  keap: full,
  mailchimp: full,
  kajabi: { email: full.email, first_name: 'Ann' },
  cf7: { email: full.email, first_name: 'Ann' },
  'by-id': { email: full.email },
  twice: { email: full.email },
  decoy: { email: full.email },
};

test('a person is found by type, autocomplete and name, and only where they typed', async ({
  open,
  page,
  collector,
}) => {
  await open('people', '?affiliate=1');
  await page.evaluate(() => {
    for (const form of document.forms) form.requestSubmit();
  });
  await settle(page, collector);
  const found = Object.fromEntries(collector.of('optin').map(({ form, person }) => [form?.id ?? '', person]));
  expect(found).toEqual(people);
});
