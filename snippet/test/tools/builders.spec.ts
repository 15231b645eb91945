import { expect, rested, settle, test } from '../support/test';

// Tools that send the browser on to the next page, which counts like any other form.
for (const [tool, field] of Object.entries({
  kajabi: 'form_submission[custom_3]',
  leadpages: 'AFFILIATE',
  keap: 'inf_custom_Affiliate',
  clickfunnels: 'contact[additional_info][affiliate]',
})) {
  test.describe(tool, () => {
    test.use({ settings: { tools: [tool] } });

    test('the value arrives in the field of the tool, and the opt-in counts', async ({ open, page, collector, site }) => {
      await open(`tools/${tool}`, '?affiliate=1234');
      await rested(page);
      await page.fill('#email', 'ann@example.com');
      await page.click('button, a');
      await expect(page.locator('#thanks')).toBeVisible();
      await expect.poll(() => collector.of('optin').map(({ person }) => person?.email)).toContain('ann@example.com');
      expect(site.received[0].fields).toContainEqual([field, '1234']);
      expect(site.received[0].fields).not.toContainEqual(['form_submission[custom_2]', '1234']);
    });

    test('without a touch the fields stay empty', async ({ open, page }) => {
      await open(`tools/${tool}`);
      await rested(page);
      await page.focus('#email');
      const values = await page.locator('input:not([name=tributary_id])').evaluateAll((all) => all.map((input) => (input as HTMLInputElement).value));
      expect(values.join('')).toBe('');
    });
  });
}

test.describe('kajabi', () => {
  test.use({ settings: { tools: ['kajabi'] } });

  test('what somebody has typed is theirs', async ({ open, page }) => {
    await open('tools/kajabi');
    await page.fill('[placeholder=Affiliate]', 'my friend');
    await page.focus('#email');
    await expect(page.locator('[placeholder=Affiliate]')).toHaveValue('my friend');
  });
});

test.describe('instapage', () => {
  test.use({ settings: { tools: ['instapage'] } });

  test("the page's own functions are called as before", async ({ open, page, collector }) => {
    await open('tools/instapage', '?affiliate=1');
    await rested(page);
    await page.waitForTimeout(50);
    await page.fill('input[type=email]', 'ann@example.com');
    await page.click('button');
    await expect.poll(() => page.evaluate('calls')).toEqual(['second form']);
    await expect.poll(() => collector.of('optin')).toHaveLength(1);
  });
});

test.describe('hubspot', () => {
  test.use({ settings: { tools: ['hubspot'] } });

  test('the new embed takes the value by its API, and tells the e-mail', async ({ open, page, collector }) => {
    await open('tools/hubspot-new', '?affiliate=1234');
    await page.evaluate(`tell('on-ready')`);
    expect(await page.evaluate(`values['0-1/affiliate']`)).toBe('1234');
    await page.evaluate(`values['0-1/email'] = 'ann@example.com', values['0-1/firstname'] = 'Ann', tell('on-submission:success')`);
    await expect.poll(() => collector.of('optin').map(({ person }) => person)).toEqual([
      { email: 'ann@example.com', first_name: 'Ann' },
    ]);
    await page.evaluate(`tell('on-submission:success')`);
    await settle(page, collector);
    expect(collector.of('optin')).toHaveLength(1);
  });

  for (const [from, arrives] of [
    ['https://forms.hsforms.com', 1],
    ['https://hsforms.com.example.com', 0],
  ] as const) {
    test(`a message from a frame of ${from}`, async ({ open, page, collector }) => {
      const message = {
        type: 'hsFormCallback',
        eventName: 'onFormSubmitted',
        id: 'f1',
        data: { submissionValues: { email: 'ann@example.com', firstname: 'Ann', lastname: 5 } },
      };
      await open('plain', '?affiliate=1');
      await page.evaluate(
        (src) =>
          new Promise((done) => {
            addEventListener('message', ({ data }) => data === 'done' && done(0));
            document.body.append(Object.assign(document.createElement('iframe'), { src }));
          }),
        `${from}/form?say=${encodeURIComponent(JSON.stringify([message, 'done']))}`,
      );
      await settle(page, collector);
      expect(collector.of('optin').map(({ person, via }) => [person, via])).toEqual(
        arrives ? [[{ email: 'ann@example.com', first_name: 'Ann' }, 'message']] : [],
      );
    });
  }
});
