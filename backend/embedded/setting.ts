import { refusal } from './exception.ts';

/** Settings of a query that may come in the URL. The rest is refused with code 115, so that nothing is ignored in silence. */
const allowed = new Set([
  'alter_sync',
  'async_insert',
  'cast_keep_nullable',
  'date_time_input_format',
  'date_time_output_format',
  'deduplicate_blocks_in_dependent_materialized_views',
  'do_not_merge_across_partitions_select_final',
  'final',
  'group_by_overflow_mode',
  'insert_deduplicate',
  'insert_deduplication_token',
  'join_use_nulls',
  'lightweight_deletes_sync',
  'log_comment',
  'max_block_size',
  'max_bytes_before_external_group_by',
  'max_bytes_before_external_sort',
  'max_bytes_to_read',
  'max_execution_time',
  'max_memory_usage',
  'max_result_bytes',
  'max_result_rows',
  'max_rows_to_group_by',
  'max_rows_to_read',
  'max_threads',
  'mutations_sync',
  'priority',
  'read_overflow_mode',
  'readonly',
  'result_overflow_mode',
  'session_timezone',
  'timeout_overflow_mode',
  'use_query_cache',
  'use_query_condition_cache',
  'wait_for_async_insert',
]);

const allowedPrefixes = ['input_format_', 'output_format_'];

/** URL parameters that steer the gateway and are no settings. */
const ownNames = new Set([
  'buffer_size',
  'cancel_http_readonly_queries_on_client_close',
  'client_protocol_version',
  'database',
  'default_format',
  'enable_http_compression',
  'http_headers_progress_interval_ms',
  'http_zlib_compression_level',
  'query',
  'query_id',
  'quota_key',
  'send_progress_in_http_headers',
  'wait_end_of_query',
]);

/** Parts of the protocol that one session per request cannot give. */
const refused = new Set(['session_id', 'session_timeout', 'session_check', 'role', 'user', 'password', 'compress']);

export interface UrlParts {
  /** Settings to set, in the order given. */
  settings: readonly (readonly [name: string, value: string])[];
  /** `param_x` without the prefix. */
  params: readonly (readonly [name: string, value: string])[];
}

/** Sorts what came in the URL (or multipart form) into settings and parameters. Throws code 115 or 48 for the rest. */
export function sortUrl(search: Iterable<readonly [string, string]>): UrlParts {
  const settings: (readonly [string, string])[] = [];
  const params: (readonly [string, string])[] = [];
  for (const [name, value] of search) {
    if (name.startsWith('param_')) params.push([identifier(name.slice(6)), value]);
    else if (refused.has(name)) throw refusal(48, `${name} is not supported by the embedded engine`);
    else if (allowed.has(name) || allowedPrefixes.some((prefix) => name.startsWith(prefix))) {
      settings.push([identifier(name), value]);
    } else if (!ownNames.has(name)) throw refusal(115, `Setting ${JSON.stringify(name)} is not accepted here`);
  }
  return { settings, params };
}

function identifier(name: string): string {
  if (!/^[A-Za-z_]\w{0,127}$/.test(name)) throw refusal(36, `${JSON.stringify(name)} is no name`);
  return name;
}
