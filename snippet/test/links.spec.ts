import { expect, settle, started, test, whole } from './support/test';

test.use({ settings: { linked_domains: ['example.com', 'example.co.uk'] } });

const far = 'shop.example.co.uk';

test('a link to another domain of the site takes the touch along', async ({ page, site, collector }) => {
  await page.goto(`${site.at('www.example.com')}/links?affiliate=1`);
  await started(page);
  const before = await page.evaluate(() => window.tributary?.touch?.());
  await page.click('#far b');
  await page.waitForURL(/shop\.example/);
  await started(page);
  expect(page.url()).toBe(`${site.at(far)}/plain?list=7&b=%C3%A9#form`);
  await expect(page.locator('[name=affiliate]')).toHaveValue('1');
  expect(await page.evaluate(() => window.tributary?.touch?.())).toEqual(before);
  await page.reload();
  await expect(page.locator('[name=affiliate]')).toHaveValue('1');
  await settle(page, collector);
  expect(collector.events).toHaveLength(1);
});

test('the link is as it was, before and after; a new tab gets the touch, too', whole, async ({ page, site }) => {
  await page.goto(`${site.at('www.example.com')}/links?affiliate=1`);
  await started(page);
  const href = () => page.locator('#far').getAttribute('href');
  const before = await href();
  const [tab] = await Promise.all([
    page.context().waitForEvent('page'),
    page.click('#far', { modifiers: ['ControlOrMeta'] }),
  ]);
  await started(tab);
  await expect(tab.locator('[name=affiliate]')).toHaveValue('1');
  expect(await href()).toBe(before);
});

test('a link that is asked for its menu is as it was right afterwards', async ({ page, site }) => {
  await page.goto(`${site.at('www.example.com')}/links?affiliate=1`);
  await started(page);
  const link = page.locator('#far');
  const before = await link.getAttribute('href');
  // Both come of one click with the right button. In life the timer may run out between them, or not.
  for (const types of [['contextmenu', 'auxclick'], ['auxclick']]) {
    const during = await link.evaluate((element, all) => {
      for (const type of all) element.dispatchEvent(new MouseEvent(type, { bubbles: true, composed: true }));
      return element.getAttribute('href');
    }, types);
    expect(during).toMatch(/\?list=7&b=%C3%A9&trb=\d+~[\w.,~-]+#form$/);
    await expect.poll(() => link.getAttribute('href')).toBe(before);
  }
});

test('a click that the page takes for itself leaves nothing behind', async ({ page, site }) => {
  await page.goto(`${site.at('www.example.com')}/links?affiliate=1`);
  await started(page);
  const before = await page.locator('#far').getAttribute('href');
  await page.evaluate(() => {
    addEventListener('click', (event) => {
      event.preventDefault();
    });
  });
  await page.click('#far');
  await expect.poll(() => page.locator('#far').getAttribute('href')).toBe(before);
  expect(page.url()).toContain('/links');
});

for (const id of ['near', 'foreign'])
  test(`a link that is ${id} stays as it is`, async ({ page, site }) => {
    await page.goto(`${site.at('www.example.com')}/links?affiliate=1`);
    await started(page);
    const [request] = await Promise.all([
      page.waitForRequest((one) => one.isNavigationRequest() && one.url().includes('/plain')),
      page.click(`#${id}`),
    ]);
    expect(request.url()).not.toContain('trb');
  });

test('without a touch a link stays as it is', async ({ page, site }) => {
  await page.goto(`${site.at('www.example.com')}/links`);
  await started(page);
  const [request] = await Promise.all([page.waitForRequest(/plain/), page.click('#far')]);
  expect(request.url()).not.toContain('trb');
});

const id = '00000000-0000-7000-8000-000000000000';
const touch = 'id,5,1700000000000';

test('a link that is handed on is too old, and what nobody of us wrote is nothing', async ({ page, site }) => {
  for (const value of [
    `${Date.now() - 180_000}~${id},${touch},${touch}`,
    `${id},${touch},${touch}`,
    `${Date.now()}~${id},${touch}`,
    `${Date.now()}~<b>,${touch},${touch}`,
    `${Date.now()}~`,
    '%',
    '',
  ]) {
    await page.goto(`${site.at(far)}/plain?trb=${value}&x=1`);
    await started(page);
    expect(await page.evaluate(() => window.tributary?.touch?.().latest), value).toBeUndefined();
    expect(page.url()).toBe(`${site.at(far)}/plain?x=1`);
  }
});

test('a newer touch over there stays', async ({ page, site }) => {
  await page.goto(`${site.at(far)}/plain?affiliate=9`);
  await started(page);
  await page.goto(`${site.at(far)}/plain?trb=${Date.now()}~${id},${touch},${touch}`);
  await started(page);
  expect(await page.evaluate(() => window.tributary?.touch?.().latest?.affiliate)).toBe('9');
});
