import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ServiceError } from '../error.ts';
import { defineQuery } from './query.ts';
import { clickHouseCode } from './store-error.ts';
import type { Store } from './store.ts';
import { type TableName, writerTables } from './table-name.ts';

/** FUNCTION_THROW_IF_VALUE_IS_NON_ZERO: the guard behind a door (migration 0008). */
const guardCode = 395;
const mark = 'writer epoch';

type Writes = (typeof writerTables)[number];
const isWriters = (table: TableName): table is Writes => (writerTables as readonly string[]).includes(table);

/**
 * The store as the holder of one epoch of the writer's lease sees it. What it inserts into the writer's tables, and what
 * it deletes, the engine refuses as soon as there is a later epoch: service.standby for an insert, no rows for a delete.
 */
export function writerStore(store: Store, epoch: number): Store {
  return {
    ...store,
    insert: async (table, rows, options = {}) => {
      if (!isWriters(table)) return store.insert(table, rows, options);
      try {
        await store.insert(`${table}_door`, rows.map((row) => ({ ...row, epoch })), { ...options, comment: `${mark} ${epoch}` }); // prettier-ignore
      } catch (error) {
        throw clickHouseCode(error) === guardCode ? overtaken(epoch, error) : error;
      }
    },
    execute: (name, sql, params = {}, options = {}) =>
      /^\s*DELETE\s/i.test(sql)
        ? store.execute(`${name} ${mark} ${epoch}`, `${sql} AND ${holds}`, { ...params, writerEpoch: epoch }, options)
        : store.execute(name, sql, params, options),
  };
}

/** A filter, no throwIf: a mutation that throws is tried again for ever. */
const holds = `{writerEpoch:UInt64} = (SELECT max(lease_holder.epoch) FROM lease_holder WHERE lease_holder.name = 'writer')`;

function overtaken(epoch: number, cause: unknown): ServiceError {
  return new ServiceError('service.standby', `Another service took over from epoch ${epoch}.`, { cause });
}

const running = defineQuery({
  name: 'writer.running',
  sql: `SELECT count() AS n FROM system.processes
    WHERE toUInt64OrZero(extract(Settings['log_comment'], '${mark} ([0-9]+)')) BETWEEN 1 AND {below:UInt64} - 1
      AND current_database = {database:String}`,
  params: z.object({ below: z.number(), database: z.string() }),
  row: z.object({ n: z.coerce.number() }),
  timeoutMs: 10_000,
  rowsMax: 1,
});

const pollMs = 20;

/**
 * Waits until no statement of an earlier epoch runs. Called after the epoch was taken: what starts later is refused, so
 * nothing of earlier writers comes after it. Throws store.timeout after `timeoutMs`.
 */
export async function settleEarlierWriters(
  store: Store,
  epoch: number,
  options: { timeoutMs: number; pause?: (ms: number) => Promise<unknown> }
): Promise<void> {
  const until = performance.now() + options.timeoutMs;
  for (;;) {
    const [row] = await store.rows(running, { below: epoch, database: store.database });
    if (row?.n === 0) return;
    if (performance.now() > until)
      throw new ServiceError('store.timeout', 'An earlier writer’s statement does not end.');
    await (options.pause ?? sleep)(pollMs);
  }
}
