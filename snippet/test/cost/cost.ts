import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { rested, started, test } from '../support/test';
import { trace } from './trace';
import type { Cost } from './trace';

/** How often each is measured; the table shows the one in the middle. */
const RUNS = 5;

type Way = 'at once' | 'one by one' | 'ten to a task';

interface Situation {
  later?: [way: Way, forms: number, nodes: number];
  /** Milliseconds, on the machine that they were thought of for: how slow this one is, the bare script shows. */
  aim?: number;
}

const add = async (page: Page, way: Way, forms: number, nodes: number): Promise<void> => {
  await page.evaluate(`add(${JSON.stringify(way)}, ${forms}, ${nodes})`);
  const filled = `document.querySelectorAll('form > [name=tributary_id]').length === ${50 + forms}`;
  await page.waitForFunction(filled, undefined, { polling: 100 });
  await rested(page);
};

const situations: Record<string, Situation> = {
  'start, 50 forms': { aim: 2 },
  '1,000 forms at once': { later: ['at once', 1000, 0] },
  '10,000 nodes at once': { later: ['at once', 0, 10_000] },
  '1,000 forms and 10,000 nodes at once': { later: ['at once', 1000, 10_000], aim: 20 },
  '1,000 forms and 10,000 nodes one by one': { later: ['one by one', 1000, 10_000], aim: 20 },
  '1,000 forms and 10,000 nodes, ten to a task': { later: ['ten to a task', 1000, 10_000] },
};

const bare = readFileSync(path.join(import.meta.dirname, 'bare.js'), 'utf8');

const table: Record<string, Record<string, string>> = {};

const middle = (costs: Cost[]): Cost => costs.sort((a, b) => a.total - b.total)[costs.length >> 1];

for (const [name, { later, aim }] of Object.entries(situations)) {
  test(name, async ({ browser, context, site, collector }) => {
    test.setTimeout(240_000);
    const script = collector.script.bind(collector);
    const measure = async (): Promise<Cost> => {
      const page = await context.newPage();
      const open = async (): Promise<void> => {
        await page.goto(`${site.origin}/crowd?affiliate=1`);
        await started(page);
        await rested(page);
      };
      if (later) await open();
      const address = `${collector.origin}/s/st_test.js`;
      const cost = await trace(browser, page, address, later ? () => add(page, ...later) : open);
      await page.close();
      await context.clearCookies();
      return cost;
    };
    const [ours, least]: [Cost[], Cost[]] = [[], []];
    for (let run = 0; run < RUNS; run++) {
      collector.script = script;
      ours.push(await measure());
      collector.script = () => bare;
      least.push(await measure());
    }
    collector.script = script;
    const { total, longest, forced } = middle(ours);
    const floor = middle(least).total;
    table[name] = {
      'ms in all': total.toFixed(2),
      'least ms': ours[0].total.toFixed(2),
      'longest turn': longest.toFixed(2),
      'forced layouts': String(forced),
      'bare script': floor.toFixed(2),
      'times that': (total / floor).toFixed(1),
      aim: aim ? `under ${aim}: ${total < aim ? 'met' : 'MISSED'}` : '',
    };
  });
}

test.afterAll(() => {
  // The table is the result.
  console.table(table);
});
