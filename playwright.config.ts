import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

/** Debian's Chromium, that without a window when it is there (a tenth of the work less); nothing is downloaded. */
const headless = '/usr/bin/chromium-headless-shell';
const executablePath = process.env['CHROMIUM_PATH'] ?? (existsSync(headless) ? headless : '/usr/bin/chromium');
/**
 * Chromium takes the last such list alone, so the first names are Playwright's own. The others are parts of the window
 * around the page, two pages of its address bar among them, which it would load for each test: a fifth of the work.
 */
const unused = [
  'AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable',
  'LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch',
  'WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup',
  'PreloadTopChromeWebUI,InitialWebUI,WebUIReloadButton,WebUIToolbar',
];
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${unused.join(',')}`,
];

/** app: the packaged plugin over a stub of the service, one per worker. e2e: over the real one, with nothing beside it. */
export default defineConfig({
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // A page waits as often as it works.
  workers: 3,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: 'list',
  outputDir: 'test-results',
  use: {
    launchOptions: { executablePath, args },
    viewport: { width: 1440, height: 900 },
    // A record of every step would be a tenth of the work: --trace on makes one.
    trace: 'off',
    screenshot: 'only-on-failure',
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
