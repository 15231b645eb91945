import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { Collector } from './collector';
import { startProgram } from './program';
import { served } from './served';

interface Options {
  /** What the browser itself may say in the console of the page. Of ours there is never a word. */
  mayLog: RegExp;
}

interface Each {
  /** Opens a page and waits until the snippet has started. */
  open: (name: string, query?: string) => Promise<void>;
}

export const test = served.extend<Options & Each & { hush: undefined }, { https: string }>({
  /** The port behind which every https address is, of whatever host: see snippet/test/https. */
  https: [
    // eslint-disable-next-line no-empty-pattern -- Playwright wants to see what a fixture takes, even if that is nothing.
    async ({}, use) => {
      const { port, stop } = await startProgram('https');
      await use(port);
      await stop();
    },
    { scope: 'worker' },
  ],

  // Not Playwright's interception: it now and then misses what a frame of another site asks for first.
  launchOptions: [
    async ({ launchOptions, https }, use) => {
      const args = (launchOptions.args ?? []).map((arg) => arg.replace(/^--host-resolver-rules=/, `$&MAP *:443 127.0.0.1:${https},`));
      await use({ ...launchOptions, args: [...args, '--ignore-certificate-errors'] });
    },
    { scope: 'worker' },
  ],

  mayLog: [/^\[DOM\]/, { option: true }],

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

/** Marks a test that needs a browser with windows and all: see the projects in playwright.config.ts. */
export const whole = { tag: '@whole' };

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
        // Not for ever: where nothing is painted, nothing need be idle.
        requestIdleCallback(() => requestIdleCallback(done, { timeout: 200 }), { timeout: 1500 });
      }),
  );
};
