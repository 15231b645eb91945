import { test as base } from '@playwright/test';
import { Collector } from './collector';
import type { Settings } from './collector';
import { Site } from './site';

interface Each {
  settings: Settings;
  collector: Collector;
  site: Site;
}

/** Tests with a collector and a customer's site, which a worker's tests share and each finds as new. */
export const served = base.extend<Each, { servers: { collector: Collector; site: Site } }>({
  settings: [{}, { option: true }],

  servers: [
    // eslint-disable-next-line no-empty-pattern -- Playwright wants to see what a fixture takes, even if that is nothing.
    async ({}, use) => {
      const collector = new Collector();
      const site = new Site(collector);
      await Promise.all([collector.start(), site.start()]);
      await use({ collector, site });
      await Promise.all([collector.stop(), site.stop()]);
    },
    { scope: 'worker' },
  ],

  collector: async ({ servers: { collector }, settings }, use) => {
    Object.assign(collector, { settings, status: 202, says: '{"results":[]}', sets: '', batches: [], cookies: [] });
    await use(collector);
  },

  site: async ({ servers: { site }, collector }, use) => {
    Object.assign(site, { collector, received: [] });
    await use(site);
  },
});
