import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import { type Arrival, arrivalOf, arrivedRows } from '../../store/arrival.ts';
import type { ArrivedTable } from '../../store/arrived-table.ts';
import { openAdoptedLedger } from './adopted-ledger.ts';
import { randomOf } from './fixture.ts';
import type { ClaimedRange, Ledger } from './ledger.ts';

/** A table as the OpenTelemetry Collector makes it (shortened), read by ranges of arrived rows. */

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const run = (sql: string, params: Record<string, unknown> = {}): Promise<void> => db.store.execute('test.sql', sql, params); // prettier-ignore

async function otelTable(table: string, settings: string, more = ''): Promise<ArrivedTable> {
  await run(`CREATE TABLE ${table} (Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)), TimestampTime DateTime DEFAULT toDateTime(Timestamp),
      SeverityText LowCardinality(String), ServiceName LowCardinality(String), Body String,
      LogAttributes Map(LowCardinality(String), String)${more})
    ENGINE = MergeTree PARTITION BY toDate(TimestampTime) ORDER BY (ServiceName, TimestampTime, Timestamp) ${settings}`); // prettier-ignore
  return { database: db.store.database, table, insertedAt: more === '' ? null : 'ingested_at' };
}

/** One insert of a collector: event times are the sender's, up to two days back; `seconds` between its start and its commit. */
function collect(table: string, bodies: readonly string[], seconds = 0, daysBack = 0): Promise<void> {
  return run(
    `INSERT INTO ${table} (Timestamp, SeverityText, ServiceName, Body)
      SELECT toDateTime64('2026-11-21 08:00:00', 9) - INTERVAL {days:UInt32} DAY, 'INFO', 'web', body
      FROM (SELECT arrayJoin({bodies:Array(String)}) AS body) WHERE sleepEachRow({pause:Float64}) = 0`,
    { bodies: [...bodies], days: daysBack, pause: seconds / Math.max(1, bodies.length) }
  );
}

async function drain(ledger: Ledger, arrival: Arrival, table: ArrivedTable, into: string[]): Promise<void> {
  for (const range of await ledger.list()) {
    if (!(await ledger.claim(range))) continue;
    const { where, params } = arrivedRows(table, arrival, range);
    const rows = await db.store.compiled('test.read', { sql: `SELECT Body FROM ${table.table} WHERE ${where}`, params }, z.object({ Body: z.string() }), { timeoutMs: 20_000, rowsMax: 100_000 }); // prettier-ignore
    into.push(...rows.map(({ Body }) => Body));
    await ledger.finish(range, 'rules', rows.length);
  }
}

const patienceMs = 15_000;

/** As drain, until as many rows were read: an insert that another test runs on the engine holds back what came after it. */
async function drainAll(
  ledger: Ledger,
  arrival: Arrival,
  table: ArrivedTable,
  into: string[],
  count: number
): Promise<void> {
  const endAt = performance.now() + patienceMs;
  for (;;) {
    await drain(ledger, arrival, table, into);
    if (into.length >= count || performance.now() > endAt) return;
    await sleep(50);
  }
}

/** The first range, once there is one, for the same reason. */
async function firstRange(ledger: Ledger): Promise<ClaimedRange> {
  const endAt = performance.now() + patienceMs;
  for (;;) {
    const [range] = await ledger.list();
    if (range !== undefined) return range;
    if (performance.now() > endAt) throw new Error('a range');
    await sleep(50);
  }
}

const streams = (like: string) =>
  db.store.compiled('test.streams', { sql: `SELECT DISTINCT stream FROM ledger_done WHERE stream LIKE {like:String}`, params: { like } }, z.object({ stream: z.string() }), { timeoutMs: 5000, rowsMax: 100 }); // prettier-ignore

const optionsOf = (table: ArrivedTable) => ({ store: db.store, owner: 'me', rowsMax: 10, table });
const ingestedAt = `, ingested_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC')`;
const numbered = 'SETTINGS enable_block_number_column = 1';

describe.each([
  ['blocks', numbered, ''],
  ['time', '', ingestedAt],
] as const)('an adopted table read by %s', (way, settings, more) => {
  it('is read once, whatever the order in which inserts commit, and the ledger says which way', async () => {
    const table = await otelTable(`otel_${way}`, settings, more);
    const { ledger, arrival } = await openAdoptedLedger(optionsOf(table));
    expect(arrival).toBe(way);
    const random = randomOf(5);
    const read: string[] = [];
    const written: string[] = [];
    const writers: Promise<void>[] = [];
    for (let at = 0; at < 25; at += 1) {
      const bodies = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, row) => `${at} ${row}`);
      written.push(...bodies);
      writers.push(collect(table.table, bodies, random() < 0.3 ? random() : 0, Math.floor(random() * 3)));
      await sleep(random() * 60);
      if (random() < 0.5) await drain(ledger, arrival, table, read);
      if (random() < 0.1) await run(`OPTIMIZE TABLE ${table.table} FINAL`);
    }
    await Promise.all(writers);
    await drainAll(ledger, arrival, table, read, written.length);
    expect([...read].sort()).toEqual([...written].sort());
    expect(await ledger.list()).toEqual([]);
    const named = (await streams(`${await ledger.stream()}%`)).map(({ stream }) => stream);
    expect(named).toEqual([await ledger.stream()]);
    expect(named[0]?.endsWith('by time')).toBe(way === 'time');
  }, 60_000);

  it('is taken over from an owner that is gone, with its bounds, under the next generation', async () => {
    const table = await otelTable(`otel_left_${way}`, settings, more);
    await collect(table.table, ['a', 'b']);
    const { ledger } = await openAdoptedLedger({ ...optionsOf(table), owner: 'dead' });
    const range = await firstRange(ledger);
    await ledger.claim(range);
    await collect(table.table, ['c']);
    const next = await openAdoptedLedger({ ...optionsOf(table), owner: 'next' });
    const [left] = await next.ledger.list();
    expect(left).toMatchObject({ lo: range.lo, hi: range.hi, gen: range.gen + 1, takesOver: [range.gen], again: false }); // prettier-ignore
    const read: string[] = [];
    await drainAll(next.ledger, next.arrival, table, read, 3);
    expect([...read].sort()).toEqual(['a', 'b', 'c']);
    expect(await next.ledger.list()).toEqual([]);
  });
});

it('a cursor on the same column without the running inserts leaves rows out (the control)', async () => {
  const table = await otelTable('otel_control', '', ingestedAt);
  const slow = collect(table.table, ['slow'], 1.2);
  await sleep(400);
  await collect(table.table, ['quick']);
  const { ledger, arrival } = await openAdoptedLedger(optionsOf(table));
  const mark = Date.now();
  const early: string[] = [];
  await drain(ledger, arrival, table, early);
  // The slow insert began before the quick one: nothing from after its start is read yet.
  expect(early).toEqual([]);
  await slow;
  const rows = await db.store.compiled('test.late', { sql: `SELECT Body FROM otel_control WHERE ingested_at <= fromUnixTimestamp64Milli({mark:Int64})`, params: { mark } }, z.object({ Body: z.string() }), { timeoutMs: 5000, rowsMax: 10 }); // prettier-ignore
  expect(rows.map(({ Body }) => Body)).toContain('slow');
  await drainAll(ledger, arrival, table, early, 2);
  expect([...early].sort()).toEqual(['quick', 'slow']);
});

describe('the way to read a table', () => {
  it('is by time when block numbers were switched on after parts were merged', async () => {
    const table = await otelTable('otel_later', '', ingestedAt);
    for (const body of ['a', 'b']) await collect('otel_later', [body]);
    await run('OPTIMIZE TABLE otel_later FINAL');
    await run('ALTER TABLE otel_later MODIFY SETTING enable_block_number_column = 1');
    expect(await arrivalOf(db.store, table)).toBe('time');
  });

  it('stays by time once it was begun so', async () => {
    const table = await otelTable('otel_stays', '', ingestedAt);
    await collect('otel_stays', ['a']);
    const { ledger, arrival } = await openAdoptedLedger(optionsOf(table));
    const read: string[] = [];
    await drainAll(ledger, arrival, table, read, 1);
    expect(read).toEqual(['a']);
    await run('ALTER TABLE otel_stays MODIFY SETTING enable_block_number_column = 1');
    expect((await openAdoptedLedger(optionsOf(table))).arrival).toBe('time');
  });

  it.each([
    ['no block numbers and no time of insert', 'CREATE TABLE {} (a UInt8) ENGINE = MergeTree ORDER BY a', null, /no block numbers/],
    ['a time that the sender sets', 'CREATE TABLE {} (a UInt8, at DateTime64(6)) ENGINE = MergeTree ORDER BY a', 'at', /not the time of the insert/],
    ['another engine', 'CREATE TABLE {} (a UInt8) ENGINE = Memory', null, /not MergeTree/],
  ])('there is none for %s: request.invalid', async (_what, sql, insertedAt, why) => {
    const name = `odd_${Math.floor(performance.now() * 1000)}`;
    await run(sql.replace('{}', name));
    const refused = arrivalOf(db.store, { database: db.store.database, table: name, insertedAt });
    await expect(refused).rejects.toMatchObject({ code: 'request.invalid' });
    await expect(arrivalOf(db.store, { database: db.store.database, table: name, insertedAt })).rejects.toThrow(why);
  }); // prettier-ignore

  it('is not asked of a table with a name that is no name', async () => {
    const table = { database: db.store.database, table: 'event` WHERE 1', insertedAt: null };
    expect(() => arrivedRows({ ...table, insertedAt: 'a`' }, 'time', { partition: '', lo: 0, readHi: 0, parts: [] })).toThrow(TypeError); // prettier-ignore
    await expect(arrivalOf(db.store, table)).rejects.toMatchObject({ code: 'store.query_failed' });
  });
});
