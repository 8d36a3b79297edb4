import { z } from 'zod';
import { ServiceError } from '../error.ts';
import { type ArrivedTable, quotedName, quotedTable, tableIdentity } from './arrived-table.ts';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

const count = z.coerce.number().int().nonnegative();

/**
 * How arrived rows are told apart. `blocks`: by block number, exact. `time`: by the column that says when a row was
 * inserted, up to the start of the longest running insert: the second best, for one server (facts: a cursor on time).
 */
export type Arrival = 'blocks' | 'time';

const blockColumn = defineQuery({
  name: 'arrival.block_column',
  sql: `SELECT countIf(level > 0 AND NOT has_number) AS without FROM
    (SELECT name, any(level) AS level, max(column = '_block_number') AS has_number FROM
      (SELECT p.name AS name, p.level AS level, c.column AS column FROM system.parts AS p
        LEFT JOIN system.parts_columns AS c ON c.database = p.database AND c.table = p.table AND c.name = p.name
        WHERE p.database = {database:String} AND p.table = {table:String} AND p.active AND p.rows > 0)
      GROUP BY name)`,
  params: z.object({ database: z.string(), table: z.string() }),
  row: z.object({ without: count }),
  timeoutMs: 30_000,
  rowsMax: 1,
});

const defaults = defineQuery({
  name: 'arrival.inserted_at',
  sql: `SELECT default_expression FROM system.columns
    WHERE database = {database:String} AND table = {table:String} AND name = {column:String}`,
  params: z.object({ database: z.string(), table: z.string(), column: z.string() }),
  row: z.object({ default_expression: z.string() }),
  timeoutMs: 10_000,
  rowsMax: 1,
});

/**
 * The best way to read a table's arrived rows. Throws request.invalid when there is none: no block numbers, and no column
 * whose default is the time of the insert. Merged parts of before block numbers were switched on have none of their own.
 */
export async function arrivalOf(store: Store, of: ArrivedTable): Promise<Arrival> {
  const { database, table } = of;
  const { engine, engine_full } = await tableIdentity(store, of);
  if (!engine.endsWith('MergeTree')) throw unreadable(of, `its engine is ${engine}, not MergeTree`);
  if (/\benable_block_number_column = 1\b/.test(engine_full)) {
    const [row] = await store.rows(blockColumn, { database, table });
    if (row?.without === 0) return 'blocks';
  }
  if (of.insertedAt === null) throw unreadable(of, 'it has no block numbers and no column that says when a row was inserted'); // prettier-ignore
  const [column] = await store.rows(defaults, { database, table, column: of.insertedAt });
  if (!/\bnow(64)?\(/.test(column?.default_expression ?? '')) {
    throw unreadable(of, `column ${of.insertedAt} is not the time of the insert by default`);
  }
  return 'time';
}

function unreadable({ database, table }: ArrivedTable, why: string): ServiceError {
  return new ServiceError(
    'request.invalid',
    `${database}.${table} cannot be read exactly: ${why}. Run ALTER TABLE ${table} MODIFY SETTING enable_block_number_column = 1 before it is filled.`
  );
}

const insertsBound = defineQuery({
  name: 'arrival.bound',
  sql: `SELECT toUnixTimestamp64Micro(now64(6, 'UTC')) AS now,
      toUInt64(1e6 * max(elapsed)) AS longest, now64(6, 'UTC') AS taken_at
    FROM system.processes WHERE query_kind IN ('Insert', 'AsyncInsertFlush')`,
  params: z.object({}),
  row: z.object({ now: count, longest: count, taken_at: z.string() }),
  timeoutMs: 10_000,
  rowsMax: 1,
});

/** An insert's time is fixed just before it shows among the running ones, microseconds. */
const marginUs = 10_000;

/** Up to when every insert has ended, microseconds since 1970 by the store's clock, and that clock. */
export async function settledUntil(store: Store): Promise<{ untilUs: number; takenAt: string }> {
  const [row] = await store.rows(insertsBound, {});
  if (row === undefined) throw new ServiceError('store.query_failed', 'arrival.bound: no row');
  return { untilUs: row.now - row.longest - marginUs, takenAt: row.taken_at };
}

const microseconds = (of: ArrivedTable): string =>
  `toUnixTimestamp64Micro(toDateTime64(${quotedName(of.insertedAt ?? '')}, 6, 'UTC'))`;

const countRow = z.object({ rows: count, first: count });

/** Rows inserted in [lo, hi], microseconds, and when the first of them was. */
export async function rowsBetween(store: Store, of: ArrivedTable, lo: number, hi: number) {
  const at = microseconds(of);
  const sql = `SELECT count() AS rows, min(${at}) AS first FROM ${quotedTable(of)} WHERE ${at} BETWEEN {lo:UInt64} AND {hi:UInt64}`;
  const [row] = await store.compiled('arrival.count', { sql, params: { lo, hi } }, countRow, { timeoutMs: 300_000, rowsMax: 1 }); // prettier-ignore
  return row ?? { rows: 0, first: 0 };
}

/** When the n-th row (from 1) of those inserted in [lo, hi] was inserted; undefined when there are fewer. */
export async function nthInserted(store: Store, of: ArrivedTable, lo: number, hi: number, n: number) {
  const at = microseconds(of);
  const sql = `SELECT ${at} AS first, 0 AS rows FROM ${quotedTable(of)}
    WHERE ${at} BETWEEN {lo:UInt64} AND {hi:UInt64} ORDER BY first LIMIT 1 OFFSET {skip:UInt64}`;
  const limits = { timeoutMs: 300_000, rowsMax: 1 };
  const [row] = await store.compiled('arrival.nth', { sql, params: { lo, hi, skip: n - 1 } }, countRow, limits);
  return row?.first;
}

/** A part is named partition_min_max_level: a row whose number lies outside came with an attached part ("foreign"). */
const inItsPart = `_block_number BETWEEN toUInt64(splitByChar('_', _part)[2]) AND toUInt64(splitByChar('_', _part)[3])`;

/** The rows of a claimed range, as a condition with its parameters. */
export function arrivedRows(
  of: ArrivedTable,
  arrival: Arrival,
  range: { partition: string; lo: number; readHi: number; parts: readonly string[] }
): { where: string; params: Record<string, unknown> } {
  const { partition, lo, readHi: hi, parts } = range;
  switch (arrival) {
    case 'time':
      return { where: `${microseconds(of)} BETWEEN {lo:UInt64} AND {hi:UInt64}`, params: { lo, hi } };
    case 'blocks':
      return {
        where: `_partition_id = {partition:String} AND ((_block_number BETWEEN {lo:UInt64} AND {hi:UInt64} AND ${inItsPart})
          OR (has({parts:Array(String)}, _part) AND NOT (${inItsPart})))`,
        params: { partition, lo, hi, parts: [...parts] },
      };
  }
}
