import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { testDatabase, type TestDatabase } from '../../testing/database.ts';
import { ServiceError } from '../error.ts';
import { blockColumns, eventBlocksOfRange, eventIdAt, readEventBlocks, type EventBlock } from './event-block.ts';
import { defineQuery } from './query.ts';

const many = 20_000;
const id = (number: number): string => `0123abcd-4567-4890-9abc-${number.toString(16).padStart(12, '0')}`;
const long = 'x'.repeat(300_000);

/** Rows with everything that is odd, and one block's worth and more of plain ones. */
const odd: Record<string, unknown>[] = [
  { host: null, user: null, message: '', fields: {} },
  {
    host: '',
    user: '',
    severity: 0,
    facility: 23,
    message: 'm\0\n\u{1F600}',
    fields: { a: '', b: null, '': 'empty key' },
  },
  { host: 'h', user: '\u212A', severity: 7, program: 'p', fields: Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`k${n}`, `${n}`])) }, // prettier-ignore
  { message: long, fields: { long, __proto__x: 'x' } },
];
const rows = [
  ...odd,
  ...Array.from({ length: many }, (_, n) => ({
    host: `host-${n % 700}`,
    action: `a${n % 3}`,
    fields: { n: String(n) },
  })),
].map((row, n) => ({
  id: id(n),
  raw_id: id(n),
  ts: new Date(Date.UTC(2026, 10, 21, 8) + n).toISOString(),
  received_at: '2026-11-21T09:00:00.000Z',
  ts_quality: 'exact',
  parser: 'test',
  product: 'p',
  ...row,
}));

const place = defineQuery({
  name: 'test.blocks',
  sql: `SELECT _partition_id AS partition, min(_block_number) AS lo, max(_block_number) AS hi FROM event GROUP BY partition`,
  params: z.object({}),
  row: z.object({ partition: z.string(), lo: z.coerce.number(), hi: z.coerce.number() }),
  timeoutMs: 10_000,
  rowsMax: 10,
});
const shown = { severity: z.string().nullable(), facility: z.string().nullable(), host: z.string().nullable(), user: z.string().nullable(), program: z.string().nullable(), action: z.string().nullable(), message: z.string() }; // prettier-ignore
const asJson = defineQuery({
  name: 'test.json',
  sql: `SELECT id, toUnixTimestamp64Milli(ts) AS ts_ms, toString(severity) AS severity, toString(facility) AS facility,
    host, user, program, action, message, fields FROM event`,
  params: z.object({}),
  row: z.object({
    id: z.string(),
    ts_ms: z.coerce.number(),
    ...shown,
    fields: z.record(z.string(), z.string().nullable()),
  }),
  timeoutMs: 30_000,
  rowsMax: 100_000,
});

type Text = keyof typeof shown;
const texts = Object.keys(shown) as Text[];

function rowsOf(block: EventBlock): z.output<(typeof asJson)['row']>[] {
  const text = (start = 0, end = -1): string | null => (end < 0 ? null : block.bytes.toString('utf8', start, end));
  return Array.from({ length: block.rows }, (_, row) => {
    const { offsets, keys, keyAt, values } = block.fields;
    const entries = Array.from({ length: (offsets[row + 1] ?? 0) - (offsets[row] ?? 0) }, (_one, index) => {
      const at = (offsets[row] ?? 0) + index;
      return [keys[keyAt[at] ?? 0], text(values.starts[at], values.ends[at])] as const;
    });
    const columns = texts.map((name) => [
      name,
      text(block.texts.get(name)?.starts[row], block.texts.get(name)?.ends[row]),
    ]);
    return asJson.row.parse({
      id: eventIdAt(block, row),
      ts_ms: Number(block.tsMs[row]),
      ...(Object.fromEntries(columns) as Record<Text, string | null>),
      fields: Object.fromEntries(entries) as Record<string, string | null>,
    });
  });
}

let db: TestDatabase;
let bytes: Buffer;
beforeAll(async () => {
  db = await testDatabase();
  for (let at = 0; at < rows.length; at += 7000) await db.store.insert('event', rows.slice(at, at + 7000));
  const pieces: Uint8Array[] = [];
  const statement = { sql: `SELECT id, toUnixTimestamp64Milli(ts) AS ts_ms, toUnixTimestamp64Milli(received_at) AS received_ms, host, fields FROM event FORMAT Native`, params: {} }; // prettier-ignore
  for await (const piece of db.store.bytes('test.bytes', statement, { timeoutMs: 10_000, rowsMax: 100_000 })) pieces.push(piece); // prettier-ignore
  bytes = Buffer.concat(pieces);
});
afterAll(() => db.drop());

async function* inPieces(whole: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let at = 0; at < whole.length; at += length) yield whole.subarray(at, at + length);
}

describe('blocks of events', () => {
  test('hold what the same rows say as JSON', async () => {
    const [range] = await db.store.rows(place, {});
    if (range === undefined) throw new Error('no range');
    const read: z.output<(typeof asJson)['row']>[] = [];
    for await (const block of eventBlocksOfRange(db.store, { ...range, parts: [] }, blockColumns))
      read.push(...rowsOf(block));
    const expected = await db.store.rows(asJson, {});
    const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
    expect(read.sort(byId)).toEqual(expected.sort(byId));
    expect(read).toHaveLength(rows.length);
  });

  test('come the same in pieces of any length', async () => {
    for (const length of [1013, 65_536, bytes.length]) {
      const ids: string[] = [];
      for await (const block of readEventBlocks(inPieces(bytes, length))) {
        for (let row = 0; row < block.rows; row += 1) ids.push(eventIdAt(block, row));
      }
      expect(new Set(ids).size).toBe(rows.length);
    }
  });

  test('that end early are an error, wherever they end', async () => {
    for (const end of [1, 7, 100, 5000, bytes.length - 1]) {
      const read = async (): Promise<void> => {
        for await (const block of readEventBlocks(inPieces(bytes.subarray(0, end), 4096)))
          expect(block.rows).toBeGreaterThan(0);
      };
      await expect(read(), String(end)).rejects.toThrow(/Native/);
    }
  });

  test('of another shape are an error', async () => {
    const read = async (sql: string): Promise<void> => {
      const answer = db.store.bytes('test.shape', { sql, params: {} }, { timeoutMs: 10_000, rowsMax: 100 });
      for await (const block of readEventBlocks(answer)) expect(block.rows).toBe(1);
    };
    await expect(read('SELECT 1 AS host FORMAT Native')).rejects.toThrow(/another type/);
    await expect(read(`SELECT 'x' AS password FORMAT Native`)).rejects.toThrow(/nobody asked/);
    await expect(read(`SELECT 'x' AS host FORMAT Native`)).rejects.toThrow(/missing/);
  });

  test('of no rows are none, and a query that fails throws', async () => {
    for await (const block of eventBlocksOfRange(db.store, { partition: 'none', lo: 1, hi: 2, parts: [] }, [])) {
      throw new Error(`${block.rows} rows`);
    }
    const failing = db.store.bytes('test.fails', { sql: 'SELECT throwIf(number = 70000) FROM numbers(100000) FORMAT Native', params: {} }, { timeoutMs: 10_000, rowsMax: 1_000_000 }); // prettier-ignore
    const drained = async (): Promise<number> => {
      let sum = 0;
      for await (const piece of failing) sum += piece.length;
      return sum;
    };
    await expect(drained()).rejects.toBeInstanceOf(ServiceError);
  });
});
