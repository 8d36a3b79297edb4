import { z } from 'zod';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

/** One received message before it is stored. Texts are empty where nothing was given. */
export interface RawRow {
  /** UUID in text. Ours, so that a repeated insert is the same insert, byte for byte. */
  id: string;
  /** Our clock, milliseconds since 1970. */
  receivedAtMs: number;
  transport: 'udp' | 'tcp' | 'http' | 'internal';
  /** Peer address without port. */
  sender: string;
  source: string;
  runId: string;
  envelopeHost: string;
  envelopeProgram: string;
  /** RFC 3339. */
  envelopeTime: string;
  /** The bytes of one message, without its framing. */
  raw: Buffer;
}

const rawLogColumns = [
  'id',
  'received_at',
  'transport',
  'sender',
  'source',
  'run_id',
  'envelope_host',
  'envelope_program',
  'envelope_time',
  'raw',
] as const;

const BACKSLASH = 0x5c;
/** What ClickHouse's TabSeparated writes with a backslash (formats/TabSeparated, "Data formatting"). */
const escapes = new Map<number, number>([
  [0x00, 0x30],
  [0x08, 0x62],
  [0x09, 0x74],
  [0x0a, 0x6e],
  [0x0c, 0x66],
  [0x0d, 0x72],
  [BACKSLASH, BACKSLASH],
]);
const escapeOf = Uint8Array.from({ length: 256 }, (_, byte) => escapes.get(byte) ?? 0);

function escapesIn(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (escapeOf[byte] !== 0) count += 1;
  return count;
}

function writeEscaped(bytes: Buffer, out: Buffer, start: number): number {
  let at = start;
  for (const byte of bytes) {
    const escape = escapeOf[byte] ?? 0;
    if (escape !== 0) out[at++] = BACKSLASH;
    out[at++] = escape === 0 ? byte : escape;
  }
  return at;
}

/** One line of TabSeparated with escapes, LF included: any byte of `raw` survives. */
export function encodeRawRow(row: RawRow): Buffer {
  const head = [
    row.id,
    new Date(row.receivedAtMs).toISOString(),
    row.transport,
    row.sender,
    row.source,
    row.runId,
    row.envelopeHost,
    row.envelopeProgram,
    row.envelopeTime,
  ];
  const headBytes = Buffer.from(`${head.map(escapeText).join('\t')}\t`);
  const count = escapesIn(row.raw);
  const out = Buffer.allocUnsafe(headBytes.length + row.raw.length + count + 1);
  headBytes.copy(out);
  let end: number;
  if (count === 0) end = headBytes.length + row.raw.copy(out, headBytes.length);
  else end = writeEscaped(row.raw, out, headBytes.length);
  out[end] = 0x0a;
  return out;
}

function escapeText(text: string): string {
  // Only envelope texts can hold any of these.
  if (!/[\0\b\t\n\f\r\\]/.test(text)) return text;
  const bytes = Buffer.from(text);
  const out = Buffer.allocUnsafe(bytes.length + escapesIn(bytes));
  writeEscaped(bytes, out, 0);
  return out.toString('utf8');
}

/** Stores encoded rows as one block; the same token again changes nothing, in raw_log and in what the views make of it. */
export async function insertRawLog(
  store: Store,
  body: Buffer,
  dedupToken: string,
  signal?: AbortSignal
): Promise<void> {
  await store.insertTsv('raw_log', rawLogColumns, body, { dedupToken, ...(signal ? { signal } : {}) });
}

const newestOfProgram = defineQuery({
  name: 'raw_log.newest_of_program',
  sql: `SELECT max(toUnixTimestamp64Milli(received_at)) AS newest_ms FROM raw_log
    WHERE received_at >= fromUnixTimestamp64Milli({sinceMs:Int64}) AND program = {program:String} AND run_id = ''`,
  params: z.object({ sinceMs: z.number().int(), program: z.string() }),
  row: z.object({ newest_ms: z.coerce.number() }),
  timeoutMs: 5000,
  rowsMax: 1,
});

/** When the newest line of a program arrived, milliseconds since 1970; null when there is none since `sinceMs`. */
export async function newestLineOfProgram(store: Store, program: string, sinceMs: number): Promise<number | null> {
  const [row] = await store.rows(newestOfProgram, { program, sinceMs });
  return row === undefined || row.newest_ms === 0 ? null : row.newest_ms;
}

const storedIds = defineQuery({
  name: 'raw_log.stored_ids',
  sql: `SELECT id FROM raw_log WHERE id IN {ids:Array(UUID)}
    AND received_at >= fromUnixTimestamp64Milli({fromMs:Int64}) AND received_at < fromUnixTimestamp64Milli({toMs:Int64})`,
  params: z.object({ ids: z.array(z.string()).max(10_000), fromMs: z.number().int(), toMs: z.number().int() }),
  row: z.object({ id: z.string() }),
  timeoutMs: 10_000,
  rowsMax: 10_000,
});

/** Which of these rows are stored, among those received in [fromMs, toMs). */
export async function storedRawIds(
  store: Store,
  ids: readonly string[],
  fromMs: number,
  toMs: number
): Promise<Set<string>> {
  const rows = await store.rows(storedIds, { ids: [...ids], fromMs, toMs });
  return new Set(rows.map(({ id }) => id));
}
