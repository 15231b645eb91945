import { expect, rested, settle, test } from './support/test';

test('touch tells of the touches', async ({ open, page }) => {
  await open('plain', '?affiliate=1');
  await open('plain', '?aff=two');
  expect(await page.evaluate(() => window.tributary?.touch?.())).toMatchObject({
    first: { affiliate: '1', kind: 'id' },
    latest: { affiliate: 'two', kind: 'code' },
  });
});

test('optin reports who opted in without a form', async ({ open, page, collector }) => {
  await open('other', '?affiliate=1');
  await page.evaluate(() => {
    const ann = { email: 'ann@example.com', first_name: 'Ann', form: 'quiz' };
    window.tributary?.optin?.(ann);
    window.tributary?.optin?.(ann);
    window.tributary?.optin?.({ email: 'bob@example.com', via: 'message' });
    window.tributary?.optin?.({ email: '' });
  });
  await page.evaluate('tributary.optin()');
  await expect.poll(() => collector.of('optin')).toHaveLength(2);
  expect(
    collector.of('optin').map(({ person, form, via, touch }) => ({ person, form, via, affiliate: touch?.affiliate })),
  ).toEqual([
    {
      person: { email: 'ann@example.com', first_name: 'Ann' },
      form: { id: 'quiz' },
      via: 'form',
      affiliate: '1',
    },
    { person: { email: 'bob@example.com' }, form: {}, via: 'message', affiliate: '1' },
  ]);
});

test('calls that a page recorded before we came are made, and those it records later', async ({
  open,
  page,
  collector,
}) => {
  await open('stub', '?affiliate=1');
  await expect
    .poll(() => collector.of('optin').map(({ person, form }) => [person?.first_name, form?.id]))
    .toEqual([['Ann', 'quiz']]);
  expect(await page.evaluate('seen')).toMatchObject({ affiliate: '1' });
  await page.evaluate(`early.q.push((t) => t.optin({ email: 'bob@example.com' }))`);
  await page.evaluate(`tributary.q.push((t) => t.optin({ email: 'cy@example.com' }))`);
  await expect
    .poll(() => collector.of('optin').map(({ person }) => person?.email))
    .toEqual(['ann@example.com', 'bob@example.com', 'cy@example.com']);
});

test('attach reaches into a closed shadow root', async ({ open, page, collector }) => {
  await open('shadow', '?affiliate=1');
  await rested(page);
  expect(await page.evaluate('data()')).toEqual(['email']);
  await page.evaluate('tributary.attach(root)');
  const listeners = await page.evaluate<number>('listeners');
  await page.evaluate('tributary.attach(root)');
  expect(await page.evaluate('listeners'), 'attaching twice').toBe(listeners);
  await expect.poll(() => page.evaluate('inner().lastElementChild.name')).toBe('tributary_id');
  await page.evaluate(`fillIn('ann@example.com')`);
  await expect.poll(() => collector.of('optin').map(({ form }) => form?.id)).toEqual(['inner']);
  await page.evaluate(`root.innerHTML = '<form><input name=email></form>'`);
  await expect.poll(() => page.evaluate('data()')).toEqual(['email', 'affiliate', 'tributary_id']);
});

test('attach reaches into a frame', async ({ open, page, collector, site }) => {
  await open('framed', '?affiliate=1');
  await page.evaluate(() => {
    window.tributary?.attach?.(frames[0].document);
  });
  const frame = page.frameLocator('iframe');
  await expect(frame.locator('[name=affiliate]')).toHaveValue('1');
  await frame.locator('[name=email]').fill('ann@example.com');
  await frame.locator('form').evaluate((form: HTMLFormElement) => {
    form.submit();
  });
  await expect(frame.locator('#thanks')).toBeVisible();
  expect(site.received[0].fields).toContainEqual(['affiliate', '1']);
  await expect.poll(() => collector.of('optin').map(({ form }) => form?.id)).toEqual(['inner']);
});

test.describe('consent', () => {
  test.use({ mayLog: /the server responded with a status of 500/ });

  test('revoke erases all and stops; grant takes the visit up again', async ({ open, page, collector }) => {
    collector.status = 500;
    await open('script', '?affiliate=1');
    await expect(page.locator('#stays [name=affiliate]')).toHaveValue('1');
    await page.evaluate(() => {
      window.tributary?.consent?.revoke();
    });
    expect(await page.context().cookies()).toMatchObject([{ name: 'trb', value: '-' }]);
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
    expect(await page.locator('[name=affiliate], [name=tributary_id]').count()).toBe(0);
    collector.status = 202;
    await page.fill('#stays [name=email]', 'ann@example.com');
    await page.click('#stays button');
    await page.evaluate(() => {
      window.tributary?.optin?.({ email: 'bob@example.com' });
    });
    await settle(page, collector);
    expect(collector.events).toEqual([]);
    expect(await page.locator('[name=affiliate], [name=tributary_id]').count()).toBe(0);

    await page.evaluate(() => {
      window.tributary?.consent?.grant();
    });
    await expect(page.locator('#stays [name=affiliate]')).toHaveValue('1');
    await page.click('#stays button');
    await expect.poll(() => collector.events.map(({ type }) => type)).toEqual(['click', 'optin']);
  });

  test('a grant where nothing was refused sends nothing again', async ({ open, page, collector }) => {
    collector.status = 500;
    await open('plain', '?affiliate=1');
    await settle(page, collector);
    await page.evaluate(() => {
      window.tributary?.consent?.grant();
      window.tributary?.consent?.grant();
    });
    await settle(page, collector);
    expect(collector.cookies).toHaveLength(1);
  });

  test('a grant undoes what was refused in another tab', async ({ open, page, site }) => {
    await open('plain', '?affiliate=1');
    const tab = await page.context().newPage();
    await tab.goto(`${site.origin}/plain`);
    await tab.evaluate('tributary.consent.revoke()');
    await page.evaluate(() => {
      window.tributary?.consent?.grant();
    });
    expect((await page.context().cookies()).map(({ value }) => value === '-')).toEqual([false]);
  });

  test('a grant does not count the visit a second time', async ({ open, page, collector }) => {
    await open('plain', '?affiliate=1');
    await expect.poll(() => collector.events).toHaveLength(1);
    await page.evaluate(() => {
      window.tributary?.consent?.revoke();
      window.tributary?.consent?.grant();
    });
    await expect.poll(() => collector.events).toHaveLength(2);
    expect(new Set(collector.events.map(({ id }) => id)).size).toBe(1);
  });
});

test('nothing global but window.tributary', async ({ open, page, site }) => {
  await page.goto(`${site.origin}/untagged`);
  const before = await page.evaluate(() => Object.getOwnPropertyNames(window));
  await open('plain', '?affiliate=1');
  await rested(page);
  const after = await page.evaluate(() => Object.getOwnPropertyNames(window));
  expect(after.filter((name) => !before.includes(name))).toEqual(['tributary']);
});
