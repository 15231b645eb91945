import type { Browser, Page } from '@playwright/test';

/** One event of Chromium's trace; times in microseconds. tdur is what the thread itself worked, others' turns left out. */
interface Entry {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
  args: { name?: string; data?: { url?: string; fileName?: string }; fileName?: string };
}

/** What a script costs the main thread, in milliseconds. */
export interface Cost {
  total: number;
  /** The longest turn without a pause. */
  longest: number;
  /** How often it made the browser compute styles or layout in the middle of a turn. */
  forced: number;
}

const categories = ['devtools.timeline', 'v8', 'v8.execute', 'disabled-by-default-v8.compile'];

/** Measures what a script costs on a page, while something is done there. */
export const trace = async (browser: Browser, page: Page, script: string, work: () => Promise<void>): Promise<Cost> => {
  await browser.startTracing(page, { categories });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: Entry[] };
  const mains = traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const isMain = ({ pid, tid }: Entry): boolean => mains.some((main) => main.pid === pid && main.tid === tid);
  const turns = outermost(traceEvents.filter((entry) => entry.ph === 'X' && isOf(entry, script) && isMain(entry)));
  const times = turns.map(({ tdur, dur = 0 }) => (tdur ?? dur) / 1000);
  return {
    total: times.reduce((sum, time) => sum + time, 0),
    longest: Math.max(0, ...times),
    forced: traceEvents.filter((entry) => /^(UpdateLayoutTree|Layout)$/.test(entry.name) && turns.some(holds(entry)))
      .length,
  };
};

const isOf = ({ args }: Entry, script: string): boolean =>
  [args.data?.url, args.data?.fileName, args.fileName].includes(script);

const holds =
  (inner: Entry) =>
  (outer: Entry): boolean =>
    outer !== inner &&
    outer.tid === inner.tid &&
    outer.ts <= inner.ts &&
    outer.ts + (outer.dur ?? 0) >= inner.ts + (inner.dur ?? 0);

const outermost = (entries: Entry[]): Entry[] =>
  entries
    .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0))
    .filter((entry, i) => !entries.slice(0, i).some(holds(entry)));
