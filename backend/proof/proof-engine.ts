import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEngine } from '../embedded/supervisor.ts';
import { silentLog } from '../src/log.ts';
import { migrate } from '../src/store/migrate.ts';
import { createDatabase, createStore, type Store } from '../src/store/store.ts';

const memoryBytesMax = 2_000_000_000;

/** A migrated store on an engine of its own, in a directory that goes afterwards. */
export async function withEngine<T>(use: (store: Store) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'loglake-proof-'));
  const engine = await startEngine({ dataDir, memoryBytesMax, port: 0, log: silentLog });
  try {
    const { url, user, password } = engine;
    const options = { url, user, password, database: 'proof', log: silentLog };
    await createDatabase(options);
    const store = createStore(options);
    await migrate(store, fileURLToPath(new URL('../migrations', import.meta.url)));
    const result = await use(store);
    await store.close();
    return result;
  } finally {
    await engine.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
