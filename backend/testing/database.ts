import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { installParsers } from '../parsers/install.ts';
import { ServiceError } from '../src/error.ts';
import { silentLog } from '../src/log.ts';
import { migrate } from '../src/store/migrate.ts';
import { createDatabase, createStore, databaseName, type Store } from '../src/store/store.ts';
import { renewTables, tablesOf, type TestTable } from './renew-tables.ts';
import { testEngine } from './test-engine.ts';

export interface TestDatabase {
  store: Store;
  /** Gives it back. Call it in afterAll. */
  drop(): Promise<void>;
}

interface MigratedDatabase {
  readonly name: string;
  /** As migrated. */
  readonly tables: readonly TestTable[];
}

export interface TestDatabaseOptions {
  /** Whether what goes into raw_log becomes events; the views make an insert there ten times as long. False when not given. */
  parsers?: boolean;
}

export const migrationsDir = fileURLToPath(new URL('../migrations', import.meta.url));

/** Databases of this worker that were given back, rows and all. */
const free = { bare: [] as MigratedDatabase[], withParsers: [] as MigratedDatabase[] };

/**
 * A migrated database for this caller alone, on the engine of its worker. It is as new: migrating takes 1 s of the
 * engine, so one that was given back is taken again, and whatever in it is not as migrated is made anew first.
 */
export async function testDatabase({ parsers = false }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const unused = parsers ? free.withParsers : free.bare;
  const known = unused.pop() ?? (await migratedDatabase(parsers));
  const store = createStore(optionsOf(known.name));
  await renewTables(store, known.tables);
  let given = true;
  return {
    store: whileGiven(store, () => given),
    drop: async () => {
      given = false;
      await store.close();
      unused.push(known);
    },
  };
}

async function migratedDatabase(parsers: boolean): Promise<MigratedDatabase> {
  const { store } = await emptyDatabase();
  await migrate(store, migrationsDir);
  if (parsers) await installParsers(store);
  const tables = await tablesOf(store);
  await store.close();
  return { name: store.database, tables };
}

/** The store, but whoever still calls it afterwards finds it gone: the database is somebody else's then. */
function whileGiven(store: Store, given: () => boolean): Store {
  const members = Object.entries(store).map(([name, member]: [string, unknown]) => {
    if (typeof member !== 'function') return [name, member];
    const guarded = (...args: unknown[]): unknown => {
      if (!given()) throw new ServiceError('store.unavailable', 'This test database was given back');
      return Reflect.apply(member, store, args);
    };
    return [name, guarded];
  });
  return Object.fromEntries(members) as Store;
}

/** The same without any table; it goes with drop. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const options = optionsOf(`test_${randomBytes(6).toString('hex')}`);
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

const optionsOf = (database: string) => ({ ...testEngine().writer, database, log: silentLog });
