import { type GapCause, type LedgerGap, gapCause } from '@loglake/contract/source';
import type { Gap, GapNotes } from './gap.ts';
import type { Progress } from './look.ts';

/** How far detection has read, and what it left out. */
export interface DetectionStatus {
  /** Everything that had arrived so long ago has been read, milliseconds. */
  readonly lagMs: number;
  /** About how many arrived rows wait. */
  readonly waitingRows: number;
  readonly lastError: string;
  /** One for each cause, of those that there are. */
  readonly gaps: readonly LedgerGap[];
  /** Rules that failed on some events, or whose query failed: what struck them, by rule id. */
  readonly ruleErrors: ReadonlyMap<string, string>;
}

const iso = (unixMs: number): string => new Date(unixMs).toISOString();
const rowsOf = (ranges: readonly { rows: number }[]): number => ranges.reduce((sum, { rows }) => sum + rows, 0);

export function statusOf(progress: Progress, notes: GapNotes, nowMs: number, intervalMs: number): DetectionStatus {
  const { now, later } = progress.waiting;
  const gaps = notes.gaps(progress.waiting, progress.failures);
  return {
    lagMs: Math.max(0, nowMs - progress.caughtUpMs - intervalMs),
    waitingRows: [...now, ...later].reduce((sum, { rowsGuess }) => sum + rowsGuess, 0),
    lastError: progress.lastError,
    gaps: gapCause.options.flatMap((cause) => {
      const of = gaps.filter((gap) => gap.cause === cause);
      return of.length === 0 ? [] : [gapOfCause(cause, of, notes)];
    }),
    ruleErrors: progress.ruleErrors,
  };
}

function gapOfCause(cause: GapCause, gaps: readonly Gap[], notes: GapNotes): LedgerGap {
  const silence = notes.silences().find((one) => one.cause === cause);
  const rows = rowsOf(gaps);
  const tries = gaps.flatMap(({ nextTryMs }) => (nextTryMs === null ? [] : [nextTryMs]));
  return {
    cause,
    rows: String(rows),
    ofRows: silence === undefined ? null : String(Math.max(rows, silence.rows)),
    since: sinceOf(cause, gaps),
    until: silence === undefined ? null : iso(silence.untilMs),
    detail: [...new Set(gaps.map(({ detail }) => detail).filter((detail) => detail !== ''))].slice(0, 3).join('; '),
    nextTryAt: tries.length === 0 ? null : iso(Math.min(...tries)),
  };
}

/** Nobody knows when a service that is gone read last, and a backlog has no beginning. */
function sinceOf(cause: GapCause, gaps: readonly Gap[]): string | null {
  if (cause === 'service_down' || cause === 'backlog') return null;
  return iso(Math.min(...gaps.map(({ sinceMs }) => sinceMs)));
}
