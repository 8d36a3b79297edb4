import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { ServiceError } from '../src/error.ts';
import { silentLog } from '../src/log.ts';
import { defineQuery } from '../src/store/query.ts';
import type { Store } from '../src/store/store.ts';
import { startIngest, type Ingest, type IngestSettings } from '../src/ingest/ingest.ts';

export interface TestIngest {
  ingest: Ingest;
  /** Of the HTTP door. */
  url: string;
  spoolDir: string;
  close(): Promise<number>;
}

/** Both doors on free ports of 127.0.0.1. The token `scenario` has that role, any other is an ingest token. */
export async function startTestIngest(store: Store, settings: Partial<IngestSettings> = {}): Promise<TestIngest> {
  const spoolDir = mkdtempSync(path.join(tmpdir(), 'loglake-spool-'));
  const ingest = await startIngest({
    store,
    log: silentLog,
    settings: {
      syslog: { host: '127.0.0.1', port: 0 },
      lineBytesMax: 65_536,
      requestBytesMax: 16 * 1024 * 1024,
      queueRowsMax: 100_000,
      spoolDir,
      ...settings,
    },
  });
  const { server, url } = await serve(ingest);
  return {
    ingest,
    url,
    spoolDir,
    async close() {
      server.closeAllConnections();
      server.close();
      const unstored = await ingest.close(2000);
      rmSync(spoolDir, { recursive: true, force: true });
      return unstored;
    },
  };
}

/** Answers as the service does, without its router: status and code of the catalogue. */
async function serve(ingest: Ingest): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const role = request.headers.authorization === 'Bearer scenario' ? 'scenario' : 'ingest';
    const context = { role, sender: '127.0.0.1', signal: new AbortController().signal } as const;
    ingest.http(request, context).then(
      (receipt) => response.writeHead(202).end(JSON.stringify(receipt)),
      (error: unknown) => {
        const known = error instanceof ServiceError ? error : new ServiceError('service.internal', String(error));
        response.writeHead(known.status).end(JSON.stringify({ code: known.code, issues: known.issues }));
      }
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1/ingest/logs` };
}

const stored = defineQuery({
  name: 'test.raw_log',
  sql: `SELECT id, transport, sender, source, run_id, envelope_host, envelope_program, envelope_time,
      base64Encode(raw) AS raw64, toUnixTimestamp64Milli(received_at) AS received_ms
    FROM raw_log WHERE envelope_program != 'loglake-heartbeat' AND position(raw, 'loglake-heartbeat') = 0
    ORDER BY received_at, toString(id)`,
  params: z.object({}),
  row: z.object({
    id: z.string(),
    transport: z.string(),
    sender: z.string(),
    source: z.string(),
    run_id: z.string(),
    envelope_host: z.string(),
    envelope_program: z.string(),
    envelope_time: z.string(),
    raw64: z.string(),
    received_ms: z.coerce.number(),
  }),
  timeoutMs: 10_000,
  rowsMax: 300_000,
});
export type StoredRow = Omit<z.output<(typeof stored)['row']>, 'raw64'> & { raw: Buffer };

/** All stored lines but heartbeats, in the order of their arrival. */
export async function storedRows(store: Store): Promise<StoredRow[]> {
  return (await store.rows(stored, {})).map(({ raw64, ...row }) => ({ ...row, raw: Buffer.from(raw64, 'base64') }));
}

/** Their texts, once there are as many; fails after the time with those that there are. */
export async function storedTexts(store: Store, count: number, timeoutMs = 10_000): Promise<string[]> {
  const endAt = performance.now() + timeoutMs;
  for (;;) {
    const texts = (await storedRows(store)).map(({ raw }) => raw.toString('latin1'));
    if (texts.length >= count) return texts;
    if (performance.now() > endAt) throw new Error(`${String(texts.length)} of ${String(count)} lines were stored`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Empties raw_log and what its views filled. */
export async function clearRawLog(store: Store): Promise<void> {
  await store.execute('test.clear', 'TRUNCATE TABLE raw_log');
  await store.execute('test.clear', 'TRUNCATE TABLE event');
}

const parts = defineQuery({
  name: 'test.parts',
  sql: `SELECT count() AS n FROM system.parts WHERE database = {database:String} AND table = 'raw_log' AND level = 0`,
  params: z.object({ database: z.string() }),
  row: z.object({ n: z.coerce.number() }),
  timeoutMs: 5000,
  rowsMax: 1,
});

/** Inserts into raw_log since it was last emptied, merged or not, as far as the store remembers. */
export async function insertedParts(store: Store): Promise<number> {
  return (await store.rows(parts, { database: store.database }))[0]?.n ?? 0;
}
