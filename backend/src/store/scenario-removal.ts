import { z } from 'zod';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

const counts = defineQuery({
  name: 'scenario.removal_counts',
  sql: `SELECT (SELECT count() FROM raw_log WHERE run_id = {run:String}) AS raw_rows,
      (SELECT count() FROM event WHERE run_id = {run:String}) AS events,
      (SELECT uniqExact(finding_id) FROM security_finding WHERE run_id = {run:String}) AS findings`,
  params: z.object({ run: z.string() }),
  row: z.object({ raw_rows: z.coerce.string(), events: z.coerce.string(), findings: z.coerce.string() }),
  timeoutMs: 60_000,
  rowsMax: 1,
});

/** Histories first, while the findings still say whose they are. */
const deletions = [
  `DELETE FROM finding_activity WHERE finding_id IN (SELECT finding_id FROM security_finding WHERE run_id = {run:String})`,
  `DELETE FROM security_finding WHERE run_id = {run:String}`,
  `DELETE FROM finding_contribution WHERE run_id = {run:String}`,
  `DELETE FROM rule_match_group WHERE run_id = {run:String}`,
  `DELETE FROM rule_match WHERE run_id = {run:String}`,
  `DELETE FROM event WHERE run_id = {run:String}`,
  `DELETE FROM raw_log WHERE run_id = {run:String}`,
];

/** Deletes what a run made and nothing else; says how many. An empty run id is refused: it means real logs. */
export async function removeRunRows(
  store: Store,
  runId: string
): Promise<{ rawRows: string; events: string; findings: string }> {
  if (runId === '') throw new TypeError('a run has an id');
  const [row] = await store.rows(counts, { run: runId });
  for (const sql of deletions) await store.execute('scenario.remove', sql, { run: runId }, { timeoutMs: 120_000 });
  return { rawRows: row?.raw_rows ?? '0', events: row?.events ?? '0', findings: row?.findings ?? '0' };
}
