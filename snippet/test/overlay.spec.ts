import type { Locator, Page } from '@playwright/test';
import { expect, rested, test } from './support/test';

const panel = (page: Page): Locator => page.getByRole('dialog', { name: 'Tributary test' });
const verdict = (page: Page, name: string): Locator =>
  panel(page).getByRole('listitem').filter({ has: page.locator('.name').getByText(name, { exact: true }) });

test('nobody without the parameter sees it, or loads it', async ({ open, page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  for (const query of ['', '?affiliate=1', '?tributary_test=0', '?tributary_test=']) {
    await open('doctor', query);
    await rested(page);
    await expect(panel(page)).toHaveCount(0);
  }
  expect(asked.filter((url) => url.includes('.test.js'))).toEqual([]);
});

test('each form has its verdict', async ({ open, page }) => {
  await open('doctor', '?affiliate=101&tributary_test=1');
  await expect(panel(page)).toBeVisible();
  for (const [name, says] of [
    ['Form plain', 'ready'],
    ['Form far-form', 'ready'],
    ['Form login', 'left alone'],
    ['Form login', 'by its field “pass”'],
    ['Form search', 'marked as a search'],
    ['Form off', 'data-tributary="off"'],
    ['Form poll', 'no e-mail'],
    ['Form <img src=x onerror=window.hacked=1>', 'ready'],
    ['Form clobbered', 'ready'],
    ['Form open', 'ready'],
    ['Form framed', 'ready'],
    ['<closed-box>', 'closed shadow root'],
    ['Frame', 'out of reach'],
    ['Affiliate', 'affiliate 101: from ?affiliate= in this page’s address'],
    ['Cookie', 'none yet'],
    ['Collector', 'takes what this page sends'],
  ])
    await expect(verdict(page, name)).toContainText(says);
  await expect(panel(page).getByRole('listitem')).toHaveCount(3 + 12 + 1);
  expect(await page.evaluate(`window.hacked`)).toBeUndefined();
});

test('a test keeps nothing and counts nothing, and says who is kept', async ({ open, page, collector, context }) => {
  await open('plain', '?affiliate=7');
  const cookies = await context.cookies();
  expect(cookies).toHaveLength(1);
  const [real] = collector.events;
  expect(real.test).toBeUndefined();
  await open('plain', '?affiliate=101&tributary_test=1');
  await expect(verdict(page, 'Affiliate')).toContainText('Kept for you stays affiliate 7');
  await expect(page.locator('#plain [name=affiliate]')).toHaveValue('101');
  await expect.poll(() => collector.of('click')).toHaveLength(2);
  expect(collector.of('click')[1]).toMatchObject({ test: true, touch: { affiliate: '101' } });
  expect(await context.cookies()).toEqual(cookies);
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  await open('plain');
  await expect(page.locator('#plain [name=affiliate]')).toHaveValue('7');
});

test('a test opt-in goes out marked, and the answer is told', async ({ open, page, collector }) => {
  await open('plain', '?affiliate=101&tributary_test=1');
  collector.says = '{"results":[{"status":"test","judgement":{"status":"received","affiliate":"id:101","known":true}}]}';
  await panel(page).getByLabel('E-mail of the test').fill('owner@example.com');
  await panel(page).getByRole('button', { name: 'Send a test opt-in' }).click();
  await expect(panel(page).getByRole('status')).toContainText('affiliate 101 would earn it. Keap knows this affiliate.');
  const [optin] = collector.of('optin');
  expect(optin).toMatchObject({ test: true, person: { email: 'owner@example.com' }, touch: { affiliate: '101' } });
  expect(optin.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-87e5-8/);
  expect(collector.of('optin')).toHaveLength(1);
});

test('the page’s own form is sent as a test, with its fields filled', async ({ open, page, collector, site }) => {
  await open('plain', '?affiliate=101&tributary_test=1');
  await expect(page.locator('#plain [name=affiliate]')).toHaveValue('101');
  await page.locator('#plain [name=email]').fill('ann@example.com');
  await page.locator('#plain button').click();
  await expect(page.locator('#thanks')).toBeVisible();
  await expect.poll(() => collector.of('optin')).toHaveLength(1);
  const [optin] = collector.of('optin');
  expect(optin).toMatchObject({ test: true, form: { id: 'plain' } });
  expect(site.received[0].fields).toContainEqual(['tributary_id', optin.id]);
});

test('what the page itself has sent is listed', async ({ open, page }) => {
  await open('fetch', '?affiliate=101&tributary_test=1');
  await expect(panel(page)).toContainText('This visit, sent as a test');
});

test.describe('with consent to wait for', () => {
  test.use({ settings: { consent: 'wait' } });

  test('nothing is sent before it is granted, and the verdict says so', async ({ open, page, collector }) => {
    await open('plain', '?affiliate=101&tributary_test=1');
    await expect(verdict(page, 'Form plain')).toContainText('consent pending');
    await panel(page).getByRole('button', { name: 'Send a test opt-in' }).click();
    await expect(panel(page).getByRole('status')).toContainText('consent pending');
    expect(collector.events).toEqual([]);
    await page.evaluate(`tributary.consent.grant()`);
    await expect(verdict(page, 'Form plain')).toContainText('ready');
    expect(collector.of('click')[0]).toMatchObject({ test: true });
  });
});

test.describe('under policies', () => {
  test.use({ mayLog: /Content Security Policy|ERR_|Failed to load|\[DOM\]/ });

  test('the documented lines are enough for the overlay, too', async ({ open, page }) => {
    await open('policy', '?affiliate=101&tributary_test=1');
    await expect(verdict(page, 'Form plain')).toContainText('ready');
    await expect(panel(page).locator('.badge').first()).toHaveCSS('font-weight', '600');
  });

  test('a policy that keeps events in is named', async ({ open, page, collector }) => {
    await open('muzzled', '?affiliate=101&tributary_test=1');
    await expect(verdict(page, 'Form plain')).toContainText('blocked by CSP');
    await expect(verdict(page, 'Form plain')).toContainText(`Add ${collector.origin} to its connect-src.`);
    await expect(verdict(page, 'Frame vendor.example.net')).toContainText('Add http://vendor.example.net to its frame-src.');
  });

  test('a collector that refuses the page is quoted', async ({ open, page, collector }) => {
    collector.status = 403;
    collector.says = '{"detail":"add it in the site\'s settings"}';
    await open('plain', '?affiliate=101&tributary_test=1');
    await expect(verdict(page, 'Form plain')).toContainText('refused');
    await expect(verdict(page, 'Collector')).toContainText("add it in the site's settings");
  });
});

test.describe('frames of vendors', () => {
  test.use({ settings: { tools: ['everwebinar', 'tally', 'typeform'] }, mayLog: /ERR_|\[DOM\]|Failed to load|chrome-error/ });

  for (const [host, says] of [
    ['event.webinarjam.com', 'needs the thank-you page'],
    ['tally.so', 'by message'],
    ['form.typeform.com', 'needs a hook'],
    ['calendly.com', 'Add "calendly" to the tools'],
    ['forms.example.net', 'out of reach'],
  ])
    test(host, async ({ open, page }) => {
      await open('around', `?tributary_test=1&frame=https://${host}/f`);
      await expect(verdict(page, `Frame ${host}`)).toContainText(says);
    });

  test('a player of videos is no form', async ({ open, page }) => {
    await open('around', '?tributary_test=1&frame=https://www.youtube.com/embed/1');
    await expect(panel(page)).toContainText('No form and no frame');
  });
});

test('it is worked by the keyboard alone', async ({ open, page }) => {
  await open('plain', '?tributary_test=1');
  await expect(panel(page)).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(panel(page).getByRole('button', { name: 'Close' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(panel(page)).toBeHidden();
  const again = page.getByRole('button', { name: 'Tributary test' });
  await expect(again).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(panel(page)).toBeFocused();
});

test('the tag in a frame is known by its message, and is told nothing of a test', async ({ page, site, collector }) => {
  Object.assign(collector, { settings: { frames: true, origins: ['http://*.example.com:*', 'http://*.example.net:*'] } });
  const inside = `${site.at('frame.example.net')}/plain`;
  await page.goto(`${site.at('www.example.com')}/around?affiliate=101&tributary_test=1&frame=${inside}`);
  await expect(verdict(page, `Frame ${new URL(inside).host}`)).toContainText('Our tag runs inside');
  await rested(page);
  await expect(page.frameLocator('iframe').locator('[name=affiliate]')).toHaveCount(0);
});

test.describe('dark and narrow', () => {
  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 1280],
    ['light', 375],
    ['dark', 375],
  ] as const)
    test(`${colorScheme} at ${width}`, async ({ open, page }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await open('doctor', '?affiliate=101&tributary_test=1');
      await expect(verdict(page, 'Collector')).toContainText('ready');
      const box = await panel(page).boundingBox();
      expect(box && box.x >= 0 && box.x + box.width <= width && box.y >= 0 && box.y + box.height <= 800).toBe(true);
      if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${colorScheme}-${width}.png` });
    });
});
