import path from 'node:path';
import { test as base, type Page } from '@playwright/test';
import { startPreview, type Preview } from '../preview/server/start-preview.ts';
import { startStubService, stubTokens, type StubMode, type StubService } from './handlers/stub-service.ts';

export { expect } from '@playwright/test';

const plugin = path.resolve(import.meta.dirname, '..');
export const appRoot = '/a/loglake-siem-app';

interface World {
  service: StubService;
  preview: Preview;
}

interface Fixtures {
  service: StubService;
  preview: Preview;
  /** Chooses one of the preview's three users. */
  signIn: (login: 'viewer' | 'editor' | 'admin') => Promise<void>;
  /** Messages of the console and failures of the page; every test that opens a page ends with none. */
  problems: string[];
  /** What the stub answers, from the test's beginning. */
  mode: StubMode;
}

/** The packaged plugin in the real preview host, over a stub of the rules service. */
export const test = base.extend<Fixtures, { world: World }>({
  world: [
    // Playwright asks for the object pattern.
    async ({}, use) => {
      const service = await startStubService();
      const preview = await startPreview({
        port: 0,
        host: '127.0.0.1',
        serviceUrl: service.url,
        tokens: stubTokens,
        pluginDist: path.join(plugin, 'dist'),
        assetsDir: path.join(plugin, 'preview/dist/public'),
        log: { info: () => undefined, warn: () => undefined },
      });
      await use({ service, preview });
      await preview.stop();
      await service.stop();
    },
    { scope: 'worker' },
  ],
  mode: ['data', { option: true }],
  service: [
    async ({ world, mode }, use) => {
      world.service.reset(mode);
      await use(world.service);
    },
    { auto: true },
  ],
  preview: async ({ world }, use) => use(world.preview),
  baseURL: async ({ world }, use) => use(world.preview.url),
  signIn: async ({ context, preview }, use) => {
    await use(async (login) => {
      await context.addCookies([{ name: 'loglake_preview_user', value: login, url: preview.url }]);
    });
  },
  problems: async ({ page }, use) => {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await use(problems);
  },
});

/** Opens a page of the app. */
export async function open(page: Page, place: string): Promise<void> {
  await page.goto(`${appRoot}/${place}`);
}
