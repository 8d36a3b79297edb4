import { z } from 'zod';
import type { Severity } from '@loglake/contract/scalar';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

const ms = z.coerce.number().int();

const live = z.object({
  finding_id: z.string(),
  revision: z.number().int(),
  rule_id: z.string(),
  rule_hash: z.string(),
  group_key: z.string(),
  count: z.coerce.number().int(),
  late_count: z.coerce.number().int(),
  first_ms: ms,
  last_ms: ms,
  last_received_ms: ms,
  created_ms: ms,
  /** SHA-256, hex, of the evidence ids joined by commas. */
  evidence_hash: z.string(),
});
export type LiveFinding = z.output<typeof live>;

const liveOfGroups = defineQuery({
  name: 'security_finding.live_of_groups',
  sql: `SELECT finding_id, revision, rule_id, rule_hash, group_key, count, late_count,
      toUnixTimestamp64Milli(first_ts) AS first_ms, toUnixTimestamp64Milli(last_ts) AS last_ms,
      toUnixTimestamp64Milli(last_received_at) AS last_received_ms, toUnixTimestamp64Milli(created_at) AS created_ms,
      lower(hex(SHA256(arrayStringConcat(arrayMap(id -> toString(id), event_ids), ',')))) AS evidence_hash
    FROM (
      SELECT * FROM security_finding WHERE group_key IN {keys:Array(String)} AND rule_id IN {rules:Array(String)}
      ORDER BY revision DESC, updated_at DESC LIMIT 1 BY finding_id
    ) WHERE superseded_by = ''`,
  params: z.object({ rules: z.array(z.string()), keys: z.array(z.string()) }),
  row: live,
  timeoutMs: 60_000,
  rowsMax: 1_000_000,
});

/** The newest revision of every finding of the groups that is not superseded. */
export function liveFindingsOfGroups(
  store: Store,
  groups: { rules: readonly string[]; keys: readonly string[] },
  signal?: AbortSignal
): Promise<LiveFinding[]> {
  const options = signal === undefined ? {} : { signal };
  return store.rows(liveOfGroups, { rules: [...groups.rules], keys: [...groups.keys] }, options);
}

/** One revision of a finding. Times in Unix milliseconds. */
export interface FindingRevision {
  readonly finding_id: string;
  readonly revision: number;
  readonly rule_id: string;
  readonly rule_hash: string;
  readonly title: string;
  readonly severity: Severity;
  readonly risk: number;
  readonly group_key: string;
  readonly group_values: Readonly<Record<string, string | null>>;
  readonly hosts: readonly string[];
  readonly users: readonly string[];
  readonly src_ips: readonly string[];
  readonly dst_ips: readonly string[];
  readonly tags: readonly string[];
  readonly count: number;
  readonly late_count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly lastReceivedMs: number;
  readonly event_ids: readonly string[];
  readonly query_sql: string;
  readonly query_params: string;
  readonly run_id: string;
  readonly createdMs: number;
  readonly updatedMs: number;
}

export interface Supersession {
  readonly finding_id: string;
  /** The revision that stands; the new one is the next. */
  readonly revision: number;
  /** The finding that takes over; its own id when what it stood on is gone. */
  readonly by: string;
}

const fullRow = z.looseObject({ finding_id: z.string(), revision: z.number().int() });

const fullRows = defineQuery({
  name: 'security_finding.full',
  sql: `SELECT * FROM security_finding FINAL
    WHERE finding_id IN {ids:Array(String)} ORDER BY revision DESC LIMIT 1 BY finding_id`,
  params: z.object({ ids: z.array(z.string()) }),
  row: fullRow,
  timeoutMs: 30_000,
  rowsMax: 100_000,
});

const iso = (unixMs: number): string => new Date(unixMs).toISOString();

/**
 * Appends revisions, and a last revision (all columns as they were, but `superseded_by`) of findings that another takes
 * over: in one insert, so that a crash never leaves half of a join. `dedupToken` makes a retry harmless.
 */
export async function insertRevisions(
  store: Store,
  revisions: readonly FindingRevision[],
  supersessions: readonly Supersession[],
  options: { dedupToken: string; atMs: number; signal?: AbortSignal }
): Promise<void> {
  const rows: object[] = revisions.map(({ firstMs, lastMs, lastReceivedMs, createdMs, updatedMs, ...columns }) => ({
    ...columns,
    first_ts: iso(firstMs),
    last_ts: iso(lastMs),
    last_received_at: iso(lastReceivedMs),
    created_at: iso(createdMs),
    updated_at: iso(updatedMs),
  }));
  const by = new Map(supersessions.map((one) => [one.finding_id, one.by]));
  const ids = [...by.keys()];
  for (const row of ids.length === 0 ? [] : await store.rows(fullRows, { ids })) {
    const superseded_by = by.get(row.finding_id);
    rows.push({ ...row, revision: row.revision + 1, superseded_by, updated_at: iso(options.atMs) });
  }
  const { dedupToken, signal } = options;
  await store.insert('security_finding', rows, signal === undefined ? { dedupToken } : { dedupToken, signal });
}
