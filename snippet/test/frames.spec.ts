import { expect as soon, settle, started, test } from './support/test';
import type { Frame, Page } from '@playwright/test';
import type { Site } from './support/site';

// Three sites: the page on example.com, the frame on example.co.uk, the collector on 127.0.0.1.
test.use({
  settings: { frames: true, origins: ['http://www.example.com:*', 'http://*.example.co.uk:*'] },
  mayLog: /^\[DOM\]|Third-party cookie/,
});

const expect = soon.configure({ timeout: 15_000 });

test.setTimeout(60_000);

const inside = (site: Site, name = 'plain', host = 'forms.example.co.uk'): string =>
  encodeURIComponent(`${site.at(host)}/${name}`);

const go = (page: Page, site: Site, query: string, frame = inside(site), host = 'www.example.com') =>
  page.goto(`${site.at(host)}/around?${query}&frame=${frame}`, { waitUntil: 'domcontentloaded' });

const child = (page: Page): Frame => {
  const [, frame] = page.frames();
  return frame;
};

/** Has the tag on the page speak to its frames again, as after a return from the back/forward cache. */
const stir = (page: Page) =>
  page.evaluate(() => {
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
  });

const field = (page: Page) => page.frameLocator('iframe').locator('[name=affiliate]');

const ready = (frame: Frame) => frame.waitForFunction(() => 'touch' in (window.tributary ?? {}));

/** Holds the script back for one of the two, until it is let go. */
const holdBack = async (page: Page, top: boolean): Promise<() => void> => {
  let free = (): void => undefined;
  const gate = new Promise<void>((done) => (free = done));
  await page.route('**/s/*.js', async (route) => {
    if ((route.request().frame() === page.mainFrame()) === top) await gate;
    await route.continue();
  });
  return free;
};

test('a form in a frame gets the touch of the page around, and reports its opt-in', async ({
  page,
  site,
  collector,
}) => {
  await go(page, site, 'affiliate=1');
  await expect(field(page)).toHaveValue('1');
  const frame = page.frameLocator('iframe');
  await frame.locator('[name=email]').fill('ann@example.com');
  await frame.locator('button').click();
  await expect(frame.locator('#thanks')).toBeVisible();
  expect(site.received[0].fields).toContainEqual(['affiliate', '1']);
  await expect.poll(() => collector.events.map(({ type }) => type)).toEqual(['click', 'optin']);
  const [click, optin] = collector.events;
  expect(optin).toMatchObject({
    visitor: click.visitor,
    touch: click.touch,
    first: click.touch,
    via: 'form',
    url: `${site.at('forms.example.co.uk')}/plain`,
  });
});

for (const [who, top] of [
  ['page', true],
  ['frame', false],
] as const)
  test(`the tag of the ${who} comes last`, async ({ page, site }) => {
    const free = await holdBack(page, top);
    await go(page, site, 'affiliate=1');
    if (top) await expect(page.frameLocator('iframe').locator('[name=tributary_id]')).toHaveCount(1);
    else await started(page);
    await expect(field(page)).toHaveCount(0);
    free();
    await expect(field(page)).toHaveValue('1');
  });

test('a frame that is reloaded, or sent elsewhere, is handed the touch again', async ({ page, site }) => {
  await go(page, site, 'affiliate=1');
  await expect(field(page)).toHaveValue('1');
  for (const address of [inside(site), inside(site, 'plain?again')]) {
    await page.evaluate((src) => {
      document.querySelector('iframe')?.setAttribute('src', src);
    }, decodeURIComponent(address));
    await expect(field(page)).toHaveValue('1');
  }
});

test('a frame in a frame that has no tag', async ({ page, site }) => {
  const between = encodeURIComponent(`${site.at('www.example.net')}/bystander?frame=${inside(site)}`);
  await go(page, site, 'affiliate=1', between);
  const inner = page.frameLocator('iframe').frameLocator('iframe');
  await expect(inner.locator('[name=affiliate]')).toHaveValue('1');
});

test('a touch that the page learns later is handed in', async ({ page, site }) => {
  await go(page, site, '');
  await ready(child(page));
  await expect(page.frameLocator('iframe').locator('[name=tributary_id]')).toHaveCount(1);
  await expect(field(page)).toHaveCount(0);
  const other = await page.context().newPage();
  await other.goto(`${site.at('www.example.com')}/other?affiliate=2`);
  await started(other);
  await page.evaluate(() => window.tributary?.consent?.grant());
  await expect(field(page)).toHaveValue('2');
});

test('a frame keeps a touch of its own that is newer', async ({ page, site, collector }) => {
  const free = await holdBack(page, false);
  await go(page, site, 'affiliate=1', inside(site, 'plain?affiliate=9'));
  await started(page);
  free();
  await expect(field(page)).toHaveValue('9');
  await stir(page);
  await settle(page, collector);
  await expect(field(page)).toHaveValue('9');
  expect(await page.evaluate(() => window.tributary?.touch?.().latest?.affiliate)).toBe('1');
});

test('what the visitor has revoked is handed to no frame', async ({ page, site }) => {
  const free = await holdBack(page, false);
  await go(page, site, 'affiliate=1');
  await started(page);
  await page.evaluate(() => window.tributary?.consent?.revoke());
  free();
  await ready(child(page));
  await expect(page.frameLocator('iframe').locator('[name=tributary_id]')).toHaveCount(1);
  await expect(field(page)).toHaveCount(0);
});

const heard = (frame: Frame) => frame.evaluate(() => (window as unknown as { heard: string[] }).heard);

test('a frame of an origin that is not listed learns nothing, however it asks', async ({ page, site }) => {
  await go(page, site, 'affiliate=1', inside(site, 'bystander', 'www.example.net'));
  await started(page);
  await child(page).waitForLoadState();
  await stir(page);
  await expect.poll(() => heard(child(page))).toContain('"trb:st_test:1"');
  await child(page).evaluate(() => parent.postMessage('"trb:st_test:0"', '*'));
  await child(page).evaluate(() => new Promise((done) => setTimeout(done, 200)));
  expect(new Set(await heard(child(page)))).toEqual(new Set(['"trb:st_test:1"']));
});

test('a page of an origin that is not listed can hand nothing in', async ({ page, site }) => {
  const handed = '"trb:st_test:00000000-0000-7000-8000-000000000000,id,6,1700000000000,id,6,1700000000000"';
  await page.goto(`${site.at('www.example.net')}/bystander?frame=${inside(site)}`);
  await ready(child(page));
  await expect.poll(() => heard(page.mainFrame())).toEqual(['"trb:st_test:0"']);
  await page.evaluate((message) => {
    frames[0].postMessage(message, '*');
    frames[0].postMessage('"trb:st_test:1"', '*');
  }, handed);
  await page.evaluate(() => new Promise((done) => setTimeout(done, 200)));
  expect(await heard(page.mainFrame())).toEqual(['"trb:st_test:0"']);
  await expect(field(page)).toHaveCount(0);
});

test('a listed page around can hand in; a frame beside, and one below, cannot', async ({ page, site }) => {
  const now = `id,7,${Date.now()}`;
  const handed = `"trb:st_test:00000000-0000-7000-8000-000000000000,${now},${now}"`;
  const beside = inside(site, 'bystander');
  await page.goto(`${site.at('www.example.com')}/bystander?frame=${inside(site)}&frame=${beside}`);
  await ready(child(page));
  const sibling = page.frames()[2];
  await sibling.evaluate((message) => parent.frames[0].postMessage(message, '*'), handed);
  await child(page).evaluate((message) => window.postMessage(message, '*'), handed);
  await sibling.evaluate(() => new Promise((done) => setTimeout(done, 200)));
  await expect(page.locator('iframe').first().contentFrame().locator('[name=affiliate]')).toHaveCount(0);
  await page.evaluate((message) => {
    frames[0].postMessage(message, '*');
  }, handed);
  await expect(page.locator('iframe').first().contentFrame().locator('[name=affiliate]')).toHaveValue('7');
});

test('messages of any other shape do nothing, and nobody hears an error', async ({ page, site, collector }) => {
  await go(page, site, 'affiliate=1');
  await expect(field(page)).toHaveValue('1');
  const id = '00000000-0000-7000-8000-000000000000';
  const good = 'id,6,1900000000000';
  await page.evaluate(
    (all) => {
      for (const message of all) {
        frames[0].postMessage(message, '*');
        window.postMessage(message, '*');
      }
    },
    [
      null,
      7,
      {},
      { tributary: 1 },
      '',
      '"trb:st_test:',
      '"trb:st_test:"',
      '"trb:st_test:2"',
      '"trb:st_other:0"',
      'trb:st_test:0',
      `"trb:st_test:${id}"`,
      `"trb:st_test:${id},${good},id,6,9999999999999"`, // from the future
      `"trb:st_test:${id},${good},id,0,1700000000000"`,
      `"trb:st_test:${id},${good},id,<b>,1700000000000"`,
      `"trb:st_test:${id},${good},name,6,1700000000000"`,
      `"trb:st_test:${id},${good},id,6,1700000000000,x"`,
      `"trb:st_test:${id},${good},id,6,1e12"`,
      `"trb:st_test:<script>,${good},id,6,1700000000000"`,
      `"trb:st_test:${id},id,6,1,id,${'6'.repeat(65)},1700000000000"`,
      '"trb:st_test:' + 'x,'.repeat(100_000) + '"',
    ],
  );
  await settle(page, collector);
  await expect(field(page)).toHaveValue('1');
  expect(await child(page).evaluate(() => window.tributary?.touch?.().latest?.affiliate)).toBe('1');
});

test.describe('without the setting', () => {
  test.use({ settings: {} });

  test('nothing is said to anybody', async ({ page, site }) => {
    await go(page, site, 'affiliate=1', inside(site, 'bystander'));
    await started(page);
    await child(page).evaluate(() => new Promise((done) => setTimeout(done, 200)));
    expect(await heard(child(page))).toEqual([]);
  });
});
