import { expect, settle, test } from '../support/test';
import type { Collector } from '../support/collector';
import type { Page } from '@playwright/test';

test.use({ settings: { tools: ['cf7'] } });

const send = async (page: Page, who: string): Promise<void> => {
  const said = await page.locator('#said').textContent();
  await page.fill('#form [name=email]', `${who}@example.com`);
  await page.click('#form button');
  await expect(page.locator('#said')).not.toHaveText(said ?? '');
};

const people = (collector: Collector) => [
  ...new Map(collector.of('optin').map(({ id, person }) => [id, person?.email.split('@')[0]])).values(),
];

const held = (page: Page): Promise<number> =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('trb:')).length);

test('a navigation at once after the submit loses nothing', async ({ open, page, collector, site }) => {
  await open('tools/cf7', '?affiliate=1');
  await page.fill('#native [name=email]', 'ann@example.com');
  await page.click('#native button');
  await expect(page.locator('#thanks')).toBeVisible();
  await expect.poll(() => people(collector)).toEqual(['ann']);
  expect(site.received[0].fields).toContainEqual(['tributary_id', collector.of('optin')[0].id]);
});

test('what is held lies in the queue: the next page sends it if the end of this one goes unseen', async ({
  open,
  page,
  collector,
}) => {
  await page.addInitScript(() => {
    for (const type of ['pagehide', 'visibilitychange'])
      window.addEventListener(type, (event) => event.stopImmediatePropagation(), true);
  });
  await open('tools/cf7', '?affiliate=1');
  await send(page, 'silent');
  await settle(page, collector);
  expect(people(collector)).toEqual([]);
  expect(await held(page)).toBe(1);
  await open('other');
  await expect.poll(() => people(collector)).toEqual(['silent']);
});

for (const who of ['bad', 'spam', 'broken']) {
  test(`a failure (${who}) takes the opt-in out of the queue, and the same person may try again`, async ({
    open,
    page,
    collector,
  }) => {
    await open('tools/cf7', '?affiliate=1');
    await send(page, who);
    await send(page, who);
    await settle(page, collector);
    expect(await held(page)).toBe(0);
    await open('other');
    await settle(page, collector);
    expect(people(collector)).toEqual([]);
  });
}

test('a failed try and the one that succeeds share an id', async ({ open, page, collector, site }) => {
  await open('tools/cf7', '?affiliate=1');
  await send(page, 'bad');
  await send(page, 'ann');
  await expect.poll(() => people(collector)).toEqual(['ann']);
  const ids = site.received.map(({ fields }) => fields.find(([name]) => name === 'tributary_id')?.[1]);
  expect(ids).toEqual([collector.of('optin')[0].id, collector.of('optin')[0].id]);
});

test('a success takes back an earlier try that failed without a word', async ({ open, page, collector }) => {
  await open('tools/cf7', '?affiliate=1');
  await send(page, 'silent');
  await send(page, 'ann');
  await open('other');
  await expect.poll(() => people(collector)).toEqual(['ann']);
});

test('two tries without a word are two opt-ins', async ({ open, page, collector }) => {
  await open('tools/cf7', '?affiliate=1');
  await send(page, 'silent');
  await page.fill('#form [name=email]', 'silent@example.org');
  await page.click('#form button');
  await open('other');
  await expect.poll(() => people(collector)).toEqual(['silent', 'silent']);
});

test('a success of a form whose submit we have not seen', async ({ open, page, collector }) => {
  await open('tools/cf7', '?affiliate=1');
  await page.fill('#form [name=email]', 'ann@example.com');
  const succeed = () =>
    page.evaluate(() => document.querySelector('#form')?.dispatchEvent(new Event('wpcf7mailsent', { bubbles: true })));
  await succeed();
  await expect.poll(() => people(collector)).toEqual(['ann']);
  await page.fill('#form [name=email]', 'typing@example.com');
  await succeed();
  await open('other');
  await settle(page, collector);
  expect(people(collector)).toEqual(['ann']);
});

test('a form that the tool has replaced since', async ({ open, page, collector }) => {
  await open('tools/cf7', '?affiliate=1');
  await send(page, 'silent');
  await page.evaluate(() => {
    const form = document.querySelector('#form');
    const copy = form?.cloneNode(true) as HTMLFormElement;
    form?.replaceWith(copy);
    copy.reset();
    copy.dispatchEvent(new Event('wpcf7mailsent', { bubbles: true }));
  });
  await expect.poll(() => people(collector)).toEqual(['silent']);
});

test('a revoke takes what is held', async ({ open, page, collector }) => {
  await open('tools/cf7', '?affiliate=1');
  await send(page, 'silent');
  await page.evaluate(() => window.tributary?.consent?.revoke());
  await page.evaluate(() => document.querySelector('#form')?.dispatchEvent(new Event('wpcf7mailsent', { bubbles: true })));
  await open('other');
  await settle(page, collector);
  expect(people(collector)).toEqual([]);
});

test('a page that goes out of sight sends what is held', async ({ open, page, collector }) => {
  await open('tools/cf7', '?affiliate=1');
  await send(page, 'silent');
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
  await expect.poll(() => people(collector)).toEqual(['silent']);
});

test('forms that are not claimed count at submit', async ({ open, page, collector }) => {
  await open('plain', '?affiliate=1');
  await page.evaluate(() => addEventListener('submit', (event) => event.preventDefault()));
  await page.fill('[name=email]', 'ann@example.com');
  await page.click('button');
  await expect.poll(() => people(collector)).toEqual(['ann']);
});

test('an opt-in that the page reports by a call is not held', async ({ open, page, collector }) => {
  await open('tools/cf7', '?affiliate=1');
  await page.evaluate(() => window.tributary?.optin?.({ email: 'ann@example.com' }));
  await expect.poll(() => people(collector)).toEqual(['ann']);
});
