import puppeteer from 'puppeteer-core';
import type { Running } from './engine';

/** Debian's Firefox, by Puppeteer over WebDriver BiDi. */
export const startFirefox = async (): Promise<Running> => {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
  });
  return {
    stop: () => browser.close(),
    fresh: async () => {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      return {
        open: async (url) => {
          await page.goto(url);
        },
        read: <T>(expression: string) => page.evaluate(expression) as Promise<T>,
        type: (selector, text) => page.type(selector, text),
        enter: async (selector) => {
          await page.focus(selector);
          await page.keyboard.press('Enter');
        },
        click: (selector) => page.click(selector),
        close: () => context.close(),
      };
    },
  };
};
