import { both } from '../../both.ts';
import { eventBlocksOfRange } from '../../store/event-block.ts';
import { deleteContributions } from '../../store/finding-contribution.ts';
import { type RuleRunRow, deleteRuleRuns, insertRuleRuns } from '../../store/rule-run.ts';
import type { Store } from '../../store/store.ts';
import type { RangeEvaluation, RangeEvaluator, RuleMatches, RuleSet } from './evaluate-range.ts';
import { noteHeld } from './guarded-rules.ts';
import type { ClaimedRange, Ledger } from './ledger.ts';
import type { Quarantine } from './quarantine.ts';
import { type RangeFindings, type RuleEffect, findCorrelations, findSingles } from './range-findings.ts';
import { rangeKey } from './range-key.ts';
import { storeMatches } from './range-matches.ts';

export interface RangeWork {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly set: RuleSet;
  readonly evaluator: RangeEvaluator;
  readonly quarantine: Quarantine;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly signal?: AbortSignal;
}

export interface RangeResult extends RangeFindings {
  readonly rows: number;
  readonly matches: number;
  /** Pairs of a row and a rule that were decided. */
  readonly candidates: number;
  readonly durationMs: number;
  /** Errors of single rules, by rule id. */
  readonly errors: ReadonlyMap<string, string>;
}

type Counts = Omit<RuleRunRow, 'rows_read' | 'duration_ms'>;

/** A range that was read and decided; nothing of it is stored but its claim. */
export interface DecidedRange {
  readonly work: RangeWork;
  readonly range: ClaimedRange;
  readonly evaluation: RangeEvaluation;
  readonly startedMs: number;
}

/** Claims a range, reads it and decides about its rows. Undefined when another owner has it. */
export async function decideRange(work: RangeWork, range: ClaimedRange): Promise<DecidedRange | undefined> {
  const { store, ledger, set, clock, signal } = work;
  const startedMs = clock();
  // Before the claim: whoever takes this one over in turn finds nothing left of the one before.
  const [takenOver] = range.takesOver;
  if (takenOver !== undefined && !range.again) await forget(store, { ...range, gen: takenOver });
  // Nothing is written before the claim stands; reading needs no leave.
  const claim = ledger.claim(range, signal);
  const rows = { partition: range.partition, lo: range.lo, hi: range.readHi, parts: range.parts };
  const { columns } = work.evaluator;
  const options = signal === undefined ? {} : { signal };
  const evaluating = work.evaluator.evaluate(eventBlocksOfRange(store, rows, columns, options));
  const [claimed, evaluation] = await both(claim, evaluating);
  if (!claimed) return undefined;
  noteHeld(evaluation, set, work.quarantine);
  return { work, range, evaluation, startedMs };
}

/**
 * Stores everything found in a range, findings before the done row: a crash anywhere only means that the same range, with
 * the same key, is done again.
 */
export async function storeRange({ work, range, evaluation, startedMs }: DecidedRange): Promise<RangeResult> {
  const { store, ledger, set, clock, signal } = work;
  const origin = rangeKey(range);
  if (range.again) await forget(store, range);
  await storeMatches(store, set, evaluation, signal);
  const found: RangeFindings = { hints: [], effects: new Map() };
  const context = { store, set, origin, nowMs: clock(), quarantine: work.quarantine, ...(signal === undefined ? {} : { signal }) }; // prettier-ignore
  await findSingles(context, evaluation, found);
  await findCorrelations(context, evaluation, found);
  const finishedMs = clock();
  await insertRuleRuns(
    store,
    { ...range, atMs: finishedMs, ruleSetHash: set.hash },
    runRows(set, evaluation, found, finishedMs - startedMs)
  );
  await ledger.finish(range, set.hash, evaluation.rows);
  return {
    ...found,
    rows: evaluation.rows,
    candidates: evaluation.candidates,
    durationMs: finishedMs - startedMs,
    matches: [...evaluation.byRule.values()].reduce((sum, { matches }) => sum + matches.length, 0),
    errors: new Map([...evaluation.byRule].flatMap(([id, { error }]) => (error === '' ? [] : [[id, error]]))),
  };
}

/** What an attempt that did not finish left behind under the same key. Findings stay: they are recomputed. */
async function forget(store: Store, range: ClaimedRange): Promise<void> {
  await deleteContributions(store, rangeKey(range));
  await deleteRuleRuns(store, range);
}

const noEffect: RuleEffect = { findings: 0, folded: 0, error: '' };

/** What struck a rule, in words: the events that were not decided, then its findings. */
function errorText(matched: RuleMatches | undefined, effect: RuleEffect): string {
  const events = matched === undefined || matched.errors === 0 ? '' : ` (${matched.errors} events)`;
  const struck = `${matched?.error ?? ''}${events}`;
  return [struck, effect.error].filter((text) => text !== '').join('; ');
}

function ruleRow(set: RuleSet, id: string, matched: RuleMatches | undefined, effect = noEffect): Counts {
  return {
    rule_id: id,
    rule_hash: set.byId.get(id)?.meta.hash ?? '',
    matches: matched?.matches.length ?? 0,
    findings: effect.findings,
    folded: effect.folded,
    error: errorText(matched, effect),
  };
}

function runRows(set: RuleSet, evaluation: RangeEvaluation, found: RangeFindings, durationMs: number): RuleRunRow[] {
  const ids = new Set([...evaluation.byRule.keys(), ...found.effects.keys()]);
  const perRule = [...ids].map((id) => ({
    ...ruleRow(set, id, evaluation.byRule.get(id), found.effects.get(id)),
    rows_read: evaluation.rows,
    duration_ms: 0,
  }));
  const sum = (of: (row: RuleRunRow) => number): number => perRule.reduce((total, row) => total + of(row), 0);
  const whole: RuleRunRow = {
    rule_id: '',
    rule_hash: '',
    rows_read: evaluation.rows,
    matches: sum((row) => row.matches),
    findings: sum((row) => row.findings),
    folded: sum((row) => row.folded),
    duration_ms: Math.max(0, Math.round(durationMs)),
    error: '',
  };
  return [whole, ...perRule];
}
