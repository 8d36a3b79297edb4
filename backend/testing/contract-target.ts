import { randomBytes } from 'node:crypto';
import { silentLog } from '../src/log.ts';
import { migrate } from '../src/store/migrate.ts';
import { createDatabase, createStore, databaseName, type Store } from '../src/store/store.ts';
import { migrationsDir } from './database.ts';
import type { EngineAddress } from './engine-setup.ts';
import { testEngine } from './test-engine.ts';

export interface ContractTarget {
  name: string;
  embedded: boolean;
  address: () => EngineAddress;
}

/**
 * What the contract tests run against: the embedded engine, and the server that CLICKHOUSE_URL names when it is given.
 * No server was there when this was written: that half was never run.
 */
export function contractTargets(): readonly ContractTarget[] {
  const embedded = { name: 'the embedded engine', embedded: true, address: () => testEngine().writer };
  const url = process.env.CLICKHOUSE_URL;
  if (url === undefined || url === '') return [embedded];
  const address = {
    url,
    user: process.env.CLICKHOUSE_USER ?? 'default',
    password: process.env.CLICKHOUSE_PASSWORD ?? '',
  };
  return [embedded, { name: 'the server at CLICKHOUSE_URL', embedded: false, address: () => address }];
}

/** A migrated database of its own on that target, without parsers. */
export async function contractDatabase(target: ContractTarget): Promise<{ store: Store; drop: () => Promise<void> }> {
  const database = `contract_${randomBytes(6).toString('hex')}`;
  const options = { ...target.address(), database, log: silentLog };
  await createDatabase(options);
  const store = createStore(options);
  await migrate(store, migrationsDir);
  return {
    store,
    drop: async () => {
      await store.execute('database.drop', `DROP DATABASE IF EXISTS ${databaseName(database)}`);
      await store.close();
    },
  };
}
