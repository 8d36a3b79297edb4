import type { ClickHouseClient } from '@clickhouse/client';
import type { z } from 'zod';
import { bindTimes } from './parameter.ts';
import { rowError, storeError } from './store-error.ts';

/** How much later than the engine the client gives up, milliseconds. */
const graceMs = 1000;

/** One outside call: a limit of its own, the caller's signal, and errors of the store. */
export async function callStore<T>(
  name: string,
  /** Of the engine; the client gives up a second later. */
  timeoutMs: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs + graceMs);
  try {
    outer?.throwIfAborted();
    return await work(outer === undefined ? timeout : AbortSignal.any([timeout, outer]));
  } catch (error) {
    throw storeError(name, error, { timeout });
  }
}

export interface ReadLimits {
  timeoutMs: number;
  rowsMax: number;
  signal?: AbortSignal;
}

/** A query's rows as they come, parsed. Ending early, or the signal, ends the query in the engine. */
export async function* readBatches<R extends z.ZodObject>(
  client: ClickHouseClient,
  name: string,
  statement: { sql: string; params: Record<string, unknown> },
  row: R,
  limits: ReadLimits
): AsyncGenerator<z.output<R>[], void> {
  const timeout = AbortSignal.timeout(limits.timeoutMs + graceMs);
  const signal = limits.signal === undefined ? timeout : AbortSignal.any([timeout, limits.signal]);
  try {
    signal.throwIfAborted();
    const result = await client.query({
      query: statement.sql,
      query_params: bindTimes(statement.sql, statement.params),
      format: 'JSONEachRow',
      abort_signal: signal,
      clickhouse_settings: engineLimits(name, limits),
    });
    const stream = result.stream();
    // The client stops listening to the signal once the head is there.
    const end = () => stream.destroy(new Error('aborted'));
    signal.addEventListener('abort', end, { once: true });
    try {
      for await (const batch of stream) yield batch.map((line) => parseRow(name, row, line.json()));
    } finally {
      signal.removeEventListener('abort', end);
      result.close();
    }
  } catch (error) {
    throw storeError(name, error, { timeout });
  }
}

/** A query's answer as it comes, in the format that the statement names. Ending early, or the signal, ends the query. */
export async function* readBytes(
  client: ClickHouseClient,
  name: string,
  statement: { sql: string; params: Record<string, unknown> },
  limits: ReadLimits & { settings?: Readonly<Record<string, string>> }
): AsyncGenerator<Uint8Array, void> {
  const timeout = AbortSignal.timeout(limits.timeoutMs + graceMs);
  const signal = limits.signal === undefined ? timeout : AbortSignal.any([timeout, limits.signal]);
  try {
    signal.throwIfAborted();
    const { stream } = await client.exec({
      query: statement.sql,
      query_params: bindTimes(statement.sql, statement.params),
      abort_signal: signal,
      clickhouse_settings: { ...limits.settings, ...engineLimits(name, limits) },
    });
    const end = () => stream.destroy(new Error('aborted'));
    signal.addEventListener('abort', end, { once: true });
    try {
      for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk;
    } finally {
      signal.removeEventListener('abort', end);
      stream.destroy();
    }
  } catch (error) {
    throw storeError(name, error, { timeout });
  }
}

function engineLimits(name: string, { timeoutMs, rowsMax }: ReadLimits) {
  return {
    max_execution_time: timeoutMs / 1000,
    max_result_rows: String(rowsMax),
    result_overflow_mode: 'throw',
    log_comment: name,
  } as const;
}

function parseRow<R extends z.ZodObject>(name: string, row: R, value: unknown): z.output<R> {
  const parsed = row.safeParse(value);
  if (!parsed.success) throw rowError(name, parsed.error);
  return parsed.data;
}
