import { z } from 'zod';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

const action = z.enum(['disable', 'enable', 'quarantine', 'release']);

const newest = defineQuery({
  name: 'rule_control.newest',
  sql: `SELECT rule_control.rule_id AS rule_id, argMax(rule_control.action, rule_control.at) AS action,
      argMax(rule_control.rule_hash, rule_control.at) AS rule_hash, argMax(rule_control.reason, rule_control.at) AS reason,
      argMax(rule_control.actor, rule_control.at) AS actor, toUnixTimestamp64Milli(max(rule_control.at)) AS at_ms
    FROM rule_control GROUP BY rule_control.rule_id, rule_control.action IN ('disable', 'enable')
    HAVING action IN ('disable', 'quarantine')`,
  params: z.object({}),
  row: z.object({
    rule_id: z.string(),
    action,
    rule_hash: z.string(),
    reason: z.string(),
    actor: z.string(),
    at_ms: z.coerce.number().int(),
  }),
  timeoutMs: 10_000,
  rowsMax: 100_000,
});

/** A decision about one rule that stands. */
export interface RuleControl {
  readonly ruleId: string;
  readonly action: z.output<typeof action>;
  /** Of the rule that was held; empty for the others. */
  readonly ruleHash: string;
  readonly reason: string;
  readonly actor: string;
  /** Unix milliseconds. */
  readonly atMs: number;
}

/** What stands: rules that are disabled or in quarantine. */
export async function standingControls(store: Store): Promise<RuleControl[]> {
  const rows = await store.rows(newest, {});
  return rows.map((row) => ({
    ruleId: row.rule_id,
    action: row.action,
    ruleHash: row.rule_hash,
    reason: row.reason,
    actor: row.actor,
    atMs: row.at_ms,
  }));
}

/** Notes a decision; the store's clock gives the time. */
export async function insertControl(store: Store, control: Omit<RuleControl, 'atMs'>): Promise<void> {
  const { ruleId, ruleHash, ...rest } = control;
  await store.insert('rule_control', [{ ...rest, rule_id: ruleId, rule_hash: ruleHash }]);
}
