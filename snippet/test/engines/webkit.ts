import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Builder, By, Capabilities, Key } from 'selenium-webdriver';
import type { WebDriver } from 'selenium-webdriver';
import type { Running } from './engine';

const miniBrowser = process.env.MINIBROWSER ?? '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';

/** Debian's WebKitGTK, the engine of Safari, by its own WebDriver on a screen that nobody sees. */
export const startWebKit = async (): Promise<Running> => {
  const port = await freePort();
  const driver = spawn('xvfb-run', ['--auto-servernum', 'WebKitWebDriver', `--port=${port}`], {
    // Its sandbox needs user namespaces, which containers often lack. Only our own pages are opened here.
    env: { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' },
    stdio: 'ignore',
    detached: true,
  });
  await answering(port);
  return {
    stop: async () => {
      process.kill(-(driver.pid ?? 0));
      await once(driver, 'exit');
    },
    fresh: async () => pageOf(await session(port)),
  };
};

const session = (port: number): Promise<WebDriver> =>
  new Builder()
    .usingServer(`http://127.0.0.1:${port}`)
    .withCapabilities(
      new Capabilities({
        browserName: 'MiniBrowser',
        'webkitgtk:browserOptions': { binary: miniBrowser, args: ['--automation'] },
      }),
    )
    .build();

const pageOf = (web: WebDriver): Awaited<ReturnType<Running['fresh']>> => {
  const find = (selector: string) => web.findElement(By.css(selector));
  return {
    open: (url) => web.get(url),
    // In a task of its own: of what the driver itself runs, WebKit tells mutation observers only after the next task.
    read: (expression) => web.executeAsyncScript(`const done = arguments[0]; setTimeout(() => done(${expression}))`),
    type: (selector, text) => find(selector).sendKeys(text),
    enter: (selector) => find(selector).sendKeys(Key.ENTER),
    click: (selector) => find(selector).click(),
    close: () => web.quit(),
  };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};

const answering = async (port: number): Promise<void> => {
  for (let tries = 0; tries < 100; tries++) {
    const up = await fetch(`http://127.0.0.1:${port}/status`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (up) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('WebKitWebDriver does not answer');
};
