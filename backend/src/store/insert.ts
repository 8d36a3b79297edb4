import { Readable } from 'node:stream';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import { callStore } from './read.ts';
import type { InsertOptions, Store } from './store.ts';
import type { TableName } from './table-name.ts';

const insertTimeoutMs = 60_000;

/** The inserting half of a store: each call is one block, applied whole or not at all. */
export function createInserts(client: ClickHouseClient): Pick<Store, 'insert' | 'insertTsv'> {
  return {
    insert: async (table, rows, options = {}) => {
      if (rows.length === 0) return;
      await callStore(`${table}.insert`, insertTimeoutMs, options.signal, (signal) =>
        client.insert({
          table,
          values: rows,
          format: 'JSONEachRow',
          abort_signal: signal,
          clickhouse_settings: insertSettings(table, options),
        })
      );
    },
    insertTsv: async (table, columns, body, options = {}) => {
      if (body.length === 0) return;
      const names = columnList(columns);
      await callStore(`${table}.insert`, insertTimeoutMs, options.signal, (signal) =>
        client.insert({
          table,
          columns: names,
          values: Readable.from([body], { objectMode: false }),
          format: 'TabSeparated',
          abort_signal: signal,
          clickhouse_settings: insertSettings(table, options),
        })
      );
    },
  };
}

function columnList(columns: readonly string[]): [string, ...string[]] {
  for (const column of columns) {
    if (!/^[a-z_][a-z0-9_]*$/.test(column)) throw new TypeError(`${JSON.stringify(column)} is no column name`);
  }
  const [first, ...rest] = columns;
  if (first === undefined) throw new TypeError('An insert needs columns');
  return [first, ...rest];
}

function insertSettings(table: TableName, options: InsertOptions): ClickHouseSettings {
  const settings: ClickHouseSettings = {
    async_insert: 0,
    max_execution_time: insertTimeoutMs / 1000,
    log_comment: `${table}.insert ${options.comment ?? ''}`.trimEnd(),
  };
  if (options.dedupToken === undefined) return settings;
  return {
    ...settings,
    insert_deduplication_token: options.dedupToken,
    deduplicate_blocks_in_dependent_materialized_views: 1,
  };
}
