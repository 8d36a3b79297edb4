import type { ClaimedRange } from './ledger.ts';
import { rangeKey } from './range-key.ts';

/** How much one look reads. */
export interface LookBudget {
  /** Rows that one look reads before it lists again, so that what came meanwhile is not behind a backlog. */
  readonly lookRowsMax: number;
  /** Rows of backlog per look at most, where there is more to read than one look takes. */
  readonly backlogRowsMax: number;
}

/** A range that could not be read, and when it is tried again (milliseconds of the caller's clock). */
export interface Failure {
  readonly range: ClaimedRange;
  readonly cause: string;
  readonly sinceMs: number;
  readonly attempts: number;
  readonly nextTryMs: number;
}

const retryPauseMs = 5_000;
const retryPauseMsMax = 300_000;

/** The block where a range begins: retries of it come under other generations, and after a restart under other bounds. */
export const failureKey = (range: ClaimedRange): string =>
  [range.stream, range.partition, range.lo, range.hi].join('|');

/** The same failure once more: the pause doubles, up to five minutes. */
export function failedAgain(before: Failure | undefined, range: ClaimedRange, cause: string, nowMs: number): Failure {
  const attempts = (before?.attempts ?? 0) + 1;
  const pauseMs = Math.min(retryPauseMsMax, retryPauseMs * 2 ** (attempts - 1));
  return { range, cause, sinceMs: before?.sinceMs ?? nowMs, attempts, nextTryMs: nowMs + pauseMs };
}

export interface Plan {
  /** To be read now, in this order. */
  readonly now: readonly ClaimedRange[];
  /** Ranges that wait: for a later look, or for their next try. */
  readonly later: readonly ClaimedRange[];
}

/**
 * What one look reads of what is listed. What was claimed and not finished comes first. When there is more than a look
 * takes, half of it is the newest and the rest, no more than `backlogRowsMax`, the oldest: neither starves the other, as
 * one range of each is read however large it is (of the oldest while `backlogRowsMax` is above 0). Ranges that failed
 * wait for their time.
 */
export function planOf(
  listed: readonly ClaimedRange[],
  failures: ReadonlyMap<string, Failure>,
  budget: LookBudget,
  nowMs: number
): Plan {
  const waits = (range: ClaimedRange): boolean => (failures.get(failureKey(range))?.nextTryMs ?? 0) > nowMs;
  const ready = listed.filter((range) => !waits(range));
  const total = ready.reduce((sum, range) => sum + range.rowsGuess, 0);
  const now = total <= budget.lookRowsMax ? ready : shareOf(ready, budget);
  const chosen = new Set(now.map(rangeKey));
  return { now: inOrder(now), later: listed.filter((range) => !chosen.has(rangeKey(range))) };
}

/**
 * Generations go up in the order in which ranges are claimed: the ledger's compaction takes it that what has a lower one
 * than the highest claim is claimed already.
 */
function inOrder(ranges: readonly ClaimedRange[]): ClaimedRange[] {
  const gens = ranges.filter(({ again }) => !again).map(({ gen }) => gen);
  gens.sort((a, b) => a - b);
  let at = 0;
  return ranges.map((range) => (range.again ? range : { ...range, gen: gens[at++] ?? range.gen }));
}

function shareOf(ready: readonly ClaimedRange[], { lookRowsMax, backlogRowsMax }: LookBudget): ClaimedRange[] {
  const open = ready.filter((range) => range.again || range.takesOver.length > 0);
  const fresh = ready.filter((range) => !open.includes(range)).sort((a, b) => a.lo - b.lo);
  const newest = upTo([...fresh].reverse(), lookRowsMax / 2);
  const rest = fresh.filter((range) => !newest.includes(range));
  const oldest = backlogRowsMax <= 0 ? [] : upTo(rest, Math.min(backlogRowsMax, lookRowsMax / 2));
  return [...open, ...newest.reverse(), ...oldest];
}

/** From the front, until about `rowsMax` rows are there; one range at least. */
function upTo(ranges: readonly ClaimedRange[], rowsMax: number): ClaimedRange[] {
  let rows = 0;
  return ranges.filter((range, at) => {
    rows += range.rowsGuess;
    return at === 0 || rows <= rowsMax;
  });
}
