import { z } from 'zod';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

const ms = z.coerce.number().int();
const texts = z.array(z.string());

const contribution = z.object({
  rule_id: z.string(),
  group_key: z.string(),
  first_ms: ms,
  last_ms: ms,
  count: z.coerce.number().int(),
  first_received_ms: ms,
  last_received_ms: ms,
  event_ids: texts,
  event_ms: z.array(ms),
  hosts: texts,
  users: texts,
  src_ips: texts,
  dst_ips: texts,
});
export type ContributionRow = z.output<typeof contribution>;

export interface NewContribution extends ContributionRow {
  readonly rule_hash: string;
  readonly run_id: string;
  readonly ordinal: number;
  readonly group_values: Readonly<Record<string, string | null>>;
}

const iso = (unixMs: number): string => new Date(unixMs).toISOString();

/** Stores the contributions of one range; the same ones again replace themselves. */
export async function insertContributions(
  store: Store,
  rangeKey: string,
  rows: readonly NewContribution[],
  signal?: AbortSignal
): Promise<void> {
  await store.insert(
    'finding_contribution',
    rows.map(({ first_ms, last_ms, first_received_ms, last_received_ms, ...row }) => ({
      ...row,
      range_key: rangeKey,
      first_ts: iso(first_ms),
      last_ts: iso(last_ms),
      first_received_at: iso(first_received_ms),
      last_received_at: iso(last_received_ms),
    })),
    signal === undefined ? {} : { signal }
  );
}

const ofGroups = defineQuery({
  name: 'contribution.of_groups',
  sql: `SELECT rule_id, group_key, toUnixTimestamp64Milli(first_ts) AS first_ms, toUnixTimestamp64Milli(last_ts) AS last_ms,
      count, toUnixTimestamp64Milli(first_received_at) AS first_received_ms,
      toUnixTimestamp64Milli(last_received_at) AS last_received_ms, event_ids, event_ms, hosts, users, src_ips, dst_ips
    FROM finding_contribution FINAL
    WHERE rule_id IN {rules:Array(String)} AND group_key IN {keys:Array(String)}
      AND last_ts >= fromUnixTimestamp64Milli({fromMs:Int64}) AND first_ts <= fromUnixTimestamp64Milli({toMs:Int64})`,
  params: z.object({ rules: texts, keys: texts, fromMs: z.number(), toMs: z.number() }),
  row: contribution,
  timeoutMs: 60_000,
  rowsMax: 2_000_000,
});

/** Contributions of named groups that touch [fromMs, toMs] in event time. */
export function contributionsOfGroups(
  store: Store,
  groups: { rules: readonly string[]; keys: readonly string[]; fromMs: number; toMs: number },
  signal?: AbortSignal
): Promise<ContributionRow[]> {
  const { fromMs, toMs } = groups;
  return store.rows(
    ofGroups,
    { rules: [...groups.rules], keys: [...groups.keys], fromMs, toMs },
    signal === undefined ? {} : { signal }
  );
}

/** Before a claimed range is done again after a crash: what the first attempt stored goes, so that nothing stays behind. */
export async function deleteContributions(store: Store, rangeKey: string): Promise<void> {
  await store.execute(
    'finding_contribution.delete_range',
    `DELETE FROM finding_contribution WHERE range_key = {key:String}`,
    { key: rangeKey }
  );
}

/** Before a stream whose ledger is lost is read anew: all its contributions go. */
export async function deleteContributionsOfStream(store: Store, stream: string): Promise<void> {
  await store.execute(
    'finding_contribution.delete_stream',
    `DELETE FROM finding_contribution WHERE startsWith(range_key, {prefix:String})`,
    { prefix: `${stream}|` }
  );
}
