import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const environment = z.object({
  /** Loopback unless told otherwise: the preview has no login. */
  LOGLAKE_PREVIEW_HOST: z.string().default('127.0.0.1'),
  /** 0 takes any free port. */
  LOGLAKE_PREVIEW_PORT: z.coerce.number().int().min(0).max(65535).default(3080),
  LOGLAKE_SERVICE_URL: z.url().default('http://127.0.0.1:8450'),
  /** Where the service leaves the tokens it made: `<data>/secrets/token-<role>`. */
  LOGLAKE_DATA_DIR: z.string().default('./data'),
  /** Passes the fixed user's name to the service as X-Grafana-User; Grafana does so with `[dataproxy] send_user_header`. */
  LOGLAKE_PREVIEW_SEND_USER: z
    .enum(['true', 'false'])
    .default('true')
    .transform((value) => value === 'true'),
});

export interface PreviewConfig {
  host: string;
  port: number;
  serviceUrl: string;
  sendUserHeader: boolean;
  /** An empty token is one that could not be found; its routes answer 401. */
  tokens: Record<'reader' | 'triager' | 'admin', string>;
}

type Variables = Record<string, string | undefined>;

function tokenOf(role: string, variables: Variables, dataDir: string, readText: (file: string) => string): string {
  const name = `LOGLAKE_TOKEN_${role.toUpperCase()}`;
  const given = variables[name];
  if (given) return given;
  try {
    return readText(variables[`${name}_FILE`] ?? path.join(dataDir, 'secrets', `token-${role}`)).trim();
  } catch {
    return '';
  }
}

/** Reads the environment; empty variables count as not given. Throws with every problem, each naming its variable. */
export function readPreviewConfig(
  variables: Variables = process.env,
  readText: (file: string) => string = (file) => readFileSync(file, 'utf8')
): PreviewConfig {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
  }
  const settings = parsed.data;
  const token = (role: string) => tokenOf(role, given, settings.LOGLAKE_DATA_DIR, readText);
  return {
    host: settings.LOGLAKE_PREVIEW_HOST,
    port: settings.LOGLAKE_PREVIEW_PORT,
    serviceUrl: settings.LOGLAKE_SERVICE_URL,
    sendUserHeader: settings.LOGLAKE_PREVIEW_SEND_USER,
    tokens: { reader: token('reader'), triager: token('triager'), admin: token('admin') },
  };
}
