import { z } from 'zod';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

/** A finding of a scenario run, with what its first revision says of time. */
export interface RunFinding {
  readonly findingId: string;
  readonly ruleId: string;
  readonly title: string;
  readonly group: Readonly<Record<string, string | null>>;
  /** When the newest event behind the first revision arrived, milliseconds since 1970. */
  readonly firstCompletedMs: number;
  /** When the first revision was stored, milliseconds since 1970. */
  readonly firstStoredMs: number;
}

const ofRun = defineQuery({
  name: 'scenario.findings',
  sql: `SELECT c.finding_id AS id, c.rule_id AS rule, c.title AS finding_title, c.group_values AS values,
      toUnixTimestamp64Milli(f.last_received_at) AS completed_ms, toUnixTimestamp64Milli(f.updated_at) AS stored_ms
    FROM security_finding_current AS c
    INNER JOIN (SELECT finding_id, last_received_at, updated_at FROM security_finding
      WHERE run_id = {run:String} ORDER BY revision, updated_at LIMIT 1 BY finding_id) AS f ON f.finding_id = c.finding_id
    WHERE c.run_id = {run:String} AND c.superseded_by = '' ORDER BY stored_ms, id LIMIT 10000`,
  params: z.object({ run: z.string() }),
  row: z.object({
    id: z.string(),
    rule: z.string(),
    finding_title: z.string(),
    values: z.record(z.string(), z.string().nullable()),
    completed_ms: z.coerce.number(),
    stored_ms: z.coerce.number(),
  }),
  timeoutMs: 15_000,
  rowsMax: 10_000,
});

/** Findings of one run that were not joined into another, oldest first; at most 10,000. */
export async function findingsOfRun(store: Store, runId: string): Promise<RunFinding[]> {
  return (await store.rows(ofRun, { run: runId })).map((row) => ({
    findingId: row.id,
    ruleId: row.rule,
    title: row.finding_title,
    group: row.values,
    firstCompletedMs: row.completed_ms,
    firstStoredMs: row.stored_ms,
  }));
}

const counts = defineQuery({
  name: 'scenario.finding_counts',
  sql: `SELECT run_id, count() AS n FROM security_finding_current
    WHERE run_id IN {runs:Array(String)} AND superseded_by = '' GROUP BY run_id`,
  params: z.object({ runs: z.array(z.string()) }),
  row: z.object({ run_id: z.string(), n: z.coerce.number() }),
  timeoutMs: 15_000,
  rowsMax: 1000,
});

/** How many findings each of these runs has; runs without any are absent. */
export async function findingCountsOfRuns(store: Store, runs: readonly string[]): Promise<Map<string, number>> {
  if (runs.length === 0) return new Map();
  return new Map((await store.rows(counts, { runs: [...runs] })).map((row) => [row.run_id, row.n]));
}
