import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError, readConfig } from '../src/config.ts';
import { messageOf } from '../src/error.ts';
import { createLog } from '../src/log.ts';
import { startEngine, type RunningEngine } from './supervisor.ts';

// `npm run engine`: the embedded ClickHouse alone, so that several services can share it.

const passwordFile = 'engine-password';

/** The same key at every start, readable by its owner only. */
function keptPassword(secretsDir: string): { password: string; file: string } {
  mkdirSync(secretsDir, { recursive: true, mode: 0o700 });
  const file = path.join(secretsDir, passwordFile);
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  chmodSync(file, 0o600);
  const password = readFileSync(file, 'utf8').trim();
  if (password.length < 16) throw new Error(`${file} holds no key; remove it, and a new one is made`);
  return { password, file };
}

function endWith(engine: RunningEngine): void {
  const end = () => {
    void engine.stop().finally(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

try {
  const { settings, paths } = readConfig();
  const { password, file } = keptPassword(paths.secrets);
  const engine = await startEngine({
    dataDir: paths.engine,
    memoryBytesMax: settings.LOGLAKE_ENGINE_MEMORY_BYTES_MAX,
    port: settings.LOGLAKE_ENGINE_PORT,
    log: createLog(settings.LOGLAKE_LOG_LEVEL),
    readWrite: { user: 'loglake', password },
  });
  endWith(engine);
  process.stdout.write(
    `The engine answers. Services use it with\n  CLICKHOUSE_URL=${engine.url} CLICKHOUSE_USER=${engine.user} CLICKHOUSE_PASSWORD_FILE=${file}\n`
  );
} catch (error) {
  const head = error instanceof ConfigError ? 'The configuration is not valid:' : 'The engine does not start:';
  process.stderr.write(`${head} ${messageOf(error)}\n`);
  process.exitCode = 1;
}
