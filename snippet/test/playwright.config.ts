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

export default defineConfig({
  outputDir: '../../test-results',
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  timeout: 20_000,
  reporter: [['line']],
  use: {
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [...quietly, ...sandbox, hosts],
      // Playwright turns the back/forward cache off, which is one of the things that are tried here.
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    },
  },
  projects: [
    { name: 'unit', testDir: 'unit' },
    { name: 'build', testMatch: 'support/build.ts' },
    { name: 'browser', testIgnore: ['unit/**', 'support/**', 'engines/**', 'cost/**'], dependencies: ['build'] },
    { name: 'cost', testMatch: 'cost/cost.ts', dependencies: ['build'], fullyParallel: false },
  ],
});
