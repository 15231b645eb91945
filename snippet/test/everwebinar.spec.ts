import { expect as soon, settle, started, test as base, whole } from './support/test';
import type { FrameLocator, Page } from '@playwright/test';
import type { Collector } from './support/collector';
import { Vendor } from './support/webinar';

// Three sites: the page on example.com, the vendor on example.net, the collector on 127.0.0.1.
const test = base.extend<{ vendor: Vendor; prepared: undefined }, { vendors: Vendor }>({
  mayLog: /^\[DOM\]|Third-party cookie/,

  vendors: [
    async ({ servers: { site, collector } }, use) => {
      const vendor = new Vendor();
      const tag = `<script async src="${collector.origin}/s/st_test.js"></script>`;
      await vendor.start([
        { hash: 'bees', thank_you: `${site.at('www.example.com')}/thanks?list=7`, send_info: true },
        { hash: 'tagged', boxes: { form: tag } },
      ]);
      await use(vendor);
      await vendor.stop();
    },
    { scope: 'worker' },
  ],

  vendor: async ({ vendors }, use) => {
    await use(vendors);
  },

  prepared: [
    async ({ site, collector, vendor }, use) => {
      site.webinar = vendor.origin;
      collector.settings = {
        tools: ['everwebinar'],
        webinar_hosts: [vendor.host],
        frames: true,
        origins: ['http://www.example.com:*', vendor.origin],
      };
      collector.script(); // made ahead: it takes a while, and no request is answered meanwhile
      await use(undefined);
    },
    { auto: true },
  ],
});

// The script is bundled anew for each worker, as the vendor's port stands in it.
const expect = soon.configure({ timeout: 15_000 });

test.setTimeout(60_000);

const open = async (page: Page, site: { at: (host: string) => string }, path: string): Promise<void> => {
  await page.goto(`${site.at('www.example.com')}/${path}`, { waitUntil: 'domcontentloaded' });
};

const signUp = async (frame: FrameLocator | Page, email: string): Promise<void> => {
  await frame.locator('[name=first_name]').fill('Ann');
  await frame.locator('[name=email]').fill(email);
  await frame.locator('form button').click();
};

const form = (page: Page): FrameLocator => page.frameLocator('iframe');

/** The page that follows may send an event again that the last one was still sending: the id tells. */
const optIns = (collector: Collector): number => new Set(collector.of('optin').map(({ id }) => id)).size;

/** Where the frame is now, as only the browser knows. */
const shown = (page: Page): string => page.frames()[1]?.url() ?? '';

const value = /^trb-id-101-[0-9a-f]{12}7[0-9a-f]{3}8[0-9a-f]{15}$/;

test('the vendor stores the touch, and the thank-you page tells of the opt-in, once and for good', async ({
  page,
  site,
  collector,
  vendor,
}) => {
  await open(page, site, 'webinar?affiliate=101');
  await expect.poll(() => shown(page)).toContain('utm_content=trb-id-101-');
  await signUp(form(page), 'Ann@example.com');
  await expect(page.locator('#thanks')).toBeVisible();
  expect((await vendor.registrants('Ann@example.com')).map((r) => r.utm_content)).toEqual([
    expect.stringMatching(value),
  ]);
  await expect.poll(() => optIns(collector)).toBe(1);
  const [click] = collector.of('click');
  expect(collector.of('optin')[0]).toMatchObject({
    visitor: click.visitor,
    touch: click.touch,
    person: { email: 'Ann@example.com', first_name: 'Ann' },
    form: { id: 'everwebinar' },
  });
  expect(JSON.stringify(collector.events)).not.toContain('wj_');
});

const thanks = (email: string): string =>
  `thanks?list=7&wj_lead_email=${encodeURIComponent(email)}&wj_lead_first_name=Ann&wj_event_ts=1&wj_lead_phone_country_code=%2B43&wj_lead_phone_number=1234&x=%C3%A9&wj_lead_unique_link_live_room=https%3A%2F%2Fx%2F1#top`;

test('the thank-you page: what it is given reaches us, and no other script', async ({ page, site, collector }) => {
  await open(page, site, 'other?affiliate=101');
  await started(page);
  await open(page, site, thanks('bea@example.com'));
  await started(page);
  const clean = `${site.at('www.example.com')}/thanks?list=7&wj_event_ts=1&x=%C3%A9#top`;
  expect(page.url()).toBe(clean);
  expect(await page.evaluate(() => Reflect.get(window, 'seenByOthers') as string)).toBe(`${clean},${clean}`);
  await expect.poll(() => collector.of('optin')).toMatchObject([
    {
      via: 'thankyou',
      touch: { affiliate: '101' },
      url: `${site.at('www.example.com')}/thanks`,
      person: { email: 'bea@example.com', first_name: 'Ann', phone: '+431234' },
    },
  ]);
});

test('the thank-you page again, from the vendor’s e-mail, is no opt-in; another person is one', async ({
  page,
  site,
  collector,
}) => {
  for (const email of ['bea@example.com', 'bea@example.com', 'Bea@Example.com', 'ann@example.com']) {
    await open(page, site, thanks(email));
    await started(page);
    await settle(page, collector);
  }
  expect(collector.of('optin').map(({ person }) => person?.email)).toEqual(['bea@example.com', 'ann@example.com']);
  const kept = await page.evaluate(() => JSON.stringify(localStorage));
  expect(kept).not.toMatch(/bea|ann|example/i);
  await page.evaluate(() => window.tributary?.consent?.revoke());
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});

test('the thank-you page without an e-mail, or with what stands for one', async ({ page, site, collector }) => {
  for (const email of ['', '{email}', '%5Bemail%5D']) {
    await open(page, site, thanks(email));
    await started(page);
    await settle(page, collector);
  }
  expect(collector.of('optin')).toEqual([]);
});

test('a key that the page uses itself stays the page’s', async ({ page, site, vendor }) => {
  await open(page, site, 'webinar?affiliate=101&utm_content=mine&utm_source=news');
  await expect.poll(() => shown(page)).toContain('utm_term=trb-id-101-');
  await signUp(form(page), 'cyd@example.com');
  await expect(page.locator('#thanks')).toBeVisible();
  expect(await vendor.registrants('cyd@example.com')).toMatchObject([
    { utm_content: 'mine', utm_term: expect.stringMatching(value), utm_source: 'news' },
  ]);
});

test('without a touch, and with both keys taken, the frame stays as it is', async ({ page, site }) => {
  for (const query of ['', '?affiliate=0', '?affiliate=101&utm_content=a&utm_term=b']) {
    await open(page, site, `webinar${query}`);
    await started(page);
    await page.frames()[1].waitForLoadState();
    await page.evaluate(() => new Promise((done) => setTimeout(done, 150)));
    expect(shown(page)).not.toContain('trb-');
    await page.context().clearCookies();
  }
});

/** Holds our script back until it is let go. */
const holdBack = async (page: Page): Promise<() => void> => {
  let free = (): void => undefined;
  const gate = new Promise<void>((done) => (free = done));
  await page.route('**/s/*.js', async (route) => {
    await gate;
    await route.continue();
  });
  return free;
};

test('a frame that is there before us is given the touch once, without an entry in the history', async ({
  page,
  site,
}) => {
  const loads: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/form-embed')) loads.push(request.url());
  });
  const free = await holdBack(page);
  // Playwright runs its scripts as if the visitor had clicked: none before ours has come.
  const loaded = page.waitForResponse(/sandbox\/form\.js/);
  await open(page, site, 'webinar?affiliate=101');
  await loaded;
  await page.waitForTimeout(300);
  free();
  await expect.poll(() => shown(page)).toMatch(/&utm_content=trb-id-101-/);
  await expect(form(page).locator('[name=email]')).toBeVisible();
  await page.evaluate(() => window.tributary?.consent?.grant());
  await page.evaluate(() => new Promise((done) => setTimeout(done, 150)));
  expect(loads).toHaveLength(2);
  expect(await page.evaluate(() => history.length)).toBe(2); // about:blank, and the page
});

test('a form that the visitor has been in before we came is left alone', async ({ page, site }) => {
  const free = await holdBack(page);
  await open(page, site, 'webinar?affiliate=101');
  await form(page).locator('[name=email]').click();
  await page.keyboard.type('dan@example.com');
  await page.locator('p').first().click({ position: { x: 2, y: 2 } });
  free();
  await started(page);
  await page.evaluate(() => new Promise((done) => setTimeout(done, 150)));
  await expect(form(page).locator('[name=email]')).toHaveValue('dan@example.com');
  expect(shown(page)).not.toContain('trb-');
});

test('a form that the visitor is in when the touch becomes known is left alone', async ({ page, site }) => {
  await open(page, site, 'webinar');
  await started(page);
  await form(page).locator('[name=email]').click();
  await page.keyboard.type('dan@example.com');
  await page.locator('p').first().click({ position: { x: 2, y: 2 } });
  const other = await page.context().newPage();
  await open(other, site, 'other?affiliate=101');
  await started(other);
  await page.evaluate(() => window.tributary?.consent?.grant());
  await page.evaluate(() => new Promise((done) => setTimeout(done, 150)));
  await expect(form(page).locator('[name=email]')).toHaveValue('dan@example.com');
});

for (const [what, click] of [
  ['the button’s overlay', '.wj-embed-button'],
  ['the legacy pop-up', '.wj-popup'],
] as const)
  test(`${what} carries the touch`, async ({ page, site, collector, vendor }) => {
    const email = `${click.replaceAll('.', '')}@example.com`;
    await open(page, site, 'webinarbutton?affiliate=101');
    await started(page);
    await page.click(click);
    await expect.poll(() => shown(page)).toContain('utm_content=trb-id-101-');
    await signUp(form(page), email);
    await expect(page.locator('#thanks')).toBeVisible();
    expect(await vendor.registrants(email)).toMatchObject([{ utm_content: expect.stringMatching(value) }]);
    await expect.poll(() => optIns(collector)).toBe(1);
  });

test('a link to the hosted page carries the touch, and looks as it did', whole, async ({ page, site, vendor }) => {
  await open(page, site, 'webinarbutton?affiliate=101');
  await started(page);
  const link = page.locator('.wj-embed-bar a');
  const href = await link.getAttribute('href');
  const [tab] = await Promise.all([
    page.context().waitForEvent('page'),
    link.click({ modifiers: ['ControlOrMeta'] }),
  ]);
  await expect.poll(() => link.getAttribute('href')).toBe(href);
  await signUp(tab, 'eve@example.com');
  await expect(tab.locator('#thanks')).toBeVisible();
  expect(await vendor.registrants('eve@example.com')).toMatchObject([{ utm_content: expect.stringMatching(value) }]);
});

test('the vendor’s word that names the e-mail counts; the same from anybody else does not', async ({
  page,
  site,
  collector,
  vendor,
}) => {
  // Without the vendor's own script, which would go on to that address.
  const src = encodeURIComponent(`${vendor.origin}/register/11/bees/form-embed?ts=1`);
  await open(page, site, `around?affiliate=101&frame=${src}`);
  await expect.poll(() => shown(page)).toContain('trb-id-101-');
  await form(page).locator('[name=email]').waitFor();
  const says = (email: string) => ({ func: 'redirect', url: `https://www.example.com/x?wj_lead_email=${email}` });
  await page.evaluate((message) => {
    window.postMessage(message, '*');
  }, says('self@example.com'));
  for (const origin of [site.at('evil.example.co.uk'), vendor.origin]) {
    await page.evaluate(
      (src) =>
        new Promise((done) => {
          const frame = Object.assign(document.createElement('iframe'), { src, onload: done, id: 'other' });
          document.querySelector('#other')?.remove();
          document.body.append(frame);
        }),
      `${origin}/${origin === vendor.origin ? 'sandbox/sandbox.css' : 'untagged'}`,
    );
    const stranger = page.frames().at(-1);
    if (origin !== vendor.origin)
      await stranger?.evaluate((message) => parent.postMessage(message, '*'), says('evil@example.com'));
  }
  const own = page.frames().find((frame) => frame.url().includes('/form-embed'));
  await own?.evaluate(
    (all) => {
      for (const message of all) parent.postMessage(message, '*');
    },
    [null, 'redirect', { func: 'redirect' }, { func: 'redirect', url: 7 }, { func: 'resize', url: 'x' }, says('no-mail')],
  );
  await settle(page, collector);
  expect(collector.of('optin')).toEqual([]);
  await own?.evaluate((message) => parent.postMessage(message, '*'), says('fay@example.com'));
  await expect.poll(() => collector.of('optin')).toMatchObject([
    {
      via: 'message',
      touch: { affiliate: '101' },
      person: { email: 'fay@example.com' },
      form: { id: 'everwebinar', action: expect.stringMatching(/\/register\/11\/bees\/form-embed$/) },
    },
  ]);
});

test('our tag in the vendor’s code box reports the opt-in by itself', async ({ page, site, collector }) => {
  await open(page, site, 'webinartagged?affiliate=101');
  await expect(form(page).locator('[name=affiliate]')).toHaveValue('101');
  await signUp(form(page), 'gus@example.com');
  await expect.poll(() => collector.of('optin')).toMatchObject([
    {
      via: 'form',
      visitor: collector.of('click')[0].visitor,
      touch: { affiliate: '101' },
      person: { email: 'gus@example.com' },
    },
  ]);
});
