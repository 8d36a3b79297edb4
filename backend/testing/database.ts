import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { installParsers } from '../parsers/install.ts';
import { silentLog } from '../src/log.ts';
import { migrate } from '../src/store/migrate.ts';
import { createDatabase, createStore, databaseName, type Store } from '../src/store/store.ts';

export interface TestDatabase {
  store: Store;
  /** Removes it. Call it in afterAll. */
  drop(): Promise<void>;
}

export const migrationsDir = fileURLToPath(new URL('../migrations', import.meta.url));

/** A fresh, migrated database of its own on the one engine of the test run. */
export async function testDatabase(): Promise<TestDatabase> {
  const { store, drop } = await emptyDatabase();
  await migrate(store, migrationsDir);
  await installParsers(store);
  return { store, drop };
}

/** The same without any table. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const options = { ...inject('engine'), database: `test_${randomBytes(6).toString('hex')}`, log: silentLog };
  await createDatabase(options);
  const store = createStore(options);
  return {
    store,
    drop: async () => {
      await store.execute('database.drop', `DROP DATABASE IF EXISTS ${databaseName(options.database)}`);
      await store.close();
    },
  };
}
