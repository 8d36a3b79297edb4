import { z } from 'zod';
import { backfillState } from '@loglake/contract/backfill';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

const ms = z.coerce.number().int();

/** A backfill as stored: the newest row of it. Times in Unix milliseconds. */
export interface StoredBackfill {
  readonly backfillId: string;
  readonly ruleId: string;
  readonly ruleHash: string;
  readonly sinceMs: number;
  /** What is read: JSON of backfill-ledger.ts; empty until it is fixed. */
  readonly blocks: string;
  readonly state: z.output<typeof backfillState>;
  readonly error: string;
  readonly askedBy: string;
  readonly askedMs: number;
}

const all = defineQuery({
  name: 'backfill.list',
  sql: `SELECT backfill_id, rule_id, rule_hash, toUnixTimestamp64Milli(since) AS since_ms, blocks, state, error, asked_by,
      toUnixTimestamp64Milli(asked_at) AS asked_ms
    FROM backfill FINAL WHERE {state:String} = '' OR state = {state:String} ORDER BY asked_at DESC, backfill_id LIMIT 1000`,
  params: z.object({ state: z.string() }),
  row: z.object({
    backfill_id: z.string(),
    rule_id: z.string(),
    rule_hash: z.string(),
    since_ms: ms,
    blocks: z.string(),
    state: backfillState,
    error: z.string(),
    asked_by: z.string(),
    asked_ms: ms,
  }),
  timeoutMs: 10_000,
  rowsMax: 1000,
});

/** The newest 1,000 backfills, newest first; only those in one state where one is named. */
export async function storedBackfills(
  store: Store,
  state: StoredBackfill['state'] | '' = ''
): Promise<StoredBackfill[]> {
  const rows = await store.rows(all, { state });
  return rows.map((row) => ({
    backfillId: row.backfill_id,
    ruleId: row.rule_id,
    ruleHash: row.rule_hash,
    sinceMs: row.since_ms,
    blocks: row.blocks,
    state: row.state,
    error: row.error,
    askedBy: row.asked_by,
    askedMs: row.asked_ms,
  }));
}

const iso = (unixMs: number): string => new Date(unixMs).toISOString();

/** Writes a backfill, or what has become of it. */
export async function writeBackfill(store: Store, of: StoredBackfill): Promise<void> {
  await store.insert('backfill', [
    {
      backfill_id: of.backfillId,
      rule_id: of.ruleId,
      rule_hash: of.ruleHash,
      since: iso(of.sinceMs),
      blocks: of.blocks,
      state: of.state,
      error: of.error,
      asked_by: of.askedBy,
      asked_at: iso(of.askedMs),
    },
  ]);
}

const progress = defineQuery({
  name: 'backfill.progress',
  sql: `SELECT sumIf(rows_read, rule_id = '') AS rows, sumIf(matches, rule_id = {rule:String}) AS matches
    FROM rule_run WHERE stream = {stream:String}`,
  params: z.object({ stream: z.string(), rule: z.string() }),
  row: z.object({ rows: z.string(), matches: z.string() }),
  timeoutMs: 15_000,
  rowsMax: 1,
});

/** What a stream has read, and what the rule matched in it. */
export async function backfillProgress(store: Store, stream: string, ruleId: string) {
  const [row] = await store.rows(progress, { stream, rule: ruleId });
  return row ?? { rows: '0', matches: '0' };
}

/** One stretch of blocks of one partition, both ends included. */
export interface BlockStretch {
  readonly partition: string;
  readonly lo: number;
  readonly hi: number;
}

/** `range_key` is table uuid|shard|purpose|partition|lo|hi|gen. */
const keyParts = `splitByChar('|', range_key) AS key, key[4] AS of_partition, toUInt64OrZero(key[5]) AS from_block,
      toUInt64OrZero(key[6]) AS to_block`;

const reaching = defineQuery({
  name: 'backfill.reaching',
  sql: `SELECT of_partition AS partition, toUInt64(min(from_block)) AS lowest FROM (
      SELECT ${keyParts} FROM finding_contribution
      WHERE rule_id = {rule:String} AND startsWith(range_key, {table:String}) AND NOT startsWith(range_key, {stream:String})
    ) WHERE from_block < {block:UInt64} AND to_block >= {block:UInt64} GROUP BY of_partition`,
  params: z.object({ rule: z.string(), table: z.string(), stream: z.string(), block: z.number() }),
  row: z.object({ partition: z.string(), lowest: ms }),
  timeoutMs: 60_000,
  rowsMax: 100_000,
});

/** Where ranges begin that a rule contributed to, of those that reach over the beginning of a block; by partition. */
export function rangesOver(
  store: Store,
  of: { ruleId: string; table: string; stream: string; block: number }
): Promise<{ partition: string; lowest: number }[]> {
  return store.rows(reaching, { rule: of.ruleId, table: `${of.table}|`, stream: `${of.stream}|`, block: of.block });
}

/**
 * Before the past of a rule is read again: what it contributed to whole ranges within those blocks goes, but for what the
 * backfill itself did. Safe to repeat.
 */
export async function deleteContributionsWithin(
  store: Store,
  of: { ruleId: string; table: string; stream: string },
  stretches: readonly BlockStretch[]
): Promise<void> {
  await store.execute(
    'finding_contribution.delete_past',
    `DELETE FROM finding_contribution WHERE rule_id = {rule:String}
      AND startsWith(range_key, {table:String}) AND NOT startsWith(range_key, {stream:String})
      AND arrayExists((p, a, b) -> p = splitByChar('|', range_key)[4]
        AND toUInt64OrZero(splitByChar('|', range_key)[5]) >= a AND toUInt64OrZero(splitByChar('|', range_key)[6]) <= b,
        {partitions:Array(String)}, {from:Array(UInt64)}, {to:Array(UInt64)})`,
    {
      rule: of.ruleId,
      table: `${of.table}|`,
      stream: `${of.stream}|`,
      partitions: stretches.map(({ partition }) => partition),
      from: stretches.map(({ lo }) => lo),
      to: stretches.map(({ hi }) => hi),
    }
  );
}
