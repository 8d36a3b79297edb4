import { ClickHouseError } from '@clickhouse/client';
import { messageOf, ServiceError } from '../error.ts';

/** ClickHouse's codes for "took too long": TIMEOUT_EXCEEDED, SOCKET_TIMEOUT. */
const timeoutCodes = new Set(['159', '209']);
/** For "not now, or not with these keys": TOO_MANY_SIMULTANEOUS_QUERIES, AUTHENTICATION_FAILED, REQUIRED_PASSWORD, NETWORK_ERROR. */
const unavailableCodes = new Set(['202', '516', '194', '210']);

/**
 * What the client threw, as one of store.unavailable, store.timeout, store.query_failed; the cause keeps ClickHouse's code.
 * `name` is the query's name: its text and values never enter the message.
 */
export function storeError(name: string, error: unknown, signals: { timeout: AbortSignal }): ServiceError {
  if (error instanceof ServiceError) return error;
  if (signals.timeout.aborted) return new ServiceError('store.timeout', `${name} took too long`, { cause: error });
  if (!(error instanceof ClickHouseError)) {
    return new ServiceError('store.unavailable', `${name}: the store does not answer`, { cause: error });
  }
  if (timeoutCodes.has(error.code)) return new ServiceError('store.timeout', `${name} took too long`, { cause: error });
  const code = unavailableCodes.has(error.code) ? 'store.unavailable' : 'store.query_failed';
  return new ServiceError(code, `${name} failed: code ${error.code} (${error.type ?? 'unknown'})`, { cause: error });
}

/** ClickHouse's code of a failed query (`60` for an unknown table), null when it was no answer of ClickHouse. */
export function clickHouseCode(error: unknown): number | null {
  const cause = error instanceof ServiceError ? error.cause : error;
  return cause instanceof ClickHouseError ? Number(cause.code) : null;
}

/** A row that does not have the shape its query promises. */
export function rowError(name: string, error: unknown): ServiceError {
  return new ServiceError('store.query_failed', `${name}: a row has another shape: ${messageOf(error)}`, {
    cause: error,
  });
}
