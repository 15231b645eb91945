import { expect, test as base } from '@playwright/test';
import type { Page } from '@playwright/test';
import { Collector } from './collector';
import type { Settings } from './collector';
import { Site } from './site';

interface Options {
  settings: Settings;
  /** What the browser itself may say in the console of the page. Of ours there is never a word. */
  mayLog: RegExp;
}

interface Each {
  /** Opens a page and waits until the snippet has started. */
  open: (name: string, query?: string) => Promise<void>;
}

interface Shared {
  servers: { collector: Collector; site: Site };
}

export const test = base.extend<Options & Each & { collector: Collector; site: Site; hush: undefined }, Shared>({
  settings: [{}, { option: true }],
  mayLog: [/^\[DOM\]/, { option: true }],

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

  hush: [
    async ({ page, mayLog }, use) => {
      const said: string[] = [];
      page.on('console', (message) => {
        if (!mayLog.test(message.text())) said.push(message.text());
      });
      page.on('pageerror', (error) => said.push(String(error)));
      await use(undefined);
      expect(said, 'the console').toEqual([]);
    },
    { auto: true },
  ],

  open: async ({ page, site }, use) => {
    await use(async (name, query = '') => {
      await page.goto(`${site.origin}/${name}${query}`);
      await started(page);
    });
  },
});

export { expect };

/** Waits until the snippet runs on the page that is shown. */
export const started = async (page: Page): Promise<void> => {
  await page.waitForFunction(() => 'touch' in (window.tributary ?? {}));
};

/** Waits until all that the page has sent so far has arrived: a request after the others comes back. */
export const settle = async (page: Page, collector: Collector): Promise<void> => {
  await page.evaluate((url) => fetch(url), `${collector.origin}/fence`);
};

/** Waits until the page has loaded and come to rest, and the snippet's first round over its forms is done. */
export const rested = async (page: Page): Promise<void> => {
  await page.waitForLoadState('load');
  await page.evaluate(
    () =>
      new Promise((done) => {
        requestIdleCallback(() => {
          requestIdleCallback(done);
        });
      }),
  );
};
