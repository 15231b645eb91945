import { defineConfig } from '@playwright/test';

// Without these, Chromium spends the run on looking up hosts of its maker.
const quietly = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// Hosts of these domains are this machine: neither cookies on a domain nor several sites can be tried on localhost.
const hosts = '--host-resolver-rules=MAP *.example.com 127.0.0.1,MAP *.example.co.uk 127.0.0.1,MAP *.example.net 127.0.0.1';

// Chromium refuses its sandbox to root.
const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

const chromium = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [...quietly, ...sandbox, hosts],
  // Playwright turns the back/forward cache off, which is one of the things that are tried here.
  ignoreDefaultArgs: ['--disable-back-forward-cache'],
};

const browser = {
  testIgnore: ['unit/**', 'support/**', 'engines/**', 'cost/**'],
  dependencies: ['build'],
};

export default defineConfig({
  outputDir: '../../test-results',
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  timeout: 20_000,
  reporter: [['line']],
  use: {
    launchOptions: { ...chromium, executablePath: process.env.CHROMIUM_SHELL ?? '/usr/bin/chromium-headless-shell' },
  },
  projects: [
    { name: 'unit', testDir: 'unit' },
    { name: 'build', testMatch: 'support/build.ts' },
    // Chromium without its windows takes half of the time. It lacks few things; those are tried in the whole of it.
    { name: 'browser', ...browser, grepInvert: /@whole/ },
    { name: 'whole', ...browser, grep: /@whole/, use: { launchOptions: chromium } },
    { name: 'cost', testMatch: 'cost/cost.ts', dependencies: ['build'], fullyParallel: false, use: { launchOptions: chromium } },
  ],
});
