import type { Store } from './store.ts';

/** What came of one range: for the range itself (rule id empty), or for one rule with matches, errors or folds. */
export interface RuleRunRow {
  readonly rule_id: string;
  readonly rule_hash: string;
  readonly rows_read: number;
  readonly matches: number;
  /** Finding revisions written. */
  readonly findings: number;
  /** Matches counted without an evidence id. */
  readonly folded: number;
  readonly duration_ms: number;
  readonly error: string;
}

export interface RuleRunRange {
  /** When the range was finished, Unix milliseconds. */
  readonly atMs: number;
  readonly stream: string;
  readonly partition: string;
  readonly lo: number;
  readonly hi: number;
  /** Generation of the claim; never reused. */
  readonly gen: number;
  readonly owner: string;
  readonly ruleSetHash: string;
}

/** Notes what came of a range, one row per rule that has something to say. */
export async function insertRuleRuns(store: Store, range: RuleRunRange, rows: readonly RuleRunRow[]): Promise<void> {
  const { stream, partition, lo, hi, gen, owner } = range;
  const shared = { at: new Date(range.atMs).toISOString(), stream, partition, lo, hi, gen, owner };
  await store.insert(
    'rule_run',
    rows.map((row) => ({ ...shared, rule_set_hash: range.ruleSetHash, ...row }))
  );
}

/** Before a claimed range is done again after a crash: what the first attempt noted goes. */
export async function deleteRuleRuns(
  store: Store,
  range: { stream: string; partition: string; lo: number; gen: number }
): Promise<void> {
  await store.execute(
    'rule_run.delete_range',
    `DELETE FROM rule_run WHERE stream = {stream:String} AND partition = {partition:String}
      AND lo = {lo:UInt64} AND gen = {gen:UInt64}`,
    { stream: range.stream, partition: range.partition, lo: range.lo, gen: range.gen }
  );
}

/** Notes the members of a rule set; the same set again replaces itself. */
export async function insertRuleSet(
  store: Store,
  ruleSetHash: string,
  members: readonly { id: string; hash: string }[]
): Promise<void> {
  await store.insert(
    'rule_set',
    members.map((member) => ({ rule_set_hash: ruleSetHash, rule_id: member.id, rule_hash: member.hash }))
  );
}
