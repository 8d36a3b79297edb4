import type { HealthItem } from '@loglake/contract/source';
import { messageOf } from '../error.ts';
import type { Log } from '../log.ts';
import { insertRawLog, storedRawIds } from '../store/raw-log.ts';
import type { Store } from '../store/store.ts';
import { batcherDefaults, createBatcher, type Batcher, type BatcherStats } from './batcher.ts';
import { ingestHealth } from './health.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createHttpIngest, type HttpIngest, type HttpIngestCounts } from './http-ingest.ts';
import { createKeyedRequests, type KeyedRequests } from './keyed-requests.ts';
import { createRawIds } from './raw-id.ts';
import { createRowMaker } from './row-maker.ts';
import { createSetAside } from './set-aside.ts';
import { listenSyslog, type SyslogServer, type SyslogStats } from './syslog-server.ts';
import { tcpDefaults } from './tcp-syslog.ts';

export interface IngestSettings {
  /** Port 0 takes a free one. */
  syslog: { host: string; port: number };
  lineBytesMax: number;
  requestBytesMax: number;
  queueRowsMax: number;
  /** Where batches lie that the store refuses. */
  spoolDir: string;
}

export interface IngestDeps {
  store: Store;
  log: Log;
  settings: IngestSettings;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface IngestCounts {
  readonly queue: BatcherStats;
  readonly syslog: SyslogStats;
  readonly http: Readonly<HttpIngestCounts>;
}

/** Both doors, syslog and HTTP, with the one queue behind them. */
export interface Ingest {
  readonly http: HttpIngest;
  readonly syslog: Pick<SyslogServer, 'host' | 'port'>;
  health(): Promise<HealthItem[]>;
  /** What was counted since the start. */
  counts(): Promise<IngestCounts>;
  /**
   * Runs the work that gives raw rows without events theirs, while no insert is in flight or stands half done:
   * otherwise such rows get them twice, from the work and from the insert that is tried again.
   */
  whileQuiet(reconcile: () => Promise<void>): Promise<void>;
  /** Closes the doors and stores what is queued within the time; gives how many lines could not be. */
  close(graceMs?: number): Promise<number>;
}

const requestsBytesMax = 64 * 1024 * 1024;
const refusalsMax = 8;
const closeGraceMs = 5000;

function createKeyed({ store }: IngestDeps, batcher: Batcher, now: () => number): KeyedRequests {
  return createKeyedRequests({
    batcher,
    storedIds: (ids, fromMs, toMs) => storedRawIds(store, ids, fromMs, toMs),
    now,
    blockRowsMax: batcherDefaults.batchRowsMax,
    blockBytesMax: batcherDefaults.batchBytesMax,
  });
}

/**
 * Opens the syslog door, starts the heartbeat and gives the HTTP handler. Call it when tables and parsers stand, and
 * after raw rows without events were reconciled. Rejects when the syslog port is taken.
 */
export async function startIngest(deps: IngestDeps): Promise<Ingest> {
  const { store, log, settings } = deps;
  const now = deps.now ?? Date.now;
  const batcher = createBatcher({
    insert: (body, token, signal) => insertRawLog(store, body, token, signal),
    setAside: createSetAside(settings.spoolDir),
    refusalsMax,
    log,
    settings: { ...batcherDefaults, queueRowsMax: settings.queueRowsMax },
  });
  const row = createRowMaker(now, createRawIds(now));
  const keyed = createKeyed(deps, batcher, now);
  const { lineBytesMax, requestBytesMax } = settings;
  const http = createHttpIngest({ batcher, row, keyed, settings: { lineBytesMax, requestBytesMax, requestsBytesMax } });
  const syslog = await listenSyslog(settings.syslog, {
    batcher,
    row,
    settings: { ...tcpDefaults, lineBytesMax },
  });
  const ending = new AbortController();
  const heartbeat = startHeartbeat({ store, log, now, door: syslog, signal: ending.signal });
  return {
    http,
    syslog,
    async health() {
      const items = ingestHealth(batcher.stats(), await syslog.stats(), http.counts);
      const beat = await heartbeat.health().catch((error: unknown): HealthItem => {
        const detail = `The store does not say when the newest heartbeat came: ${messageOf(error)}.`;
        return { name: 'ingest.heartbeat', state: 'failing', detail, value: null };
      });
      return [...items, beat];
    },
    counts: async () => ({ queue: batcher.stats(), syslog: await syslog.stats(), http: http.counts }),
    whileQuiet: (reconcile) =>
      batcher.quiet(async () => {
        await reconcile();
        keyed.reconciled();
      }),
    async close(graceMs = closeGraceMs) {
      ending.abort();
      await syslog.close();
      const unstored = await batcher.close(graceMs);
      if (unstored > 0) log.error({ rows: unstored }, 'lines could not be stored before the end');
      return unstored;
    },
  };
}
