import { expect, started, test } from './support/test';

const cases = [
  ['www.example.com', '.example.com'],
  ['a.b.shop.example.com', '.example.com'],
  ['shop.example.co.uk', '.example.co.uk'],
  ['localhost', 'localhost'],
  ['127.0.0.1', '127.0.0.1'],
];

for (const [host, domain] of cases) {
  test(`on ${host} the cookie stands on ${domain}`, async ({ page, site }) => {
    await page.goto(`http://${host}:${site.port}/plain?affiliate=1`);
    await started(page);
    const cookies = await page.context().cookies();
    expect(cookies.map((cookie) => [cookie.name, cookie.domain, cookie.path, cookie.sameSite, cookie.secure])).toEqual([
      ['trb', domain, '/', 'Lax', false],
    ]);
  });
}

test('one host of a site knows what another saw', async ({ page, site, collector }) => {
  await page.goto(`http://www.example.com:${site.port}/plain?affiliate=1`);
  await started(page);
  await page.goto(`http://shop.example.com:${site.port}/plain`);
  await expect(page.locator('input[name=affiliate]')).toHaveValue('1');
  expect(collector.of('click')).toHaveLength(1);
});

test('on https the cookie is secure', async ({ page, site, collector }) => {
  await page.route('https://www.example.com/**', async (route) => {
    const asked = route.request();
    const request = new Request(asked.url(), { method: asked.method(), body: asked.postData() });
    const answer = asked.url().includes('/c/') ? await collector.respond(request) : site.page('address');
    await route.fulfill({
      status: answer.status,
      body: (await answer.text()).replaceAll(collector.origin, 'https://www.example.com/c'),
      headers: Object.fromEntries(answer.headers),
    });
  });
  await page.goto('https://www.example.com/?affiliate=1&src=/s/st_test.js');
  await started(page);
  expect(await page.context().cookies()).toMatchObject([{ name: 'trb', domain: '.example.com', secure: true }]);
});

test('a collector on the page’s own site gets the cookie and sets it again', async ({ page, site, collector }) => {
  const shared = { visitor: '0', first: { affiliate: '1', kind: 'id', at: 1 }, latest: { affiliate: '1', kind: 'id', at: 1 } };
  const value = btoa(JSON.stringify({ ...shared, http: 5 }));
  collector.sets = `trb=${value}; Path=/; Domain=example.com; Max-Age=1000; SameSite=Lax`;
  const address = `http://go.example.com:${collector.port}/s/st_test.js`;
  await page.goto(`http://www.example.com:${site.port}/address?affiliate=1&src=${address}`);
  await started(page);
  await expect.poll(() => collector.cookies).toEqual([expect.stringMatching(/^trb=/)]);
  await expect.poll(() => page.evaluate(() => window.tributary?.touch?.().http)).toBe(5);
  expect(await page.context().cookies()).toHaveLength(1);
});

test('where cookies are refused, localStorage keeps the touch, and a revoke erases it', async ({ open, page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(document, 'cookie', { get: () => '', set: () => undefined });
  });
  await open('plain', '?affiliate=1');
  await open('plain');
  await expect(page.locator('[name=affiliate]')).toHaveValue('1');
  await page.evaluate('tributary.consent.revoke()');
  expect(await page.evaluate('Object.entries(localStorage)')).toEqual([['trb', '-']]);
});
