import { defineConfig } from 'vitest/config';

/** The contract's TypeScript source first; no `import` and no `module` here, vitest passes them on to require(). */
const conditions = ['loglake-source', 'node', 'development|production'];

/** One engine for each worker (backend/testing/engine-setup.ts); each file takes a database of its own. */
export default defineConfig({
  ssr: { resolve: { conditions } },
  resolve: { conditions },
  test: {
    include: [
      'contract/src/**/*.test.ts',
      'backend/{src,embedded,parsers,testing,proof,sigma}/**/*.test.ts',
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
    // Modules are loaded once per worker, not once per file: no test replaces a module, a timer or the environment, and
    // what our modules keep is meant to be kept (the databases of backend/testing/database.ts).
    isolate: false,
  },
});
