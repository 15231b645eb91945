import { expect, settle, test } from '../support/test';
import type { Page } from '@playwright/test';

const ID = '[0-9a-f-]{36}';

const src = (page: Page, id: string) => page.locator(`#${id}`).getAttribute('src');

for (const [name, tool, expected] of [
  ['typeform', 'typeform', `https://form\\.typeform\\.com/to/abc\\?x=%20y#name=Ann%20Lee&affiliate=1234&tributary_id=${ID}`],
  ['jotform', 'jotform', `https://eu\\.jotform\\.com/123\\?affiliate=1234&tributary_id=${ID}`],
  ['tally', 'tally', `https://tally\\.so/embed/abc\\?alignLeft=1&affiliate=1234&tributary_id=${ID}`],
  ['calendly', 'calendly', `https://calendly\\.com/ann/call\\?utm_content=theirs&utm_term=trb-id-1234-[0-9a-f]{32}`],
  ['keap-frame', 'keap', `https://app\\.infusionsoft\\.com/app/form/iframe/abc\\?inf_custom_affiliate=1234`],
]) {
  test.describe(name, () => {
    test.use({ settings: { tools: [tool] } });

    test('frames carry the value, now and later, and no other frame does', async ({ open, page }) => {
      await open('plain');
      const before = await page.evaluate(() => history.length);
      await open(`tools/${name}`, '?affiliate=1234');
      for (const id of ['now', 'later']) {
        await expect(page.frameLocator(`#${id}`).locator('p')).toHaveText(new RegExp(`^${expected}$`));
        expect(await src(page, id)).toMatch(new RegExp(`^${expected}$`));
      }
      expect(await src(page, 'other')).toBe('https://frames.example.com/?x=1');
      expect(await page.evaluate(() => history.length), 'the way back').toBe(before + 1);
    });

    test('without a touch nothing is changed', async ({ open, page }) => {
      await open(`tools/${name}`);
      await expect(page.locator('#later')).toHaveAttribute('src');
      expect(await src(page, 'now')).toBe(await page.locator('#later').getAttribute('data-src'));
      expect(await src(page, 'later')).toBe(await page.locator('#later').getAttribute('data-src'));
    });
  });
}

test.describe('a frame', () => {
  test.use({ settings: { tools: ['jotform'] } });
  const touched = /affiliate=1234/;

  const add = (page: Page, address: string): Promise<void> =>
    page.evaluate((src) => {
      document.body.append(Object.assign(document.createElement('iframe'), { id: 'added', src }));
    }, address);

  test("keeps the page's own value", async ({ open, page }) => {
    await open('tools/jotform', '?affiliate=1234');
    await add(page, 'https://form.jotform.com/1?affiliate=own');
    await page.waitForTimeout(100);
    expect(await src(page, 'added')).toBe('https://form.jotform.com/1?affiliate=own');
  });

  for (const address of ['https://jotform.com.example.com/', 'https://notjotform.com/', 'about:blank', '//:']) {
    test(`at ${address} is none of the vendor's`, async ({ open, page }) => {
      await open('tools/jotform', '?affiliate=1234');
      await add(page, address);
      await page.waitForTimeout(100);
      expect(await src(page, 'added')).toBe(address);
    });
  }

  test('is left alone once the visitor has been in it', async ({ open, page }) => {
    await open('tools/jotform', '?affiliate=1234');
    await page.evaluate(() => window.tributary?.consent?.revoke());
    await add(page, 'https://form.jotform.com/1');
    await add(page, 'https://form.jotform.com/2');
    await page.frameLocator('#added >> nth=0').locator('input').fill('typed');
    await page.locator('body').click({ position: { x: 1, y: 1 } });
    await page.evaluate(() => window.tributary?.consent?.grant());
    await expect.poll(() => page.locator('#added').nth(1).getAttribute('src')).toMatch(touched);
    expect(await page.locator('#added').nth(0).getAttribute('src')).toBe('https://form.jotform.com/1');
    await expect(page.frameLocator('#added >> nth=0').locator('input')).toHaveValue('typed');
  });

  test('that the page gives the focus as it adds it is decorated', async ({ open, page }) => {
    await open('tools/jotform', '?affiliate=1234');
    await page.evaluate(() => {
      const frame = Object.assign(document.createElement('iframe'), { id: 'added', src: 'https://form.jotform.com/1' });
      document.body.append(frame);
      frame.focus();
    });
    await expect.poll(() => src(page, 'added')).toMatch(touched);
  });

  test('keeps the focus that it has, and the page stays where it is', async ({ open, page }) => {
    await open('tools/jotform', '?affiliate=1234');
    await page.evaluate(() => {
      const frame = Object.assign(document.createElement('iframe'), { id: 'added', src: 'https://form.jotform.com/1' });
      document.body.style.height = '9000px';
      frame.style.cssText = 'position: absolute; top: 8000px';
      document.body.append(frame);
      frame.focus({ preventScroll: true });
    });
    await expect.poll(() => src(page, 'added')).toMatch(touched);
    expect(await page.evaluate(() => [document.activeElement?.id, scrollY])).toEqual(['added', 0]);
  });

  test('is decorated once, whatever the page then does with its address', async ({ open, page }) => {
    await open('tools/jotform', '?affiliate=1234');
    await add(page, 'https://form.jotform.com/1');
    await expect.poll(() => src(page, 'added')).toMatch(touched);
    await page.evaluate(() => document.querySelector('#added')?.setAttribute('src', 'https://form.jotform.com/1'));
    await page.waitForTimeout(100);
    expect(await src(page, 'added')).toBe('https://form.jotform.com/1');
  });
});

test.describe('a frame whose page has loaded before the touch may be told', () => {
  test.use({ settings: { tools: ['typeform'] } });

  test('is loaded anew, even for a fragment', async ({ open, page }) => {
    await open('plain', '?affiliate=1234');
    await page.evaluate(() => window.tributary?.consent?.revoke());
    await page.evaluate(() => document.body.append(Object.assign(document.createElement('iframe'), { src: 'https://form.typeform.com/a' })));
    await expect(page.frameLocator('iframe').locator('p')).toHaveText('https://form.typeform.com/a');
    await page.evaluate(() => window.tributary?.consent?.grant());
    await expect(page.frameLocator('iframe').locator('p')).toHaveText(/^https:\/\/form\.typeform\.com\/a#affiliate=1234&/);
  });
});

test.describe('messages', () => {
  test.use({ settings: { tools: ['tally', 'typeform', 'calendly', 'jotform'] } });

  const submitted = (email: unknown) =>
    JSON.stringify({
      event: 'Tally.FormSubmitted',
      payload: {
        formId: 'abc',
        fields: [
          { type: 'INPUT_TEXT', title: 'Note', answer: { value: 'bob@example.com' } },
          { type: 'INPUT_EMAIL', title: 'E-mail', answer: { value: email } },
        ],
      },
    });

  /** Has a frame say something as soon as it has loaded. */
  const say = (page: Page, from: string, message: unknown): Promise<unknown> =>
    page.evaluate(
      (src) =>
        new Promise((done) => {
          addEventListener('message', ({ data }) => data === 'done' && done(0));
          document.body.append(Object.assign(document.createElement('iframe'), { src }));
        }),
      `${from}/said?say=${encodeURIComponent(JSON.stringify([message, 'done']))}`,
    );

  test('one with an e-mail is an opt-in, once', async ({ open, page, collector }) => {
    await open('plain', '?affiliate=1');
    await say(page, 'https://tally.so', submitted('ann@example.com'));
    await expect.poll(() => collector.of('optin')).toHaveLength(1);
    expect(collector.of('optin')[0]).toMatchObject({
      person: { email: 'ann@example.com' },
      via: 'message',
      form: { id: 'abc' },
      touch: { affiliate: '1' },
    });
  });

  test('its id is the one that the frame carries', async ({ open, page, collector }) => {
    await open('plain', '?affiliate=1');
    const answer = encodeURIComponent(JSON.stringify([submitted('ann@example.com'), submitted('ann@example.com')]));
    await page.evaluate((src) => {
      document.body.append(Object.assign(document.createElement('iframe'), { id: 'f', src }));
    }, `https://tally.so/embed/abc?answer=${answer}`);
    await expect(page.frameLocator('#f').locator('p')).toBeAttached();
    await expect.poll(() => src(page, 'f')).toMatch(/tributary_id/);
    await page.locator('#f').evaluate((frame: HTMLIFrameElement) => frame.contentWindow?.postMessage('go', '*'));
    await expect.poll(() => collector.of('optin')).toHaveLength(1);
    await settle(page, collector);
    expect(collector.of('optin')).toHaveLength(1);
    expect(await src(page, 'f')).toContain(collector.of('optin')[0].id);
  });

  for (const [what, from, message] of [
    ['from another origin', 'https://tally.so.example.com', submitted('ann@example.com')],
    ['with no e-mail', 'https://tally.so', submitted('nobody')],
    ['with something else for an e-mail', 'https://tally.so', submitted({ toString: 'ann@example.com' })],
    ['of another event', 'https://tally.so', submitted('ann@example.com').replace('FormSubmitted', 'FormPageView')],
    ['that is no JSON', 'https://tally.so', 'Tally.FormSubmitted'],
    ['that is null', 'https://tally.so', null],
    ['of Typeform, which names nobody', 'https://form.typeform.com', { type: 'form-submit', formId: 'a', responseId: 'b' }],
    ['of Calendly, which names nobody', 'https://calendly.com', { event: 'calendly.event_scheduled', payload: { invitee: { uri: 'u' } } }],
    ['of JotForm, which names nobody', 'https://eu.jotform.com', { action: 'submission-completed', formID: '1' }],
  ] as const) {
    test(`one ${what} is no opt-in`, async ({ open, page, collector }) => {
      await open('plain', '?affiliate=1');
      await say(page, from, message);
      await settle(page, collector);
      expect(collector.of('optin')).toEqual([]);
    });
  }

  test('of the right origin but no frame of the page is no opt-in', async ({ open, page, collector }) => {
    await open('plain', '?affiliate=1');
    await page.evaluate((data) => {
      dispatchEvent(new MessageEvent('message', { data, origin: 'https://tally.so', source: window }));
    }, submitted('ann@example.com'));
    await settle(page, collector);
    expect(collector.of('optin')).toEqual([]);
  });
});
