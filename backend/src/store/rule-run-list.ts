import { z } from 'zod';
import type { ruleRun, ruleRunQuery } from '@loglake/contract/rule';
import { readCursor, writeCursor } from './cursor.ts';
import { isoTime } from './finding-row.ts';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

const number = z.coerce.string();
const row = z.object({
  at_ms: z.coerce.number(),
  stream: z.string(),
  partition: z.string(),
  lo: number,
  hi: number,
  rule_set_hash: z.string(),
  rule_id: z.string(),
  rows_read: number,
  matches: number,
  findings: number,
  folded: number,
  duration_ms: number,
  error: z.string(),
  owner: z.string(),
});

const list = defineQuery({
  name: 'rule_run.list',
  sql: `SELECT toUnixTimestamp64Milli(at) AS at_ms, stream, partition, lo, hi, rule_set_hash, rule_id, rows_read, matches,
      findings, folded, duration_ms, error, owner
    FROM rule_run
    WHERE ({rule:String} = '' OR rule_id = {rule:String})
      AND ({afterMs:Int64} < 0 OR (at, stream, partition, lo, rule_id) <
        (fromUnixTimestamp64Milli({afterMs:Int64}), {stream:String}, {partition:String}, {lo:UInt64}, {ruleId:String}))
    ORDER BY at DESC, stream DESC, partition DESC, lo DESC, rule_id DESC LIMIT {limit:UInt32}`,
  params: z.object({
    rule: z.string(),
    afterMs: z.number(),
    stream: z.string(),
    partition: z.string(),
    lo: z.string(),
    ruleId: z.string(),
    limit: z.number(),
  }),
  row,
  timeoutMs: 15_000,
  rowsMax: 1001,
});

const place = z.object({
  afterMs: z.number(),
  stream: z.string(),
  partition: z.string(),
  lo: z.string().regex(/^\d{1,20}$/),
  ruleId: z.string(),
});
const start: z.output<typeof place> = { afterMs: -1, stream: '', partition: '', lo: '0', ruleId: '' };

type Run = z.output<typeof ruleRun>;

/** One page of the ledger, newest first. Throws request.invalid for a foreign cursor. */
export async function listRuleRuns(
  store: Store,
  query: z.output<typeof ruleRunQuery>
): Promise<{ items: Run[]; nextCursor: string | null }> {
  const after = readCursor(query.cursor, place) ?? start;
  const rows = await store.rows(list, { ...after, rule: query.ruleId ?? '', limit: query.limit + 1 });
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return {
    items: shown.map(({ at_ms, rule_set_hash, rule_id, rows_read, duration_ms, ...rest }) => ({
      ...rest,
      at: isoTime(at_ms),
      ruleSetHash: rule_set_hash,
      ruleId: rule_id,
      rowsRead: rows_read,
      durationMs: duration_ms,
    })),
    nextCursor: more
      ? writeCursor({
          afterMs: last.at_ms,
          stream: last.stream,
          partition: last.partition,
          lo: last.lo,
          ruleId: last.rule_id,
        })
      : null,
  };
}
