import { expect, rested, test } from './support/test';

const places = [
  'shadow',
  'nested',
  'declarative',
  'in a known root',
  'dialog',
  'instance',
  'framed',
  'traveller',
  'late frame',
  'written frame',
  'frame in a shadow root',
];

for (const place of places) {
  test(`a form is filled and reported: ${place}`, async ({ open, page, collector }) => {
    await open('roots', '?affiliate=1');
    await rested(page);
    await page.evaluate(`root = make['${place}'](); 0`);
    await expect.poll(() => page.evaluate(`names('${place}')`)).toEqual(['affiliate', 'tributary_id']);
    await page.evaluate(`send('${place}')`);
    await expect.poll(() => collector.of('optin').map(({ form }) => form?.id)).toEqual([place]);
  });
}

test('a shadow root that nothing told us of is found when somebody goes into it', async ({ open, page, collector }) => {
  await open('roots', '?affiliate=1');
  await rested(page);
  await page.evaluate(`root = make['late root'](); 0`);
  await rested(page);
  expect(await page.evaluate(`names('late root')`)).toEqual([]);
  await page.locator('#old [name=email]').focus();
  await expect.poll(() => page.evaluate(`names('late root')`)).toEqual(['affiliate', 'tributary_id']);
  await page.evaluate(`send('late root')`);
  await expect.poll(() => collector.of('optin').map(({ form }) => form?.id)).toEqual(['late root']);
});

test('a shadow root that nothing told us of is found by a mere click on its button', async ({
  open,
  page,
  collector,
}) => {
  await open('roots', '?affiliate=1');
  await rested(page);
  await page.evaluate(`root = make['late root'](); send('late root')`);
  await expect.poll(() => collector.of('optin').map(({ form }) => form?.id)).toEqual(['late root']);
});

test('a frame that goes on to another page is attended there', async ({ open, page, collector, site }) => {
  await open('roots', '?affiliate=1');
  await page.locator('#frame').evaluate((frame: HTMLIFrameElement, url) => {
    frame.src = url;
    frame.removeAttribute('srcdoc');
  }, `${site.origin}/bare`);
  const frame = page.frameLocator('#frame');
  await expect(frame.locator('[name=affiliate]')).toHaveValue('1');
  await frame.locator('[name=email]').fill('ann@example.com');
  await frame.locator('button').click();
  await expect(frame.locator('#thanks')).toBeVisible();
  expect(site.received[0].fields).toContainEqual(['affiliate', '1']);
  await expect.poll(() => collector.of('optin').map(({ form }) => form?.id)).toEqual(['bare']);
});

test('revoke reaches as far as we do', async ({ open, page }) => {
  await open('roots', '?affiliate=1');
  await rested(page);
  for (const place of ['nested', 'framed']) {
    await page.evaluate(`root = make['${place}'](); 0`);
    await expect.poll(() => page.evaluate(`names('${place}')`)).toEqual(['affiliate', 'tributary_id']);
    expect(await page.evaluate(`tributary.consent.revoke(), names('${place}')`)).toEqual([]);
    await page.evaluate(`tributary.consent.grant()`);
    expect(await page.evaluate(`names('${place}')`)).toEqual(['affiliate', 'tributary_id']);
  }
});
