import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65535);
const bytes = z.coerce.number().int().min(1024);
const days = z.coerce.number().int().min(1).max(36500);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const secret = z.string().min(16).optional();

/** Every setting: its variable, shape and default. Secrets (marked `_FILE`-able in `secretNames`) have no default. */
const environment = z.object({
  LOGLAKE_HOST: z.string().default('127.0.0.1'),
  LOGLAKE_PORT: port.default(8450),
  LOGLAKE_TLS_CERT: z.string().optional(),
  LOGLAKE_TLS_KEY: z.string().optional(),
  LOGLAKE_DATA_DIR: z.string().default('./data'),
  LOGLAKE_RULES_DIR: z.string().default('./rules'),
  LOGLAKE_PIPELINES_DIR: z.string().optional(),
  LOGLAKE_SIGMA_LISTS: z.string().optional(),
  LOGLAKE_SCENARIOS_DIR: z.string().default('./scenarios'),
  LOGLAKE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  LOGLAKE_SYSLOG_HOST: z.string().default('127.0.0.1'),
  LOGLAKE_SYSLOG_PORT: port.default(5514),
  LOGLAKE_INGEST_LINE_BYTES_MAX: bytes.default(65_536),
  LOGLAKE_INGEST_REQUEST_BYTES_MAX: bytes.default(16 * 1024 * 1024),
  LOGLAKE_INGEST_QUEUE_ROWS_MAX: z.coerce.number().int().min(1).default(100_000),
  LOGLAKE_RAW_DAYS: days.default(30),
  LOGLAKE_EVENT_DAYS: days.default(90),
  LOGLAKE_FINDING_DAYS: days.default(400),
  LOGLAKE_DETECT_INTERVAL_MS: z.coerce.number().int().min(50).default(1000),
  LOGLAKE_WRITER_LEASE_MS: z.coerce.number().int().min(1000).default(15_000),
  LOGLAKE_CATCH_UP_ROWS_PER_S: z.coerce.number().int().min(0).default(0),
  LOGLAKE_BACKFILL_ROWS_PER_S: z.coerce.number().int().min(1).default(20_000),
  LOGLAKE_RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).default(6000),
  LOGLAKE_GRAFANA_JWKS_URL: z.url().optional(),
  LOGLAKE_TRUST_USER_HEADER: flag.default(false),
  LOGLAKE_TOKEN_READER: secret,
  LOGLAKE_TOKEN_TRIAGER: secret,
  LOGLAKE_TOKEN_ADMIN: secret,
  LOGLAKE_TOKEN_INGEST: secret,
  LOGLAKE_TOKEN_SCENARIO: secret,
  LOGLAKE_ENGINE_PORT: port.default(0),
  LOGLAKE_ENGINE_MEMORY_BYTES_MAX: bytes.default(1_000_000_000),
  CLICKHOUSE_URL: z.url().optional(),
  CLICKHOUSE_USER: z.string().default('default'),
  CLICKHOUSE_PASSWORD: z.string().default(''),
  CLICKHOUSE_DATABASE: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/)
    .default('loglake'),
  CLICKHOUSE_CA_FILE: z.string().optional(),
});

type Environment = z.output<typeof environment>;
export type SettingName = keyof Environment;

/** Every variable there is, `_FILE` forms left out. */
export const environmentNames = Object.keys(environment.shape) as SettingName[];

/** These may come from a file: `NAME_FILE=/run/secrets/x`. */
const secretNames = [
  'LOGLAKE_TOKEN_READER',
  'LOGLAKE_TOKEN_TRIAGER',
  'LOGLAKE_TOKEN_ADMIN',
  'LOGLAKE_TOKEN_INGEST',
  'LOGLAKE_TOKEN_SCENARIO',
  'CLICKHOUSE_PASSWORD',
] as const satisfies readonly SettingName[];

export interface Config {
  readonly settings: Environment;
  /** Names of settings that were given, not defaulted. */
  readonly given: ReadonlySet<string>;
  /** Absolute paths below the data directory. */
  readonly paths: { engine: string; spool: string; secrets: string };
}

/** Thrown with every problem at once, one line each, naming the variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Variables = Record<string, string | undefined>;

function withFiles(variables: Variables, readText: (file: string) => string): Variables {
  const result: Variables = { ...variables };
  for (const name of secretNames) {
    const file = variables[`${name}_FILE`];
    if (file === undefined || file === '') continue;
    if (variables[name]) throw new ConfigError(`${name}: give it or ${name}_FILE, not both`);
    try {
      result[name] = readText(file).trim();
    } catch (error) {
      throw new ConfigError(`${name}_FILE: cannot read ${file}`, { cause: error });
    }
  }
  return result;
}

/** Reads the environment. Empty variables count as not given. Throws ConfigError. */
export function readConfig(
  variables: Variables = process.env,
  readText: (file: string) => string = (file) => readFileSync(file, 'utf8')
): Config {
  const known = Object.fromEntries(
    Object.entries(withFiles(variables, readText)).filter(([name, value]) => name in environment.shape && value !== '')
  );
  const parsed = environment.safeParse(known);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
  }
  const settings = parsed.data;
  if ((settings.LOGLAKE_TLS_CERT === undefined) !== (settings.LOGLAKE_TLS_KEY === undefined)) {
    throw new ConfigError('LOGLAKE_TLS_CERT and LOGLAKE_TLS_KEY: give both or neither');
  }
  const data = path.resolve(settings.LOGLAKE_DATA_DIR);
  return {
    settings,
    given: new Set(Object.keys(known)),
    paths: { engine: path.join(data, 'engine'), spool: path.join(data, 'spool'), secrets: path.join(data, 'secrets') },
  };
}

/** Settings that a page may show. */
export function isSecret(name: string): boolean {
  return (secretNames as readonly string[]).includes(name);
}
