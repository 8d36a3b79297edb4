import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '../error.ts';
import { createBatch, createBatchInsert, type Batch, type BatchInsertDeps } from './batch-insert.ts';
import { createGathering, type GatheringSettings } from './gathering.ts';
import { createInsertQueue, emptyStats, type InsertQueue, type QueueStats } from './insert-queue.ts';

export interface BatcherSettings extends GatheringSettings {
  /** Rows and bytes that are held in all, those in flight included. */
  queueRowsMax: number;
  queueBytesMax: number;
  /** How long a caller waits before the store counts as away, milliseconds. */
  ackTimeoutMs: number;
}

export const batcherDefaults: BatcherSettings = {
  batchRowsMax: 10_000,
  batchBytesMax: 8 * 1024 * 1024,
  streamDelayMs: 500,
  ackedDelayMs: 50,
  queueRowsMax: 100_000,
  queueBytesMax: 128 * 1024 * 1024,
  ackTimeoutMs: 15_000,
};

export interface BatcherDeps extends BatchInsertDeps {
  settings: BatcherSettings;
}

/** The expected wait at which callers are refused, as a share of the time that they are let wait. */
const waitShareMax = 0.5;

/** Batches that say how fast the store is, as a share of the largest. */
const largeShare = 0.5;

/** Encoded rows that are stored under a token of their own. */
export interface Block {
  token: string;
  rows: readonly Buffer[];
}

export type BatcherStats = Readonly<QueueStats> & Pick<BatcherSettings, 'queueRowsMax' | 'queueBytesMax'>;

/**
 * Encoded rows gathered into batches. Streams (syslog) hear "full" and have to wait or drop; their batches are tried
 * until stored. Callers who wait (HTTP) hear when their rows are stored, or get ingest.busy or store.unavailable,
 * and then their rows are given up.
 */
export interface Batcher {
  /** Takes a row of a stream; false when the queue is full. */
  add(row: Buffer): boolean;
  /** Resolves when there may be room again; rejects when the signal aborts. */
  room(signal: AbortSignal): Promise<void>;
  /** Stores rows together with those of other callers; resolves when all are stored. */
  addAcked(rows: readonly Buffer[]): Promise<void>;
  /** Stores each block under its token; resolves when all are stored. */
  addBlocks(blocks: readonly Block[]): Promise<void>;
  stats(): BatcherStats;
  /** Runs the work between two inserts: none is in flight, or stands half done, while it runs. */
  quiet(work: () => Promise<void>): Promise<void>;
  /** Stores what is queued within the time; gives how many rows could not be. Takes nothing more. */
  close(graceMs: number): Promise<number>;
}

export function createBatcher(deps: BatcherDeps): Batcher {
  const { settings } = deps;
  const { queueRowsMax, queueBytesMax } = settings;
  const stats = emptyStats();
  const waiting = new Set<() => void>();
  let closed = false;
  const queue: InsertQueue = createInsertQueue({
    store: createBatchInsert({ ...deps, largeRows: settings.batchRowsMax * largeShare }, stats),
    stats,
    beforeInsert: () => gathering.handOver(closed),
    onRoom: () => {
      const woken = [...waiting];
      waiting.clear();
      for (const wake of woken) wake();
    },
  });
  const gathering = createGathering(settings, queue);
  const giveUp = (batch: Batch): void => {
    gathering.drop(batch);
    queue.giveUp(batch);
  };

  function hasRoom(rows: number, bytes: number): boolean {
    return !closed && stats.queuedRows + rows <= queueRowsMax && stats.queuedBytes + bytes <= queueBytesMax;
  }

  /** Whoever would wait longer than he is let wait is told at once: rows that are given up half way cost the store as much. */
  function demandRoom(rows: readonly Buffer[]): void {
    const waitMs = (stats.queuedRows + rows.length) * (stats.rowMs ?? 0);
    const tooLong = stats.queuedRows > 0 && waitMs > settings.ackTimeoutMs * waitShareMax;
    if (hasRoom(rows.length, bytesOf(rows)) && !tooLong) return;
    throw new ServiceError('ingest.busy', 'The queue is full. Nothing of this request was stored; send it again.');
  }

  return {
    add(row) {
      if (!hasRoom(1, row.length)) return false;
      gathering.add('stream', row);
      return true;
    },
    room: (signal) => nextOf(waiting, signal),
    async addAcked(rows) {
      demandRoom(rows);
      await acknowledged(new Set(rows.map((row) => gathering.add('acked', row))), settings.ackTimeoutMs, giveUp);
    },
    async addBlocks(blocks) {
      demandRoom(blocks.flatMap(({ rows }) => rows));
      const batches = blocks.map((block) => pushBlock(queue, block));
      await acknowledged(new Set(batches), settings.ackTimeoutMs, giveUp);
    },
    stats: () => ({ ...stats, queueRowsMax, queueBytesMax }),
    quiet: queue.quiet,
    async close(graceMs) {
      closed = true;
      gathering.handOver(true);
      const endAt = performance.now() + graceMs;
      while (stats.queuedRows > 0 && performance.now() < endAt) await sleep(10);
      const unstored = stats.queuedRows;
      queue.clear();
      return unstored;
    },
  };
}

function bytesOf(rows: readonly Buffer[]): number {
  return rows.reduce((sum, row) => sum + row.length, 0);
}

function pushBlock(queue: InsertQueue, block: Block): Batch {
  const batch = createBatch('acked', block.token);
  for (const row of block.rows) queue.put(batch, row);
  queue.push(batch);
  return batch;
}

/** Waits for batches on behalf of a caller; after the time they are given up. */
async function acknowledged(
  batches: ReadonlySet<Batch>,
  timeoutMs: number,
  giveUp: (batch: Batch) => void
): Promise<void> {
  const timer = setTimeout(() => batches.forEach(giveUp), timeoutMs);
  try {
    await Promise.all([...batches].map((batch) => batch.done));
  } catch (cause) {
    throw new ServiceError('store.unavailable', 'The lines could not be stored in time; send them again.', { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves at the next call of the member that it adds to the set. */
async function nextOf(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const wake = (): void => {
      signal.removeEventListener('abort', aborted);
      resolve();
    };
    const aborted = (): void => {
      waiting.delete(wake);
      reject(new Error('ended while waiting for room'));
    };
    waiting.add(wake);
    signal.addEventListener('abort', aborted, { once: true });
  });
}
