import { expect } from '@playwright/test';
import { served } from '../support/served';
import { startChromium } from './chromium';
import type { Engine, Running } from './engine';
import { startFirefox } from './firefox';
import { startWebKit } from './webkit';

const start: Record<string, () => Promise<Running>> = {
  chromium: startChromium,
  firefox: startFirefox,
  webkit: startWebKit,
};

interface Each {
  engine: Engine;
  /** Opens a page of snippet/pages and waits until the snippet has started. */
  land: (name: string, query?: string) => Promise<void>;
}

/** Each test runs in every browser: the project's name says in which. */
export const test = served.extend<Each, { browserOfProject: Running }>({
  browserOfProject: [
    // eslint-disable-next-line no-empty-pattern -- Playwright wants to see what a fixture takes, even if that is nothing.
    async ({}, use, { project }) => {
      const running = await start[project.name]();
      await use(running);
      await running.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],

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
