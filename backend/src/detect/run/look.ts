import { ServiceError, messageOf } from '../../error.ts';
import { deleteContributionsOfStream } from '../../store/finding-contribution.ts';
import { insertRuleSet } from '../../store/rule-run.ts';
import type { RangeEvaluator, RuleSet } from './evaluate-range.ts';
import type { GapNotes, Waiting } from './gap.ts';
import type { ClaimedRange, Ledger } from './ledger.ts';
import { type DecidedRange, type RangeResult, decideRange, storeRange } from './process-range.ts';
import type { Quarantine } from './quarantine.ts';
import { rangeKey } from './range-key.ts';
import { type Failure, failedAgain, failureKey, planOf } from './range-plan.ts';
import { type RunReport, added, nothingRead } from './run-report.ts';
import type { Term } from './writer-lease.ts';

/** The rules in force, and whether the set's members are stored. */
export interface Active {
  readonly set: RuleSet;
  readonly evaluator: RangeEvaluator;
  stored: boolean;
}

/** What detection knows of its stream between two looks. Times in Unix milliseconds of the caller's clock. */
export interface Progress {
  /** Owner of the term for which the ledger was made ready; empty before. */
  readyFor: string;
  /** When a look last read everything there was. */
  caughtUpMs: number;
  /** When the store was first found away; undefined while it answers. */
  awaySinceMs: number | undefined;
  waiting: Waiting;
  lastError: string;
  /** Rows of backlog that may be read now, where that is limited. */
  allowance: number;
  allowanceMs: number;
  readonly failures: Map<string, Failure>;
  readonly ruleErrors: Map<string, string>;
}

export interface Looking {
  readonly term: Term;
  readonly ledger: Ledger;
  readonly active: () => Active;
  readonly quarantine: Quarantine;
  readonly progress: Progress;
  readonly notes: GapNotes;
  readonly clock: () => number;
  readonly lookRowsMax: number;
  /** Rows of backlog per second; Infinity for no limit. */
  readonly catchUpRowsPerS: number;
  readonly onRange: (result: RangeResult) => void;
  readonly signal?: AbortSignal;
}

/** What one look did, and whether it left something that the next one can read at once. */
export interface Looked extends RunReport {
  readonly more: boolean;
}

/** Errors that no other range would be spared: this process stops, the store is away, or another process is the writer. */
const endsLook = (error: unknown, signal: AbortSignal | undefined): boolean =>
  signal?.aborted === true ||
  (error instanceof ServiceError && (error.code === 'store.unavailable' || error.code === 'service.standby'));

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** One look as the writer. A range that fails is noted and tried again later; the others are read. Throws the first failure. */
export async function look(looking: Looking): Promise<Looked> {
  const { progress, clock } = looking;
  const beganMs = clock();
  try {
    const listed = await listReady(looking);
    const plan = planOf(listed, progress.failures, budgetOf(looking, beganMs), beganMs);
    progress.waiting = plan;
    const failed = await readRanges(looking, plan.now);
    if (failed.error !== undefined) throw failed.error;
    progress.lastError = '';
    if (plan.later.length === 0) progress.caughtUpMs = beganMs;
    return { ...failed.report, more: plan.later.some((range) => !progress.failures.has(failureKey(range))) };
  } catch (error) {
    if (looking.signal?.aborted !== true) progress.lastError = messageOf(error);
    if (error instanceof ServiceError && error.code === 'store.unavailable') progress.awaySinceMs ??= beganMs;
    throw error;
  }
}

/** Before the first listing of a term: is there a ledger at all? And when the engine may have started anew: its numbers, too? */
async function listReady(looking: Looking): Promise<ClaimedRange[]> {
  const { ledger, progress, notes, term } = looking;
  const fresh = progress.readyFor !== term.owner;
  if (fresh || progress.awaySinceMs !== undefined) await ledger.resetCheck();
  if (fresh) {
    // A stream without a ledger is new, or its tables were lost: it is read from its start, so nothing may count twice.
    if (await ledger.isEmpty()) await deleteContributionsOfStream(term.store, await ledger.stream());
  }
  const listed = await ledger.list();
  if (fresh) notes.silenceEnded('service_down', looking.clock(), listed);
  if (progress.awaySinceMs !== undefined) notes.silenceEnded('store_unavailable', progress.awaySinceMs, listed);
  progress.awaySinceMs = undefined;
  progress.readyFor = term.owner;
  const keys = new Set(listed.map(failureKey));
  for (const key of progress.failures.keys()) if (!keys.has(key)) progress.failures.delete(key);
  return listed;
}

function budgetOf({ lookRowsMax, catchUpRowsPerS, progress }: Looking, nowMs: number) {
  if (catchUpRowsPerS === Infinity) return { lookRowsMax, backlogRowsMax: Infinity };
  const earned = ((nowMs - progress.allowanceMs) / 1000) * catchUpRowsPerS;
  progress.allowance = Math.min(lookRowsMax / 2, progress.allowance + earned);
  progress.allowanceMs = nowMs;
  return { lookRowsMax, backlogRowsMax: progress.allowance };
}

/** Each range in turn; while what one gave is stored, the next one is read already. */
async function readRanges(
  looking: Looking,
  ranges: readonly ClaimedRange[]
): Promise<{ report: RunReport; error: Error | undefined }> {
  const { progress, signal } = looking;
  const overLook = progress.waiting.later.length > 0;
  let report = nothingRead;
  let first: Error | undefined;
  let ahead: Promise<DecidedRange | undefined> | undefined;
  try {
    for (const [at, range] of ranges.entries()) {
      signal?.throwIfAborted();
      const reading = ahead ?? decided(looking, range);
      ahead = undefined;
      try {
        const read = await reading;
        ahead = readAhead(looking, ranges[at + 1]);
        report = added(report, await stored(looking, read));
        progress.failures.delete(failureKey(range));
        if (overLook) progress.allowance -= range.rowsGuess;
      } catch (error) {
        if (endsLook(error, signal)) throw error;
        noteFailure(looking, range, error);
        first ??= asError(error);
      }
      const { now, later } = progress.waiting;
      progress.waiting = { now: now.filter((one) => rangeKey(one) !== rangeKey(range)), later };
    }
  } finally {
    // Nothing runs on behind a look that ended early.
    await ahead?.catch(() => undefined);
  }
  return { report, error: first };
}

function noteFailure({ progress, clock }: Looking, range: ClaimedRange, error: unknown): void {
  const key = failureKey(range);
  progress.failures.set(key, failedAgain(progress.failures.get(key), range, messageOf(error), clock()));
}

/** Its error is met in its turn. */
function readAhead(looking: Looking, range: ClaimedRange | undefined): Promise<DecidedRange | undefined> | undefined {
  if (range === undefined) return undefined;
  const reading = decided(looking, range);
  reading.catch(() => undefined);
  return reading;
}

async function decided(looking: Looking, range: ClaimedRange): Promise<DecidedRange | undefined> {
  const { term, ledger, clock, signal, quarantine } = looking;
  const active = looking.active();
  const { set, evaluator } = active;
  if (!active.stored) await insertRuleSet(term.store, set.hash, set.rules.map(({ meta }) => meta)); // prettier-ignore
  active.stored = true;
  const work = {
    store: term.store,
    ledger,
    set,
    evaluator,
    quarantine,
    clock,
    ...(signal === undefined ? {} : { signal }),
  };
  return decideRange(work, range);
}

async function stored(looking: Looking, read: DecidedRange | undefined): Promise<RunReport> {
  if (read === undefined) return nothingRead;
  const { progress } = looking;
  const result = await storeRange(read);
  for (const [id, error] of result.errors) progress.ruleErrors.set(id, error);
  for (const [id, effect] of result.effects) if (effect.error !== '') progress.ruleErrors.set(id, effect.error);
  looking.onRange(result);
  return { ranges: 1, rows: result.rows, matches: result.matches, findings: result.hints.length };
}
