import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { silentLog } from '../../log.ts';
import { defineQuery } from '../../store/query.ts';
import type { Store } from '../../store/store.ts';
import { compileRules } from '../compile/compile-rules.ts';
import { parseRuleFile } from '../parse/rule-file.ts';
import type { DetectionRule } from '../rule.ts';
import { type Detection, type DetectionOptions, createDetection } from './detection.ts';

/** Tests only: an event as a parser's view would write it; times in Unix milliseconds. */
export interface TestEvent {
  readonly id: string;
  readonly tsMs: number;
  readonly receivedMs: number;
  readonly action: string;
  readonly srcIp: string | null;
  readonly user: string | null;
  readonly runId?: string;
}

const detectionTables = ['rule_match', 'rule_match_group', 'rule_run', 'finding_contribution', 'security_finding', 'ledger_done', 'ledger_claim']; // prettier-ignore

/** Tests only: no events, nothing found and nothing read; who is the writer stays. */
export async function emptyDetection(store: Store): Promise<void> {
  for (const table of detectionTables) await store.execute('test.empty', `TRUNCATE TABLE ${table}`);
  // TRUNCATE would leave empty parts with the old block numbers: merged with new ones they look unread to a ledger that is
  // empty as well.
  await store.execute('test.renew', 'CREATE OR REPLACE TABLE event AS event');
}

/** A clock that only the test moves: 2026-11-21T08:00:00Z. */
export const testNowMs = Date.UTC(2026, 10, 21, 8);

/** Tests only: a stored event, received now unless told otherwise. */
export function testEvent(action: string, atSeconds: number, more: Partial<TestEvent> = {}): TestEvent {
  return {
    id: randomUUID(),
    tsMs: testNowMs + atSeconds * 1000,
    receivedMs: testNowMs,
    action,
    srcIp: '192.0.2.1',
    user: null,
    ...more,
  };
}

/** Tests only: one insert into `event`, which makes one block per partition. */
export async function insertEvents(store: Store, events: readonly TestEvent[]): Promise<void> {
  await store.insert(
    'event',
    events.map((event) => ({
      id: event.id,
      raw_id: event.id,
      ts: new Date(event.tsMs).toISOString(),
      ts_quality: 'exact',
      received_at: new Date(event.receivedMs).toISOString(),
      parser: 'test',
      product: 'linux',
      category: 'authentication',
      service: 'sshd',
      host: 'web-1',
      run_id: event.runId ?? '',
      src_ip: event.srcIp,
      user: event.user,
      action: event.action,
      message: event.action,
      fields: {},
    }))
  );
}

/** Tests only: rules from Sigma text; throws what is wrong with them. */
export function rulesOf(yaml: string): readonly DetectionRule[] {
  const parsed = parseRuleFile(yaml, 'test.yml');
  const compiled = compileRules(parsed.rules);
  const issues = [...parsed.issues, ...compiled.issues];
  if (issues.length > 0) throw new Error(JSON.stringify(issues));
  return compiled.rules;
}

/** Tests only: an id ending in these digits. */
export const ruleId = (number: number): string => `8f1c0001-5a1e-4c0a-9d01-${String(number).padStart(12, '0')}`;

/** Tests only: a rule over events with one action, grouped by source address. */
export const singleRule = (number: number, action: string, more = ''): string => `
title: Rule ${number}
id: ${ruleId(number)}
name: rule_${number}
level: medium
logsource: { product: linux, category: authentication }
detection:
  selection: { action: ${action} }
  condition: selection
finding: { group_by: [src_ip], gap: 300s }
${more}---`;

/** Tests only: detection with a fixed clock and no timer. */
export function testDetection(
  store: Store,
  rules: readonly DetectionRule[],
  more: Partial<DetectionOptions> = {}
): Detection {
  return createDetection({
    store,
    rules,
    clock: () => testNowMs,
    log: silentLog,
    onFinding: () => undefined,
    intervalMs: 50,
    ...more,
  });
}

const newest = defineQuery({
  name: 'test.findings',
  sql: `SELECT finding_id, toUInt32(revision) AS rev, rule_id, group_values, run_id, toUnixTimestamp64Milli(first_ts) AS first_ms,
      toUnixTimestamp64Milli(last_ts) AS last_ms, count, late_count, event_ids, superseded_by, query_sql, query_params,
      hosts, users, src_ips, title, risk
    FROM (SELECT * FROM security_finding ORDER BY revision DESC LIMIT 1 BY finding_id)
    ORDER BY rule_id, toString(group_values), first_ms`,
  params: z.object({}),
  row: z.object({
    finding_id: z.string(),
    rev: z.number(),
    rule_id: z.string(),
    group_values: z.record(z.string(), z.string().nullable()),
    run_id: z.string(),
    first_ms: z.coerce.number(),
    last_ms: z.coerce.number(),
    count: z.coerce.number(),
    late_count: z.coerce.number(),
    event_ids: z.array(z.string()),
    superseded_by: z.string(),
    query_sql: z.string(),
    query_params: z.string(),
    hosts: z.array(z.string()),
    users: z.array(z.string()),
    src_ips: z.array(z.string()),
    title: z.string(),
    risk: z.number(),
  }),
  timeoutMs: 30_000,
  rowsMax: 100_000,
});
export type TestFinding = z.output<(typeof newest)['row']>;

/** Tests only: the newest revision of every finding, superseded ones too. */
export function allFindings(store: Store): Promise<TestFinding[]> {
  return store.rows(newest, {});
}

/** Tests only: those that stand. */
export async function liveFindings(store: Store): Promise<TestFinding[]> {
  return (await allFindings(store)).filter((finding) => finding.superseded_by === '');
}

/** Tests only: ids of the rows that a finding's own query shows. */
export async function shownBy(store: Store, finding: TestFinding): Promise<string[]> {
  const params = z.record(z.string(), z.unknown()).parse(JSON.parse(finding.query_params));
  const limits = { timeoutMs: 10_000, rowsMax: 10_000 };
  const rows = await store.compiled('test.shown', { sql: finding.query_sql, params }, z.looseObject({ id: z.string() }), limits); // prettier-ignore
  return rows.map((row) => row.id);
}

/** Tests only: numbers from 0 (included) to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
