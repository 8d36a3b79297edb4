import type { z } from 'zod';
import type { Log } from '../log.ts';
import { createInserts } from './insert.ts';
import { connect, type ConnectionOptions } from './client.ts';
import type { QueryDefinition } from './query.ts';
import { bindTimes } from './parameter.ts';
import { callStore, readBatches, readBytes } from './read.ts';
import type { TableName } from './table-name.ts';

export interface CallOptions {
  signal?: AbortSignal;
}
export interface InsertOptions extends CallOptions {
  /** A repeated token changes nothing, in the table and in its materialized views. */
  dedupToken?: string;
  /** Follows the table's name in log_comment. */
  comment?: string;
}
export interface ExecuteOptions extends CallOptions {
  /** 60 s when not given. */
  timeoutMs?: number;
}

/**
 * The store: everything the service reads and writes goes through here. Rows come as JSON: 64-bit integers as strings,
 * times as RFC 3339 in UTC with the column's digits, and times as RFC 3339 are taken in rows and parameters. Throws ServiceError store.unavailable, store.timeout or store.query_failed.
 */
export interface Store {
  readonly database: string;
  /** All rows of a named query. */
  rows<P extends z.ZodObject, R extends z.ZodObject>(
    query: QueryDefinition<P, R>,
    params: z.input<P>,
    options?: CallOptions
  ): Promise<z.output<R>[]>;
  /** All rows of SQL that one of our compilers made; `name` is for errors. */
  compiled<R extends z.ZodObject>(
    name: string,
    statement: { sql: string; params: Record<string, unknown> },
    row: R,
    limits: { timeoutMs: number; rowsMax: number; signal?: AbortSignal }
  ): Promise<z.output<R>[]>;
  /** Rows as they come, in batches; ending early ends the query. */
  stream<P extends z.ZodObject, R extends z.ZodObject>(
    query: QueryDefinition<P, R>,
    params: z.input<P>,
    options?: CallOptions
  ): AsyncIterable<z.output<R>[]>;
  /**
   * The answer of SQL of ours in the format that it names, in pieces of any length; ending early ends the query.
   * `settings` are the engine's own. An answer that breaks off throws.
   */
  bytes(
    name: string,
    statement: { sql: string; params: Record<string, unknown> },
    limits: { timeoutMs: number; rowsMax: number; signal?: AbortSignal; settings?: Readonly<Record<string, string>> }
  ): AsyncIterable<Uint8Array>;
  /** Objects by column name, applied as one block. No rows: nothing is sent. */
  insert(table: TableName, rows: readonly object[], options?: InsertOptions): Promise<void>;
  /** Lines of TabSeparated with escapes, so that any byte survives; applied as one block. */
  insertTsv(table: TableName, columns: readonly string[], body: Buffer, options?: InsertOptions): Promise<void>;
  /** DDL, DELETE, ALTER. `name` is for errors. */
  execute(name: string, sql: string, params?: Record<string, unknown>, options?: ExecuteOptions): Promise<void>;
  /** Milliseconds that one round trip took. */
  ping(signal?: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

export interface StoreOptions extends ConnectionOptions {
  database: string;
  log: Log;
}

const executeTimeoutMs = 60_000;
const pingTimeoutMs = 5000;

/** Makes the database when it is missing. Everything else needs it. */
export async function createDatabase(options: StoreOptions): Promise<void> {
  const client = connect(options, null);
  try {
    await callStore('database.create', executeTimeoutMs, undefined, (signal) =>
      client.command({ query: `CREATE DATABASE IF NOT EXISTS ${databaseName(options.database)}`, abort_signal: signal })
    );
  } finally {
    await client.close();
  }
}

/** A database's name as an identifier; anything but letters, digits and underscores is refused. */
export function databaseName(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(name)) throw new TypeError(`${JSON.stringify(name)} is no database name`);
  return `\`${name}\``;
}

/** Opens nothing yet: the first call connects. */
export function createStore(options: StoreOptions): Store {
  const client = connect(options, options.database);
  const read: Store['compiled'] = async (name, statement, row, limits) => {
    const rows: z.output<typeof row>[] = [];
    for await (const batch of readBatches(client, name, statement, row, limits)) rows.push(...batch);
    return rows;
  };
  return {
    database: options.database,
    compiled: read,
    rows: (query, params, callOptions) =>
      read(query.name, { sql: query.sql, params: query.params.parse(params) }, query.row, {
        ...query,
        ...callOptions,
      }),
    stream: (query, params, callOptions) =>
      readBatches(client, query.name, { sql: query.sql, params: query.params.parse(params) }, query.row, {
        ...query,
        ...callOptions,
      }),
    bytes: (name, statement, limits) => readBytes(client, name, statement, limits),
    ...createInserts(client),
    execute: async (name, sql, params = {}, executeOptions = {}) => {
      const timeoutMs = executeOptions.timeoutMs ?? executeTimeoutMs;
      await callStore(name, timeoutMs, executeOptions.signal, (signal) =>
        client.command({
          query: sql,
          query_params: bindTimes(sql, params),
          abort_signal: signal,
          clickhouse_settings: { max_execution_time: timeoutMs / 1000, log_comment: name },
        })
      );
    },
    ping: async (outer) => {
      const started = performance.now();
      await callStore('store.ping', pingTimeoutMs, outer, async (signal) => {
        const result = await client.ping({ select: true, abort_signal: signal });
        if (!result.success) throw result.error;
      });
      return performance.now() - started;
    },
    close: () => client.close(),
  };
}
