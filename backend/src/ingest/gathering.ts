import { randomUUID } from 'node:crypto';
import { createBatch, type Batch } from './batch-insert.ts';
import type { InsertQueue } from './insert-queue.ts';

export interface GatheringSettings {
  /** Rows and bytes at which a batch is full. */
  batchRowsMax: number;
  batchBytesMax: number;
  /** How long a row of a stream waits for company at most, milliseconds. */
  streamDelayMs: number;
  /** The same for rows that somebody waits for. */
  ackedDelayMs: number;
}

/** The one batch of each kind that still takes rows. */
export interface Gathering {
  /** Puts a row into the open batch of its kind, which is given. */
  add(kind: Batch['kind'], row: Buffer): Batch;
  /** Hands over the batches whose time is up, or all. */
  handOver(all: boolean): void;
  /** Forgets a batch that is given up. */
  drop(batch: Batch): void;
}

interface Open {
  batch: Batch | null;
  timer: NodeJS.Timeout | null;
  /**
   * Its time is up, but an insert runs, or the batch before it waits for one: it waits for that and grows, so that many
   * small requests make one part.
   */
  due: boolean;
}
const nothingOpen = (): Open => ({ batch: null, timer: null, due: false });

export function createGathering(settings: GatheringSettings, queue: InsertQueue): Gathering {
  const open: Record<Batch['kind'], Open> = { stream: nothingOpen(), acked: nothingOpen() };
  const before: Record<Batch['kind'], Batch | null> = { stream: null, acked: null };

  function seal(kind: Batch['kind']): void {
    const { batch, timer } = open[kind];
    clearTimeout(timer ?? undefined);
    open[kind] = nothingOpen();
    if (batch === null) return;
    before[kind] = batch;
    queue.push(batch);
  }

  function isDue(kind: Batch['kind']): boolean {
    const last = before[kind];
    return open[kind].due && (last === null || !queue.holds(last));
  }

  function startTimer(kind: Batch['kind'], place: Open): void {
    if (place.timer !== null || place.due) return;
    place.timer = setTimeout(
      () => {
        place.timer = null;
        if (queue.busy()) place.due = true;
        else seal(kind);
      },
      kind === 'stream' ? settings.streamDelayMs : settings.ackedDelayMs
    );
  }

  return {
    add(kind, row) {
      const current = open[kind].batch;
      const full =
        current !== null &&
        (current.rows >= settings.batchRowsMax || current.bytes + row.length > settings.batchBytesMax);
      if (full) seal(kind);
      const place = open[kind];
      place.batch ??= createBatch(kind, `${kind}-${randomUUID()}`);
      startTimer(kind, place);
      queue.put(place.batch, row);
      return place.batch;
    },
    handOver(all) {
      for (const kind of ['acked', 'stream'] as const) if (all || isDue(kind)) seal(kind);
    },
    drop(batch) {
      if (open[batch.kind].batch !== batch) return;
      clearTimeout(open[batch.kind].timer ?? undefined);
      open[batch.kind] = nothingOpen();
    },
  };
}
