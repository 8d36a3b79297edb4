import { z } from 'zod';
import type { EvidenceEvent } from '@loglake/contract/finding';
import { isoTime } from './finding-row.ts';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

const proof = defineQuery({
  name: 'finding.proof',
  sql: `SELECT event_ids, query_sql, query_params, toString(count) AS count_text FROM security_finding
    WHERE finding_id = {id:String} ORDER BY revision DESC LIMIT 1`,
  params: z.object({ id: z.string() }),
  row: z.object({
    event_ids: z.array(z.string()),
    query_sql: z.string(),
    query_params: z.string(),
    count_text: z.string(),
  }),
  timeoutMs: 10_000,
  rowsMax: 1,
});

/** The evidence ids and the query of a finding's newest revision; undefined when there is no such finding. */
export async function findingProof(
  store: Store,
  findingId: string
): Promise<{ eventIds: string[]; sql: string; params: Record<string, unknown>; count: string } | undefined> {
  const [row] = await store.rows(proof, { id: findingId });
  if (row === undefined) return undefined;
  const params = z.record(z.string(), z.unknown()).parse(JSON.parse(row.query_params === '' ? '{}' : row.query_params));
  return { eventIds: row.event_ids, sql: row.query_sql, params, count: row.count_text };
}

/** Every hot column of `event`, shown under its own name beside what the parser put into `fields`. */
const hotColumns = [
  'src_ip', 'dst_ip', 'src_port', 'dst_port', 'src_mac', 'dst_mac', 'protocol', 'user', 'target_user', 'pid', 'action',
  'outcome', 'dns_query', 'http_url', 'process_image', 'command_line',
] as const; // prettier-ignore

const events = defineQuery({
  name: 'evidence.events',
  sql: `SELECT id AS event_id, raw_id, toUnixTimestamp64Milli(ts) AS ts_ms, toUnixTimestamp64Milli(received_at) AS received_ms,
      host, program, message,
      mapFilter((k, v) -> v IS NOT NULL, map(${hotColumns.map((name) => `'${name}', CAST(${name}, 'Nullable(String)')`).join(', ')})) AS hot,
      fields AS rest
    FROM event WHERE id IN {ids:Array(UUID)} ORDER BY ts, id LIMIT 1 BY id LIMIT 1000`,
  params: z.object({ ids: z.array(z.string()) }),
  row: z.object({
    event_id: z.string(),
    raw_id: z.string(),
    ts_ms: z.coerce.number(),
    received_ms: z.coerce.number(),
    host: z.string().nullable(),
    program: z.string().nullable(),
    message: z.string(),
    hot: z.record(z.string(), z.string().nullable()),
    rest: z.record(z.string(), z.string().nullable()),
  }),
  timeoutMs: 20_000,
  rowsMax: 1000,
});

/** The times stand first in the table's order, so that few granules are read. */
const lines = defineQuery({
  name: 'evidence.lines',
  sql: `SELECT id AS raw_id, toValidUTF8(raw) AS line FROM raw_log
    WHERE received_at BETWEEN fromUnixTimestamp64Milli({fromMs:Int64}) AND fromUnixTimestamp64Milli({toMs:Int64})
      AND id IN {ids:Array(UUID)} LIMIT 1000`,
  params: z.object({ ids: z.array(z.string()), fromMs: z.number(), toMs: z.number() }),
  row: z.object({ raw_id: z.string(), line: z.string() }),
  timeoutMs: 20_000,
  rowsMax: 1000,
});

/** Events with the very lines they came from, in event time. Rows past their TTL are absent; so are lines past theirs. */
export async function evidenceEvents(store: Store, ids: readonly string[]): Promise<EvidenceEvent[]> {
  if (ids.length === 0) return [];
  const rows = await store.rows(events, { ids: [...ids] });
  if (rows.length === 0) return [];
  const received = rows.map((row) => row.received_ms);
  const stored = await store.rows(lines, {
    ids: rows.map((row) => row.raw_id),
    fromMs: Math.min(...received),
    toMs: Math.max(...received),
  });
  const lineOf = new Map(stored.map((row) => [row.raw_id, row.line]));
  return rows.map((row) => ({
    eventId: row.event_id,
    ts: isoTime(row.ts_ms),
    receivedAt: isoTime(row.received_ms),
    host: row.host,
    program: row.program,
    message: row.message,
    raw: lineOf.get(row.raw_id) ?? '',
    fields: { ...row.hot, ...row.rest },
  }));
}
