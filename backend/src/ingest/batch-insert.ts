import { messageOf, ServiceError } from '../error.ts';
import type { Log } from '../log.ts';
import { retry } from '../retry.ts';

/** Encoded rows that are stored as one block. */
export interface Batch {
  /** The same on every try: a repeated insert changes nothing. */
  readonly token: string;
  /** Streams cannot send again: their batches are tried until stored. Callers can: theirs may be given up. */
  readonly kind: 'stream' | 'acked';
  parts: Buffer[];
  rows: number;
  bytes: number;
  readonly control: AbortController;
  /** Settles when it is stored, or given up. */
  readonly done: Promise<void>;
  readonly settle: { stored: () => void; failed: (error: Error) => void };
}

/** An empty batch. Nobody has to listen to `done`. */
export function createBatch(kind: Batch['kind'], token: string): Batch {
  let settle: Batch['settle'] | undefined;
  const done = new Promise<void>((stored, failed) => {
    settle = { stored, failed };
  });
  done.catch(() => undefined);
  if (settle === undefined) throw new TypeError('a promise runs its executor at once');
  return { token, kind, parts: [], rows: 0, bytes: 0, control: new AbortController(), done, settle };
}

export interface InsertCounts {
  stored: number;
  /** Rows of streams that the store refused and that lie in the set-aside directory. */
  setAside: number;
  /** Failed inserts since the last that went well. */
  failuresInARow: number;
  /** The last failure's message while failuresInARow > 0, else empty. */
  failure: string;
  /** What a row takes to store when rows come in large batches, milliseconds; undefined before there was one. */
  rowMs: number | undefined;
}

/** How much the newest large batch counts. */
const newestShare = 0.3;

/**
 * Notes how fast an insert went. A small one says nothing, unless it was faster: an insert takes its time whatever it
 * holds, and who waits behind many rows waits for large ones.
 */
function noteTime(counts: InsertCounts, rows: number, ms: number, largeRows: number): void {
  const before = counts.rowMs;
  const now = ms / rows;
  if (rows >= largeRows) counts.rowMs = (before ?? now) * (1 - newestShare) + now * newestShare;
  else if (before !== undefined) counts.rowMs = Math.min(before, now);
}

export interface BatchInsertDeps {
  /** Stores one block; the same token again changes nothing. */
  insert: (body: Buffer, token: string, signal: AbortSignal) => Promise<void>;
  /** Keeps a block that a store that answers will not take; rejecting leaves it in the queue. */
  setAside: (body: Buffer, token: string) => Promise<void>;
  /** Refusals (store.query_failed) after which a stream's batch is set aside. */
  refusalsMax: number;
  log: Log;
  /** 0 to 1, for the jitter of retries. */
  random?: () => number;
}

/**
 * Stores a batch, however long it takes: tried again with jitter until stored, given up (its `control` aborts) or,
 * for a stream whose block the store refuses for good, set aside. True when it is done with, false when it must stay.
 */
export function createBatchInsert(
  deps: BatchInsertDeps & { largeRows: number },
  counts: InsertCounts
): (batch: Batch) => Promise<boolean> {
  const { log } = deps;

  function noteFailure(batch: Batch, error: unknown): void {
    if (batch.control.signal.aborted) return;
    counts.failuresInARow += 1;
    counts.failure = messageOf(error);
    log.warn({ rows: batch.rows, inARow: counts.failuresInARow, error: counts.failure }, 'a batch was not stored');
  }

  async function insert(batch: Batch, body: Buffer): Promise<void> {
    let refusals = 0;
    // The try that went well alone: how long a store was away says nothing about how fast it is.
    const attempt = async (): Promise<void> => {
      const began = performance.now();
      await deps.insert(body, batch.token, batch.control.signal);
      noteTime(counts, batch.rows, performance.now() - began, deps.largeRows);
    };
    await retry(attempt, {
      attempts: Number.POSITIVE_INFINITY,
      pauseMs: 100,
      pauseMsMax: 5000,
      signal: batch.control.signal,
      ...(deps.random ? { random: deps.random } : {}),
      retryable: (error) => {
        noteFailure(batch, error);
        if (error instanceof ServiceError && error.code === 'store.query_failed') refusals += 1;
        return batch.kind === 'acked' || refusals < deps.refusalsMax;
      },
    });
  }

  async function putAside(batch: Batch, body: Buffer): Promise<boolean> {
    try {
      await deps.setAside(body, batch.token);
      counts.setAside += batch.rows;
      log.error({ rows: batch.rows, token: batch.token }, 'the store refuses a batch: it is set aside');
      return true;
    } catch (error) {
      log.error(
        { rows: batch.rows, error: messageOf(error) },
        'a refused batch could not be set aside: it stays queued'
      );
      return false;
    }
  }

  return async (batch) => {
    const body = Buffer.concat(batch.parts);
    try {
      await insert(batch, body);
    } catch {
      return batch.control.signal.aborted || putAside(batch, body);
    }
    counts.stored += batch.rows;
    counts.failuresInARow = 0;
    counts.failure = '';
    batch.settle.stored();
    return true;
  };
}
