import type { Batch, InsertCounts } from './batch-insert.ts';

export interface QueueStats extends InsertCounts {
  /** Rows and bytes held, those in flight included. */
  queuedRows: number;
  queuedBytes: number;
  /** Rows of waiting callers that were told 503. */
  abandoned: number;
}

export const emptyStats = (): QueueStats => ({
  queuedRows: 0,
  queuedBytes: 0,
  abandoned: 0,
  rowMs: undefined,
  stored: 0,
  setAside: 0,
  failuresInARow: 0,
  failure: '',
});

export interface InsertQueueDeps {
  /** True when the batch is done with; false puts it back in front. */
  store: (batch: Batch) => Promise<boolean>;
  stats: QueueStats;
  /** Called before each insert: the place to hand over what has waited meanwhile. */
  beforeInsert: () => void;
  /** Called when rows have left. */
  onRoom: () => void;
}

/**
 * Batches on their way into the store, one insert at a time, first come first stored: every sender's order stays.
 * The owner bounds it by `stats.queuedRows` and `stats.queuedBytes`.
 */
export interface InsertQueue {
  /** True while an insert runs or is tried again. */
  busy(): boolean;
  /** Counts a row in and appends it to a batch. */
  put(batch: Batch, row: Buffer): void;
  push(batch: Batch): void;
  /** Whether the batch still waits for its insert. */
  holds(batch: Batch): boolean;
  /** Ends a batch that is not stored yet; whoever waits for it is told. */
  giveUp(batch: Batch): void;
  /** Gives up everything, what is in flight included. */
  clear(): void;
  /** Runs the work between two inserts: none is in flight, or stands half done, while it runs. */
  quiet(work: () => Promise<void>): Promise<void>;
}

export function createInsertQueue({ store, stats, beforeInsert, onRoom }: InsertQueueDeps): InsertQueue {
  const batches: Batch[] = [];
  const quietWork: (() => Promise<void>)[] = [];
  let inFlight: Batch | null = null;
  let running = false;

  function release(batch: Batch): void {
    stats.queuedRows -= batch.rows;
    stats.queuedBytes -= batch.bytes;
    batch.parts = [];
    onRoom();
  }

  async function run(): Promise<void> {
    running = true;
    for (;;) {
      for (let work = quietWork.shift(); work !== undefined; work = quietWork.shift()) await work();
      beforeInsert();
      const batch = batches.shift();
      if (batch === undefined) break;
      inFlight = batch;
      if (await store(batch)) release(batch);
      else batches.unshift(batch);
      inFlight = null;
    }
    running = false;
  }

  function giveUp(batch: Batch): void {
    if (batch.control.signal.aborted || batch.parts.length === 0) return;
    if (batch.kind === 'acked') stats.abandoned += batch.rows;
    batch.control.abort();
    batch.settle.failed(new Error(stats.failure));
    const at = batches.indexOf(batch);
    if (at >= 0) batches.splice(at, 1);
    if (batch !== inFlight) release(batch);
  }

  return {
    busy: () => running,
    put(batch, row) {
      batch.parts.push(row);
      batch.rows += 1;
      batch.bytes += row.length;
      stats.queuedRows += 1;
      stats.queuedBytes += row.length;
    },
    push(batch) {
      batches.push(batch);
      if (!running) void run();
    },
    holds: (batch) => batches.includes(batch),
    giveUp,
    clear: () => [...batches, inFlight].forEach((batch) => batch && giveUp(batch)),
    quiet(work) {
      const done = new Promise<void>((resolve, reject) => {
        quietWork.push(() => work().then(resolve, reject));
      });
      if (!running) void run();
      return done;
    },
  };
}
