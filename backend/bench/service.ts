import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { startEngine } from '../embedded/supervisor.ts';
import { silentLog } from '../src/log.ts';
import { defineQuery } from '../src/store/query.ts';
import { createStore, type Store } from '../src/store/store.ts';

/** A directory of our own that `remove` takes away. */
export function tempDir(name: string): { path: string; remove: () => void } {
  const directory = mkdtempSync(path.join(tmpdir(), `loglake-${name}-`));
  return { path: directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** A port that is free on loopback now; kept over restarts of the service. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Opens the data that a service left behind, with an engine of its own. */
export async function withLeftData<T>(dataDir: string, use: (store: Store) => Promise<T>): Promise<T> {
  const engine = await startEngine({
    dataDir: path.join(dataDir, 'engine'),
    memoryBytesMax: 2_000_000_000,
    port: 0,
    log: silentLog,
    lockWaitMs: 20_000,
  });
  const { url, user, password } = engine;
  const store = createStore({ url, user, password, database: 'loglake', log: silentLog });
  try {
    return await use(store);
  } finally {
    await store.close();
    await engine.stop();
  }
}

/** One number of the left data. The SQL is this bench's own. */
export async function countOf(store: Store, sql: string): Promise<number> {
  const query = defineQuery({
    name: 'bench.count',
    sql: `SELECT (${sql}) AS n`,
    params: z.object({}),
    row: z.object({ n: z.coerce.number() }),
    timeoutMs: 120_000,
    rowsMax: 1,
  });
  return (await store.rows(query, {}))[0]?.n ?? 0;
}

/** One column of texts of the left data. */
export async function textsOf(store: Store, sql: string): Promise<string[]> {
  const query = defineQuery({
    name: 'bench.texts',
    sql,
    params: z.object({}),
    row: z.object({ t: z.string() }),
    timeoutMs: 120_000,
    rowsMax: 5_000_000,
  });
  return (await store.rows(query, {})).map(({ t }) => t);
}

/** Prints one line of result. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
