import type { GapCause } from '@loglake/contract/source';
import type { ClaimedRange } from './ledger.ts';
import type { Failure } from './range-plan.ts';

/** Arrived rows that were not read when they should have been. They are read later, or tried again. */
export interface Gap {
  readonly stream: string;
  readonly partition: string;
  readonly lo: number;
  readonly hi: number;
  /** About how many rows. */
  readonly rows: number;
  readonly cause: GapCause;
  /** What went wrong, for a range that failed. */
  readonly detail: string;
  /** Unix milliseconds. */
  readonly sinceMs: number;
  readonly attempts: number;
  /** Unix milliseconds; null: in its turn. */
  readonly nextTryMs: number | null;
}

/** Up to which block, by partition, rows had arrived at the end of a time in which nobody read. */
export interface Silence {
  readonly cause: 'store_unavailable' | 'service_down';
  /** Unix milliseconds; of a service that was down the moment at which it came back. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** About how many rows had arrived in it. */
  readonly rows: number;
  readonly highest: ReadonlyMap<string, number>;
}

/** Remembers why ranges wait, by when they were first seen. */
export interface GapNotes {
  /** A time in which nothing was read has ended: what is listed now arrived in it. */
  silenceEnded(cause: Silence['cause'], sinceMs: number, listed: readonly ClaimedRange[]): void;
  /** Gaps among ranges that wait. `later` are those that no look has taken up yet. */
  gaps(waiting: Waiting, failures: ReadonlyMap<string, Failure>): Gap[];
  /** Times in which nothing was read and of which something may still wait. */
  silences(): readonly Silence[];
}

export interface Waiting {
  readonly now: readonly ClaimedRange[];
  readonly later: readonly ClaimedRange[];
}

export function createGapNotes(clock: () => number): GapNotes {
  let silences: Silence[] = [];
  const silenceOf = (range: ClaimedRange): Silence | undefined =>
    silences.find(({ highest }) => range.hi <= (highest.get(range.partition) ?? -1));
  return {
    silenceEnded(cause, sinceMs, listed) {
      const highest = new Map<string, number>();
      for (const { partition, hi } of listed) highest.set(partition, Math.max(hi, highest.get(partition) ?? 0));
      const rows = listed.reduce((sum, { rowsGuess }) => sum + rowsGuess, 0);
      if (highest.size > 0) silences.push({ cause, sinceMs, untilMs: clock(), rows, highest });
    },
    silences: () => silences,
    gaps({ now, later }, failures) {
      const waiting = [...now, ...later];
      if (waiting.length === 0) silences = [];
      const failed = [...failures.values()];
      const isFailed = (range: ClaimedRange): boolean =>
        failed.some(
          ({ range: one }) => one.partition === range.partition && one.lo === range.lo && one.hi === range.hi
        );
      return [
        ...failed.map(gapOfFailure),
        ...waiting
          .filter((range) => !isFailed(range))
          .flatMap((range) => {
            const silence = silenceOf(range);
            if (silence === undefined && now.includes(range)) return [];
            return [gapOf(range, silence?.cause ?? 'backlog', silence?.sinceMs ?? clock())];
          }),
      ];
    },
  };
}

function gapOf(range: ClaimedRange, cause: GapCause, sinceMs: number): Gap {
  const { stream, partition, lo, hi, rowsGuess } = range;
  return { stream, partition, lo, hi, rows: rowsGuess, cause, detail: '', sinceMs, attempts: 0, nextTryMs: null };
}

function gapOfFailure({ range, cause, sinceMs, attempts, nextTryMs }: Failure): Gap {
  return { ...gapOf(range, 'range_failed', sinceMs), detail: cause, attempts, nextTryMs };
}
