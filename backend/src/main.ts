import { randomUUID } from 'node:crypto';
import { startEngine, type RunningEngine } from '../embedded/supervisor.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { messageOf } from './error.ts';
import { createActorOf } from './http/actor.ts';
import { createApp } from './http/app.ts';
import { createJsonHandlers, createRawHandlers } from './http/handlers.ts';
import { createHintHub } from './http/hint-hub.ts';
import { reserve, type Reserved } from './http/listen.ts';
import { createRoleOf, loadTokens, type Tokens } from './http/tokens.ts';
import { createLog, type Log } from './log.ts';
import { startPipeline } from './pipeline.ts';
import { meteredStore } from './metrics/metered-store.ts';
import { createMetrics } from './metrics/metrics.ts';
import { createServices, version } from './services.ts';
import { createDatabase, createStore, type Store } from './store/store.ts';

interface Running {
  store: Store;
  engine: RunningEngine | null;
}

async function openStore(config: Config, log: Log): Promise<Running> {
  const { settings } = config;
  const database = settings.CLICKHOUSE_DATABASE;
  const engine =
    settings.CLICKHOUSE_URL === undefined
      ? await startEngine({
          dataDir: config.paths.engine,
          memoryBytesMax: settings.LOGLAKE_ENGINE_MEMORY_BYTES_MAX,
          port: settings.LOGLAKE_ENGINE_PORT,
          log,
        })
      : null;
  const server = {
    url: settings.CLICKHOUSE_URL ?? '',
    user: settings.CLICKHOUSE_USER,
    password: settings.CLICKHOUSE_PASSWORD,
  };
  const { url, user, password } = engine ?? server;
  const caFile = settings.CLICKHOUSE_CA_FILE;
  const options = { url, user, password, database, log, ...(caFile === undefined ? {} : { caFile }) };
  await createDatabase(options);
  return { store: createStore(options), engine };
}

function tokensOf(config: Config): Tokens {
  const { settings } = config;
  return loadTokens(config.paths.secrets, {
    reader: settings.LOGLAKE_TOKEN_READER,
    triager: settings.LOGLAKE_TOKEN_TRIAGER,
    admin: settings.LOGLAKE_TOKEN_ADMIN,
    ingest: settings.LOGLAKE_TOKEN_INGEST,
    scenario: settings.LOGLAKE_TOKEN_SCENARIO,
  });
}

function reservation(config: Config): Promise<Reserved> {
  const {
    LOGLAKE_HOST: host,
    LOGLAKE_PORT: port,
    LOGLAKE_TLS_CERT: certFile,
    LOGLAKE_TLS_KEY: keyFile,
  } = config.settings;
  const tls = certFile === undefined || keyFile === undefined ? null : { certFile, keyFile };
  return reserve({ host, port, tls });
}

/** Ends everything once, in the order given, however often it is asked to; the process ends with it. */
function createEnding(log: Log, steps: readonly (() => Promise<unknown>)[]): (reason: string) => void {
  let ending = false;
  return (reason) => {
    if (ending) return;
    ending = true;
    log.info({ reason }, 'ending');
    const end = async (): Promise<void> => {
      for (const step of steps)
        await step().catch((error: unknown) => log.error({ error: messageOf(error) }, 'an end failed'));
      process.exit(0);
    };
    void end();
  };
}

async function run(config: Config, log: Log): Promise<void> {
  const { settings } = config;
  const tokens = tokensOf(config);
  const door = await reservation(config);
  const { store: unmeasured, engine } = await openStore(config, log);
  const metrics = createMetrics(version);
  const store = meteredStore(unmeasured, metrics.storeCall);
  const hub = createHintHub(randomUUID().slice(0, 8));
  const pipeline = await startPipeline({
    config,
    store,
    hints: hub,
    metrics,
    door: { url: door.url, token: tokens.scenario },
    log,
  });
  engine?.onRestart(() => {
    pipeline
      .afterEngineRestart()
      .catch((error: unknown) => log.error({ error: messageOf(error) }, 'after the engine came back'));
  });

  const services = createServices(config, store, pipeline, { hints: hub, metrics });
  door.open(
    createApp(
      {
        json: createJsonHandlers(services),
        raw: createRawHandlers(services, hub),
        roleOf: createRoleOf(tokens),
        actorOf: createActorOf(
          { jwksUrl: settings.LOGLAKE_GRAFANA_JWKS_URL, trustUserHeader: settings.LOGLAKE_TRUST_USER_HEADER },
          log
        ),
        log,
      },
      { requestsPerMinute: settings.LOGLAKE_RATE_LIMIT_PER_MINUTE }
    )
  );

  const end = createEnding(log, [
    () => door.close(),
    () => pipeline.stop(),
    () => store.close(),
    async () => engine?.stop(),
  ]);
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  // Started by `npm start`: when that goes, so do we.
  process.on('disconnect', () => end('the parent ended'));
  const { host, port } = pipeline.ingest.syslog;
  log.info({ url: door.url, syslog: `${host}:${port}`, embedded: engine !== null }, 'ready');
  process.send?.({ type: 'ready', url: door.url, syslog: `${host}:${port}`, secretsDir: config.paths.secrets });
}

function fail(error: unknown): never {
  process.stderr.write(`Loglake SIEM does not start: ${messageOf(error)}\n`);
  process.exit(1);
}

try {
  const config = readConfig();
  await run(config, createLog(config.settings.LOGLAKE_LOG_LEVEL));
} catch (error) {
  if (error instanceof ConfigError) process.stderr.write('The configuration is not valid:\n');
  fail(error);
}
