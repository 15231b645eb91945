import type { Page } from '@playwright/test';
import { rested, started, test } from '../support/test';
import { trace } from './trace';
import type { Cost } from './trace';

/** How often each is measured; the table shows the one in the middle. */
const RUNS = 7;

type Way = 'at once' | 'one by one' | 'ten to a task';

const add = async (page: Page, way: Way, forms: number, nodes: number): Promise<void> => {
  await page.evaluate(`add(${JSON.stringify(way)}, ${forms}, ${nodes})`);
  const filled = `document.querySelectorAll('form > [name=tributary_id]').length === ${50 + forms}`;
  await page.waitForFunction(filled, undefined, { polling: 100 });
  await rested(page);
};

const situations: Record<string, [way: Way, forms: number, nodes: number] | undefined> = {
  'start, 50 forms': undefined,
  '1,000 forms at once': ['at once', 1000, 0],
  '10,000 nodes at once': ['at once', 0, 10_000],
  '1,000 forms and 10,000 nodes at once': ['at once', 1000, 10_000],
  '1,000 forms and 10,000 nodes one by one': ['one by one', 1000, 10_000],
  '1,000 forms and 10,000 nodes, ten to a task': ['ten to a task', 1000, 10_000],
};

const table: Record<string, Record<string, string>> = {};

for (const [name, later] of Object.entries(situations)) {
  test(name, async ({ browser, context, site, collector }) => {
    test.setTimeout(120_000);
    const costs: Cost[] = [];
    for (let run = 0; run < RUNS; run++) {
      const page = await context.newPage();
      const open = async (): Promise<void> => {
        await page.goto(`${site.origin}/crowd?affiliate=1`);
        await started(page);
        await rested(page);
      };
      const script = `${collector.origin}/s/st_test.js`;
      if (later) await open();
      costs.push(await trace(browser, page, script, later ? () => add(page, ...later) : open));
      await page.close();
    }
    costs.sort((a, b) => a.total - b.total);
    const { total, longest, forced } = costs[RUNS >> 1];
    const [least] = costs;
    table[name] = {
      'ms in all': total.toFixed(2),
      'least ms': least.total.toFixed(2),
      'longest turn': longest.toFixed(2),
      'forced layouts': String(forced),
    };
  });
}

test.afterAll(() => {
  // The table is the result.
  console.table(table);
});
