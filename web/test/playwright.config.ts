import { defineConfig } from '@playwright/test';

// Without these, Chromium spends the run on looking up hosts of its maker; and it refuses its sandbox to root.
const quietly = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  forbidOnly: true,
  workers: 1,
  timeout: 40_000,
  reporter: [['line']],
  use: { launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...quietly, ...sandbox] } },
});
