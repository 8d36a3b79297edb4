import { readFileSync } from 'node:fs';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';

export interface ConnectionOptions {
  /** http or https. */
  url: string;
  user: string;
  password: string;
  /** PEM file of the authority that signed the server's certificate; the system's when not given. */
  caFile?: string;
}

/** One client of ClickHouse over HTTP, the embedded engine or a server. `database` null: none chosen. */
export function connect(options: ConnectionOptions, database: string | null): ClickHouseClient {
  return createClient({
    url: options.url,
    username: options.user,
    password: options.password,
    ...(database === null ? {} : { database }),
    ...(options.caFile === undefined ? {} : { tls: { ca_cert: readFileSync(options.caFile) } }),
    // Each call has its own limit; this one is the silence on a socket that nothing explains.
    request_timeout: 30 * 60 * 1000,
    max_open_connections: 32,
    keep_alive: { enabled: true, idle_socket_ttl: 2000, eagerly_destroy_stale_sockets: true },
    use_multipart_params_auto: true,
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: {
      output_format_json_quote_64bit_integers: 1,
      // Times come and go as RFC 3339 in UTC: 2026-11-21T08:50:00.000Z.
      date_time_output_format: 'iso',
      date_time_input_format: 'best_effort',
    },
  });
}
