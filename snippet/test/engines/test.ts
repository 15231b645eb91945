import { expect, test as base } from '@playwright/test';
import { Collector } from '../support/collector';
import { Site } from '../support/site';
import { startChromium } from './chromium';
import type { Engine, Running } from './engine';
import { startFirefox } from './firefox';
import { startWebKit } from './webkit';

const start: Record<string, () => Promise<Running>> = {
  chromium: startChromium,
  firefox: startFirefox,
  webkit: startWebKit,
};

interface Shared {
  browserOfProject: Running;
  servers: { collector: Collector; site: Site };
}

interface Each {
  engine: Engine;
  collector: Collector;
  site: Site;
  /** Opens a page of snippet/pages and waits until the snippet has started. */
  land: (name: string, query?: string) => Promise<void>;
}

/** Each test runs in every browser: the project's name says in which. */
export const test = base.extend<Each, Shared>({
  browserOfProject: [
    // eslint-disable-next-line no-empty-pattern -- Playwright wants to see what a fixture takes, even if that is nothing.
    async ({}, use, { project }) => {
      const running = await start[project.name]();
      await use(running);
      await running.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],

  servers: [
    // eslint-disable-next-line no-empty-pattern -- as above
    async ({}, use) => {
      const collector = new Collector();
      const site = new Site(collector);
      await Promise.all([collector.start(), site.start()]);
      await use({ collector, site });
      await Promise.all([collector.stop(), site.stop()]);
    },
    { scope: 'worker' },
  ],

  collector: async ({ servers: { collector } }, use) => {
    Object.assign(collector, { settings: {}, status: 202, batches: [] });
    await use(collector);
  },

  site: async ({ servers: { site }, collector }, use) => {
    Object.assign(site, { collector, received: [] });
    await use(site);
  },

  engine: async ({ browserOfProject }, use) => {
    const page = await browserOfProject.fresh();
    await use(page);
    await page.close();
  },

  land: async ({ engine, site }, use) => {
    await use(async (name, query = '') => {
      await engine.open(`${site.origin}/${name}${query}`);
      await expect.poll(() => engine.read("'touch' in (window.tributary ?? {})")).toBe(true);
    });
  },
});

export { expect };
