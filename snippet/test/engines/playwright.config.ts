import { defineConfig } from '@playwright/test';

export default defineConfig({
  outputDir: '../../../test-results',
  forbidOnly: true,
  workers: 1, // a browser of each kind at a time
  timeout: 60_000,
  reporter: [['line']],
  projects: [
    { name: 'build', testDir: '../support', testMatch: 'build.ts' },
    ...['chromium', 'firefox', 'webkit'].map((name) => ({ name, dependencies: ['build'] })),
  ],
});
