import { chromium } from '@playwright/test';
import type { Running } from './engine';

/** Debian's Chromium, by Playwright. */
export const startChromium = async (): Promise<Running> => {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'],
    chromiumSandbox: process.getuid?.() !== 0,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  return {
    stop: () => browser.close(),
    fresh: async () => {
      const page = await browser.newPage();
      return {
        open: async (url) => {
          await page.goto(url);
        },
        read: (expression) => page.evaluate(expression),
        type: (selector, text) => page.locator(selector).pressSequentially(text),
        enter: (selector) => page.press(selector, 'Enter'),
        click: (selector) => page.click(selector),
        close: () => page.context().close(),
      };
    },
  };
};
