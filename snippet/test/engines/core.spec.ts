import { expect, test } from './test';

const hidden = 'document.querySelector("form [name=affiliate]")?.value';
const thanked = '!!document.getElementById("thanks")';
const sent = 'document.getElementById("done")?.textContent';

test('a landing is one click, and the cookie is kept', async ({ engine, collector, land }) => {
  await land('plain', '?affiliate=1234');
  await expect.poll(() => collector.of('click')).toHaveLength(1);
  expect(collector.events[0].touch).toMatchObject({ affiliate: '1234', kind: 'id' });
  expect(await engine.read<string>('document.cookie')).toContain('trb=');
});

test('the latest affiliate wins, and 0 or junk changes nothing', async ({ engine, collector, land }) => {
  for (const query of ['?affiliate=1', '?aff=maria', '?affiliate=0', '?affiliate=%3Cb%3E', '']) {
    await land('plain', query);
    // A page that is left before its answer came hands its click on to the next, which sends it again: see queue.ts.
    await expect.poll(() => engine.read('Object.keys(localStorage).length')).toBe(0);
  }
  await expect.poll(() => engine.read(hidden)).toBe('maria');
  expect(await engine.read('tributary.touch().first.affiliate')).toBe('1');
  await expect.poll(() => collector.of('click')).toHaveLength(2);
});

test('a form posts the fields, and the opt-in arrives although the page goes away', async ({
  engine,
  collector,
  site,
  land,
}) => {
  await land('plain', '?affiliate=1234');
  await engine.type('[name=first_name]', 'Ann');
  await engine.type('[name=email]', 'ann@example.com');
  await engine.click('button');
  await expect.poll(() => engine.read(thanked)).toBe(true);
  await expect.poll(() => collector.of('optin')).toHaveLength(1);
  const [optin] = collector.of('optin');
  expect(optin).toMatchObject({ person: { email: 'ann@example.com', first_name: 'Ann' }, touch: { affiliate: '1234' } });
  expect(site.received[0].fields.slice(-2)).toEqual([
    ['affiliate', '1234'],
    ['tributary_id', optin.id],
  ]);
});

test('the Enter key submits', async ({ engine, collector, site, land }) => {
  await land('plain', '?affiliate=1');
  await engine.type('[name=email]', 'ann@example.com');
  await engine.enter('[name=email]');
  await expect.poll(() => engine.read(thanked)).toBe(true);
  await expect.poll(() => collector.of('optin')).toHaveLength(1);
  expect(site.received[0].fields).toContainEqual(['affiliate', '1']);
});

for (const form of ['fetch', 'jquery'])
  test(`a form sent by ${form} carries the fields`, async ({ engine, collector, site, land }) => {
    await land(form, '?affiliate=1');
    await expect.poll(() => engine.read(hidden)).toBe('1');
    await engine.type('form input[name=email], form input[name=EMAIL]', 'ann@example.com');
    await engine.click('button');
    await expect.poll(() => engine.read(sent)).toBe('sent');
    await expect.poll(() => collector.of('optin')).toHaveLength(1);
    expect(site.received[0].fields).toContainEqual(['affiliate', '1']);
  });

for (const form of ['checked', 'direct', 'request'])
  test(`a form submitted by a script, ${form}, is one opt-in`, async ({ engine, collector, site, land }) => {
    await land('script', '?affiliate=1');
    await engine.type(`#${form} [name=email]`, 'ann@example.com');
    await engine.click(`#${form} button`);
    await expect.poll(() => engine.read(thanked)).toBe(true);
    await expect.poll(() => collector.of('optin')).toHaveLength(1);
    expect(site.received[0].fields).toContainEqual(['affiliate', '1']);
  });

test('a form that comes late is filled', async ({ engine, land }) => {
  await land('late', '?affiliate=1');
  await expect.poll(() => engine.read(hidden), { timeout: 10_000 }).toBe('1');
});

for (const place of ['shadow', 'nested', 'declarative', 'dialog', 'instance', 'framed', 'late frame', 'frame in a shadow root'])
  test(`a form is filled and reported: ${place}`, async ({ engine, collector, land }) => {
    await land('roots', '?affiliate=1');
    await expect.poll(() => engine.read('document.readyState')).toBe('complete');
    await engine.read(`(root = make['${place}'](), 0)`);
    await expect.poll(() => engine.read(`names('${place}')`)).toEqual(['affiliate', 'tributary_id']);
    await engine.read(`(send('${place}'), 0)`);
    await expect.poll(() => collector.of('optin').map(({ form }) => form?.id)).toEqual([place]);
  });

test('what the collector could not take goes with the next page', async ({ engine, collector, land }) => {
  collector.status = 503;
  await land('plain', '?affiliate=1');
  await engine.type('[name=email]', 'ann@example.com');
  await engine.click('button');
  await expect.poll(() => engine.read(thanked)).toBe(true);
  collector.status = 202;
  await land('other');
  await expect.poll(() => collector.batches.map((batch) => batch.map(({ type }) => type))).toEqual([['optin', 'click']]);
});

test('a page that is gone back to has its fields, and is no second click', async ({ engine, collector, land }) => {
  await land('plain', '?affiliate=1');
  await land('other');
  // Not by the drivers' own going back: those wait for a load that a page out of the cache does not have.
  await engine.read('void setTimeout(() => history.back(), 100)');
  await expect.poll(() => engine.read(`location.pathname`).catch(() => 'on the way')).toBe('/plain');
  await expect.poll(() => engine.read(hidden)).toBe('1');
  await expect.poll(() => collector.of('click')).toHaveLength(1);
});

test('a revoke erases the cookie and the fields', async ({ engine, land }) => {
  await land('plain', '?affiliate=1');
  await expect.poll(() => engine.read(hidden)).toBe('1');
  await engine.read('tributary.consent.revoke()');
  expect(await engine.read(hidden)).toBeFalsy();
  expect(await engine.read('document.cookie')).not.toContain('affiliate');
});
