import { z } from 'zod';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

const text = z.string().nullable();

/** A row of `event` as detection reads it: texts as written, null where the line does not say; times twice. */
export const eventRow = z.object({
  id: z.string(),
  ts: z.string(),
  received_at: z.string(),
  /** The same in Unix milliseconds. */
  ts_ms: z.coerce.number().int(),
  received_ms: z.coerce.number().int(),
  source: z.string(),
  parser: z.string(),
  run_id: z.string(),
  product: z.string(),
  category: z.string(),
  service: z.string(),
  severity: z.number().nullable(),
  facility: z.number().nullable(),
  host: text,
  src_ip: text,
  dst_ip: text,
  src_port: text,
  dst_port: text,
  src_mac: text,
  dst_mac: text,
  protocol: text,
  user: text,
  target_user: text,
  program: text,
  pid: text,
  action: text,
  outcome: text,
  dns_query: text,
  http_url: text,
  process_image: text,
  command_line: text,
  message: z.string(),
  fields: z.record(z.string(), text),
});
export type StoredEvent = z.output<typeof eventRow>;

const computed = new Set(['ts_ms', 'received_ms']);
const columns = Object.keys(eventRow.shape).filter((name) => !computed.has(name));
const columnList = `${columns.join(', ')}, toUnixTimestamp64Milli(ts) AS ts_ms, toUnixTimestamp64Milli(received_at) AS received_ms`;

/** A part is named partition_min_max_level: a row whose number lies outside came with an attached part ("foreign"). */
const inItsPart = `_block_number BETWEEN toUInt64(splitByChar('_', _part)[2]) AND toUInt64(splitByChar('_', _part)[3])`;

const rangeRows = defineQuery({
  name: 'event.range',
  sql: `SELECT ${columnList} FROM event
    WHERE _partition_id = {partition:String} AND _block_number BETWEEN {lo:UInt64} AND {hi:UInt64} AND ${inItsPart}`,
  params: z.object({ partition: z.string(), lo: z.number(), hi: z.number() }),
  row: eventRow,
  timeoutMs: 300_000,
  rowsMax: 100_000_000,
});

const foreignRows = defineQuery({
  name: 'event.foreign',
  sql: `SELECT ${columnList} FROM event
    WHERE _partition_id = {partition:String} AND has({parts:Array(String)}, _part) AND NOT (${inItsPart})`,
  params: z.object({ partition: z.string(), parts: z.array(z.string()) }),
  row: eventRow,
  timeoutMs: 300_000,
  rowsMax: 100_000_000,
});

export interface EventRange {
  readonly partition: string;
  /** Block numbers, both included. */
  readonly lo: number;
  readonly hi: number;
  /** Parts of which no row was read before: their rows with numbers from elsewhere belong to this range. */
  readonly parts: readonly string[];
}

/** The rows of one range of arrived rows, in batches, in no order. */
export async function* eventsOfRange(
  store: Store,
  range: EventRange,
  signal?: AbortSignal
): AsyncGenerator<StoredEvent[], void> {
  const options = signal === undefined ? {} : { signal };
  const { partition, lo, hi, parts } = range;
  yield* store.stream(rangeRows, { partition, lo, hi }, options);
  if (parts.length > 0) yield* store.stream(foreignRows, { partition, parts: [...parts] }, options);
}

const entityRows = defineQuery({
  name: 'event.entities',
  sql: `SELECT id, host, user, src_ip, dst_ip, toUnixTimestamp64Milli(received_at) AS received_ms FROM event
    WHERE id IN {ids:Array(UUID)}
      AND ts BETWEEN fromUnixTimestamp64Milli({fromMs:Int64}) AND fromUnixTimestamp64Milli({toMs:Int64})`,
  params: z.object({ ids: z.array(z.string()), fromMs: z.number(), toMs: z.number() }),
  row: z.object({ id: z.string(), host: text, user: text, src_ip: text, dst_ip: text, received_ms: z.coerce.number() }),
  timeoutMs: 30_000,
  rowsMax: 100_000,
});
export type EventEntities = z.output<(typeof entityRows)['row']>;

/** Who and what named events are about; their event times must lie in [fromMs, toMs]. */
export async function eventEntities(
  store: Store,
  ids: readonly string[],
  fromMs: number,
  toMs: number
): Promise<Map<string, EventEntities>> {
  if (ids.length === 0) return new Map();
  const rows = await store.rows(entityRows, { ids: [...ids], fromMs, toMs });
  return new Map(rows.map((row) => [row.id, row]));
}
