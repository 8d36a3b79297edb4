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
  sql: `SELECT e.id AS event_id, toUnixTimestamp64Milli(e.ts) AS ts_ms, toUnixTimestamp64Milli(e.received_at) AS received_ms,
      e.host AS host, e.program AS program, e.message AS message, toValidUTF8(r.raw) AS raw,
      mapFilter((k, v) -> v IS NOT NULL, map(${hotColumns.map((name) => `'${name}', CAST(e.${name}, 'Nullable(String)')`).join(', ')})) AS hot,
      e.fields AS rest
    FROM (SELECT * FROM event WHERE id IN {ids:Array(UUID)} LIMIT 1 BY id) AS e
    LEFT JOIN (SELECT id, raw FROM raw_log
      WHERE id IN (SELECT raw_id FROM event WHERE id IN {ids:Array(UUID)})) AS r ON r.id = e.raw_id
    ORDER BY e.ts, e.id LIMIT 1000`,
  params: z.object({ ids: z.array(z.string()) }),
  row: z.object({
    event_id: z.string(),
    ts_ms: z.coerce.number(),
    received_ms: z.coerce.number(),
    host: z.string().nullable(),
    program: z.string().nullable(),
    message: z.string(),
    raw: z.string(),
    hot: z.record(z.string(), z.string().nullable()),
    rest: z.record(z.string(), z.string().nullable()),
  }),
  timeoutMs: 20_000,
  rowsMax: 1000,
});

/** Events with the very lines they came from, in event time. Rows past their TTL are absent. */
export async function evidenceEvents(store: Store, ids: readonly string[]): Promise<EvidenceEvent[]> {
  if (ids.length === 0) return [];
  const rows = await store.rows(events, { ids: [...ids] });
  return rows.map((row) => ({
    eventId: row.event_id,
    ts: isoTime(row.ts_ms),
    receivedAt: isoTime(row.received_ms),
    host: row.host,
    program: row.program,
    message: row.message,
    raw: row.raw,
    fields: { ...row.hot, ...row.rest },
  }));
}
