import { z } from 'zod';
import { ServiceError } from '../error.ts';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

const block = z.coerce.number().int().nonnegative();

/** A table whose arrived rows a ledger reads: ours, or one that somebody else made and fills. */
export interface ArrivedTable {
  readonly database: string;
  readonly table: string;
  /** The column that holds when a row was inserted, and that no writer sets; null when there is none. */
  readonly insertedAt: string | null;
}

/** Our own. */
export function eventTable(store: Store): ArrivedTable {
  return { database: store.database, table: 'event', insertedAt: 'ingested_at' };
}

const nameRule = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** A name as an identifier; anything but letters, digits and underscores is refused. */
export function quotedName(name: string): string {
  if (!nameRule.test(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a table or column`);
  return `\`${name}\``;
}

/** The table as an identifier. */
export const quotedTable = (of: ArrivedTable): string => `${quotedName(of.database)}.${quotedName(of.table)}`;

const named = z.object({ database: z.string(), table: z.string() });
const namesOf = ({ database, table }: ArrivedTable): { database: string; table: string } => ({ database, table });

const identity = defineQuery({
  name: 'ledger.table',
  sql: `SELECT toString(uuid) AS uuid, engine, engine_full FROM system.tables
    WHERE database = {database:String} AND name = {table:String}`,
  params: named,
  row: z.object({ uuid: z.uuid(), engine: z.string(), engine_full: z.string() }),
  timeoutMs: 10_000,
  rowsMax: 1,
});

/** UUID (a table made anew is another stream) and definition. Throws store.query_failed when there is no such table. */
export async function tableIdentity(store: Store, of: ArrivedTable): Promise<z.output<(typeof identity)['row']>> {
  const [row] = await store.rows(identity, namesOf(of));
  if (row === undefined) throw new ServiceError('store.query_failed', `ledger: there is no table ${of.table}`);
  return row;
}

const activeParts = defineQuery({
  name: 'ledger.parts',
  sql: `SELECT name, partition_id, min_block_number AS lo, max_block_number AS hi, rows, now64(6, 'UTC') AS taken_at,
      extract(path, '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}') AS uuid
    FROM system.parts WHERE database = {database:String} AND table = {table:String} AND active AND rows > 0
      AND NOT startsWith(partition_id, 'patch-')
    ORDER BY partition_id, min_block_number`,
  params: named,
  row: z.object({
    name: z.string(),
    partition_id: z.string(),
    lo: block,
    hi: block,
    rows: block,
    taken_at: z.string(),
    uuid: z.string(),
  }),
  timeoutMs: 30_000,
  rowsMax: 100_000,
});
export type ActivePart = z.output<(typeof activeParts)['row']>;

/**
 * Active parts that hold rows. `taken_at` is the store's clock at the listing, `uuid` the table's, as its folder is named
 * for it in an Atomic database; empty where it is not.
 */
export function listParts(store: Store, of: ArrivedTable): Promise<ActivePart[]> {
  return store.rows(activeParts, namesOf(of));
}

const heights = defineQuery({
  name: 'ledger.heights',
  sql: `SELECT max(max_block_number) AS height, count() AS parts FROM system.parts
    WHERE database = {database:String} AND table = {table:String} AND NOT startsWith(partition_id, 'patch-')`,
  params: named,
  row: z.object({ height: block, parts: block }),
  timeoutMs: 10_000,
  rowsMax: 1,
});

/** The highest block number on disk, inactive and empty parts included; 0 when there is no part. */
export async function highestBlock(store: Store, of: ArrivedTable): Promise<number> {
  return (await store.rows(heights, namesOf(of)))[0]?.height ?? 0;
}

const lowestPartSince = defineQuery({
  name: 'ledger.lowest_part_since',
  sql: `SELECT count() AS n, min(min_block_number) AS lowest FROM system.parts
    WHERE database = {database:String} AND table = {table:String} AND level = 0 AND rows > 0
      AND modification_time > parseDateTime64BestEffort({at:String}, 6, 'UTC')`,
  params: named.extend({ at: z.string() }),
  row: z.object({ n: block, lowest: block }),
  timeoutMs: 10_000,
  rowsMax: 1,
});

const lowestRow = z.object({ n: block, lowest: block });

/**
 * The lowest block number among rows inserted after `at`; undefined when there are none. Without a column that says when
 * a row was inserted: among parts that no merge touched yet.
 */
export async function lowestBlockSince(store: Store, of: ArrivedTable, at: string): Promise<number | undefined> {
  const [row] =
    of.insertedAt === null
      ? await store.rows(lowestPartSince, { ...namesOf(of), at })
      : await store.compiled(
          'ledger.lowest_since',
          {
            sql: `SELECT count() AS n, min(_block_number) AS lowest FROM ${quotedTable(of)}
              WHERE ${quotedName(of.insertedAt)} > parseDateTime64BestEffort({at:String}, 6, 'UTC')`,
            params: { at },
          },
          lowestRow,
          { timeoutMs: 300_000, rowsMax: 1 }
        );
  return row === undefined || row.n === 0 ? undefined : row.lowest;
}
