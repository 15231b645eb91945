import { expect, rested, settle, started, test, whole } from './support/test';

test('the tag twice is the tag once', async ({ open, page, collector }) => {
  await open('twice', '?affiliate=1');
  await rested(page);
  await page.fill('[name=email]', 'ann@example.com');
  await page.click('button');
  await expect(page.locator('#thanks')).toBeVisible();
  await expect.poll(() => collector.events.map(({ type }) => type)).toEqual(['click', 'optin']);
});

for (const [what, src] of Object.entries({
  'its usual address': '/s/st_test.js',
  'its immutable address': '/s/st_test.0123456789ab.js',
  'an address with a query': '/s/st_test.js%3Fv=/2',
  'an address below a path': '/x/y/s/st_test.js',
  'a module': '/s/st_test.js&type=module',
  'a tag that was taken out again': '/s/st_test.js&remove=1',
})) {
  test(`loaded from ${what}, it finds its way back`, async ({ open, page, collector }) => {
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await open('address', `?affiliate=1&src=${src}`);
    expect((await sent).url()).toBe(`${collector.origin}${src.startsWith('/x') ? '/x/y' : ''}/e`);
    await expect.poll(() => collector.events).toHaveLength(1);
  });
}

test.describe('pasted as text', () => {
  test.use({ mayLog: /ERR_FAILED/ });

  test('it does not know its way back, but fills the forms and breaks nothing', async ({ page, site, collector }) => {
    await page.route('**/e', (route) => route.abort());
    await page.goto(`${site.origin}/bare?affiliate=1`);
    await page.addScriptTag({ content: collector.script() });
    await expect(page.locator('[name=affiliate]')).toHaveValue('1');
  });
});

test('events outlive the page', async ({ open, page }) => {
  await page.addInitScript(() => {
    const real = window.fetch.bind(window);
    window.fetch = (url, init) => {
      Object.assign(window, { asked: init });
      return real(url, init);
    };
  });
  await open('plain', '?affiliate=1');
  expect(await page.evaluate('asked')).toMatchObject({ method: 'POST', keepalive: true });
});

test('events go without cookies and without a preflight', async ({ open, page, collector }) => {
  await page.context().addCookies([{ name: 'session', value: 'secret', url: collector.origin }]);
  const sent = page.waitForRequest((request) => request.url().endsWith('/e'));
  await open('plain', '?affiliate=1');
  const headers = await (await sent).allHeaders();
  expect(headers['content-type']).toMatch(/^text\/plain/);
  expect(headers.cookie).toBeUndefined();
});

test('a page that comes out of the back/forward cache is filled anew', whole, async ({ open, page }) => {
  await open('plain', '?affiliate=1');
  await expect(page.locator('[name=affiliate]')).toHaveValue('1');
  await page.evaluate(() => {
    addEventListener('pageshow', (event) => {
      document.title = event.persisted ? 'restored' : 'new';
    });
  });
  await open('other', '?affiliate=2');
  await page.evaluate(() => {
    history.back();
  }); // There is no load to wait for.
  await expect(page).toHaveTitle('restored');
  await expect(page.locator('[name=affiliate]')).toHaveValue('2');
});

test('a page that is prepared ahead is no visit until it is shown', whole, async ({ page, site, collector }) => {
  await page.addInitScript(() => {
    Object.defineProperty(document, 'prerendering', { configurable: true, get: () => !('shown' in window) });
  });
  await page.goto(`${site.origin}/plain?affiliate=1`);
  await started(page);
  await rested(page);
  await settle(page, collector);
  expect(await page.context().cookies()).toEqual([]);
  expect(await page.locator('[type=hidden]').count()).toBe(0);
  expect(collector.events).toEqual([]);
  await page.evaluate(() => {
    Object.assign(window, { shown: true });
    document.dispatchEvent(new Event('prerenderingchange'));
  });
  await expect.poll(() => collector.events).toHaveLength(1);
  await expect(page.locator('[name=affiliate]')).toHaveValue('1');
});
