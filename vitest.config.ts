import { defineConfig } from 'vitest/config';

/** One engine for the whole run (backend/testing/engine-setup.ts); each file takes a database of its own. */
export default defineConfig({
  ssr: { resolve: { conditions: ['loglake-source', 'node', 'import', 'module', 'default'] } },
  resolve: { conditions: ['loglake-source', 'node', 'import', 'module', 'default'] },
  test: {
    include: [
      'contract/src/**/*.test.ts',
      'backend/{src,embedded,parsers,testing}/**/*.test.ts',
      'plugin/{src,preview}/**/*.test.{ts,tsx}',
      'dashboards/**/*.test.ts',
      'docs/**/*.test.ts',
      'scripts/**/*.test.ts',
      'rules/**/*.test.ts',
    ],
    globalSetup: ['backend/testing/engine-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
