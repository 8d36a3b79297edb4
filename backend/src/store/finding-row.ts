import { z } from 'zod';
import { type Finding, closeReason, findingState } from '@loglake/contract/finding';
import { severity } from '@loglake/contract/scalar';

/** Columns of security_finding_current that make a Finding; times as Unix milliseconds. */
export const findingColumns = `
  finding_id, revision, version, rule_id, rule_hash, title, severity, risk, state, close_reason, assignee,
  group_values, group_key, hosts, users, src_ips, dst_ips, tags, toString(count) AS count_text,
  toString(late_count) AS late_count_text, toUnixTimestamp64Milli(first_ts) AS first_ms,
  toUnixTimestamp64Milli(last_ts) AS last_ms, toUnixTimestamp64Milli(created_at) AS created_ms,
  toUnixTimestamp64Milli(updated_at) AS updated_ms, run_id, superseded_by`;

const milliseconds = z.coerce.number();
const texts = z.array(z.string());

/** A row of `findingColumns` as JSONEachRow gives it. */
export const findingRow = z.object({
  finding_id: z.string(),
  revision: z.coerce.number(),
  version: z.coerce.number(),
  rule_id: z.string(),
  rule_hash: z.string(),
  title: z.string(),
  severity,
  risk: z.coerce.number(),
  state: findingState,
  close_reason: z.union([closeReason, z.literal('')]),
  assignee: z.string(),
  group_values: z.record(z.string(), z.string().nullable()),
  group_key: z.string(),
  hosts: texts,
  users: texts,
  src_ips: texts,
  dst_ips: texts,
  tags: texts,
  count_text: z.string(),
  late_count_text: z.string(),
  first_ms: milliseconds,
  last_ms: milliseconds,
  created_ms: milliseconds,
  updated_ms: milliseconds,
  run_id: z.string(),
  superseded_by: z.string(),
});

/** Unix milliseconds as the contract's timestamp: RFC 3339, UTC, milliseconds. */
export function isoTime(unixMs: number): string {
  return new Date(unixMs).toISOString();
}

/** The wire shape of a stored finding. */
export function toFinding(row: z.output<typeof findingRow>): Finding {
  return {
    findingId: row.finding_id,
    revision: row.revision,
    version: row.version,
    ruleId: row.rule_id,
    ruleHash: row.rule_hash,
    title: row.title,
    severity: row.severity,
    risk: row.risk,
    state: row.state,
    closeReason: row.close_reason === '' ? null : row.close_reason,
    assignee: row.assignee === '' ? null : row.assignee,
    group: row.group_values,
    groupKey: row.group_key,
    hosts: row.hosts,
    users: row.users,
    srcIps: row.src_ips,
    dstIps: row.dst_ips,
    tags: row.tags,
    count: row.count_text,
    lateCount: row.late_count_text,
    firstSeen: isoTime(row.first_ms),
    lastSeen: isoTime(row.last_ms),
    createdAt: isoTime(row.created_ms),
    updatedAt: isoTime(row.updated_ms),
    runId: row.run_id,
    supersededBy: row.superseded_by === '' ? null : row.superseded_by,
  };
}
