import { expect, rested, test } from './support/test';

/** What a page sees of one of its forms. */
interface Seen {
  entries: [name: string, value: string][];
  [what: string]: unknown;
}

// Another seed at each run; TRIBUTARY_SEED tries one again.
const first = Number(process.env.TRIBUTARY_SEED ?? Date.now() % 1e6);

for (const seed of [first, first + 1, first + 2]) {
  test(`a page sees no more of us than our fields, whatever its forms: number ${seed - first + 1}`, async ({
    page,
    site,
  }) => {
    const address = `${site.origin}/seeded?affiliate=1&seed=${seed}`;
    await page.route('**/s/*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
    await page.goto(address);
    await rested(page);
    const before = await page.evaluate<Seen[]>('observe()');
    await page.unroute('**/s/*.js');
    await page.goto(address);
    await expect(page.locator('form > [name=affiliate]'), `seed ${seed}`).toHaveCount(20);
    const after = await page.evaluate<Seen[]>('observe()');
    const ours = ['affiliate', 'tributary_id'];
    after.forEach(({ entries, ...rest }, i) => {
      const { entries: theirs, ...without } = before[i];
      expect(entries.slice(0, -2), `seed ${seed}, form ${i}`).toEqual(theirs);
      expect(
        entries.slice(-2).map(([name]) => name),
        `seed ${seed}, form ${i}`,
      ).toEqual(ours);
      expect(rest, `seed ${seed}, form ${i}`).toEqual(without);
    });
  });
}
