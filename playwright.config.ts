import { defineConfig } from '@playwright/test';

/** Debian's Chromium; nothing is downloaded. */
const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** app: the packaged plugin over a stub of the service. e2e: over the real one. */
export default defineConfig({
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 1,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: 'list',
  outputDir: 'test-results',
  use: {
    launchOptions: { executablePath, args },
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    timezoneId: 'UTC',
  },
  projects: [
    { name: 'app', testDir: 'plugin/tests', testIgnore: ['e2e/**', 'screenshots.spec.ts'], testMatch: '**/*.spec.ts' },
    { name: 'e2e', testDir: 'plugin/tests/e2e', testMatch: '**/*.spec.ts' },
    ...(process.env['LOGLAKE_SCREENSHOTS'] === undefined
      ? []
      : [{ name: 'screenshots', testDir: 'plugin/tests', testMatch: 'screenshots.spec.ts' }]),
  ],
});
