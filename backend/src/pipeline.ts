import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import type { HealthItem } from '@loglake/contract/source';
import type { Config } from './config.ts';
import type { LiveRules } from './detect/live-rules.ts';
import type { Backfills } from './detect/run/backfills.ts';
import { createDetection, type Detection } from './detect/run/detection.ts';
import type { Quarantine } from './detect/run/quarantine.ts';
import { createWriterLease, type WriterLease } from './detect/run/writer-lease.ts';
import { leaseItem, requireWriter } from './detect/run/writer-state.ts';
import { ServiceError, messageOf } from './error.ts';
import type { HintHub } from './http/hint-hub.ts';
import { startIngest, type Ingest } from './ingest/ingest.ts';
import type { Log } from './log.ts';
import { retry } from './retry.ts';
import type { Metrics } from './metrics/metrics.ts';
import { createLogDoor } from './scenario/log-door.ts';
import { createScenarioService, type ScenarioService } from './scenario/scenario-service.ts';
import { createTriage, type Triage } from './triage/finding-service.ts';
import { migrate } from './store/migrate.ts';
import { applyRetention, removeExpiredFindings } from './store/retention.ts';
import type { Store } from './store/store.ts';
import { type RuleChange, openBackfills, openQuarantine, openRules } from './rule-stage.ts';
import { installParsers } from '../parsers/install.ts';
import { reconcile } from '../parsers/reconcile.ts';

export interface PipelineDeps {
  config: Config;
  store: Store;
  hints: Pick<HintHub, 'publish'>;
  metrics: Pick<Metrics, 'look' | 'range'>;
  /** The service's own address and the scenario token, for the scenario player's door. */
  door: { url: string; token: string };
  log: Log;
}

export interface Pipeline {
  readonly rules: LiveRules;
  readonly quarantine: Quarantine;
  readonly ingest: Ingest;
  readonly detection: Detection;
  readonly backfills: Backfills;
  readonly lease: WriterLease;
  readonly triage: Triage;
  readonly scenarios: ScenarioService;
  health(): Promise<HealthItem[]>;
  /** After the engine came back: block numbers may have been given out anew, and rows may lack their events. */
  afterEngineRestart(): Promise<void>;
  /** Closes the doors first, then lets every stage finish. */
  stop(): Promise<void>;
}

const dayMs = 86_400_000;
const migrations = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../migrations' : '../../migrations', import.meta.url)
);

/** Rules' facts for a finding's page. */
function factsOf(rules: LiveRules, ruleId: string) {
  const rule = rules.loaded().rules.find((one) => one.meta.id === ruleId);
  return rule === undefined ? null : { kind: rule.kind, ...rule.meta };
}

/** Who writes findings and triage: with an engine of its own always this process, else the holder of a lease. */
function openLease({ config, store, log }: PipelineDeps): WriterLease {
  const { settings } = config;
  return createWriterLease({
    store,
    log,
    owner: `${os.hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
    leaseMs: settings.LOGLAKE_WRITER_LEASE_MS,
    alone: settings.CLICKHOUSE_URL === undefined,
  });
}

function openDetection(
  { config, store, hints, metrics, log }: PipelineDeps,
  lease: WriterLease,
  rules: LiveRules,
  quarantine: Quarantine
): Detection {
  const { settings } = config;
  const limit = settings.LOGLAKE_CATCH_UP_ROWS_PER_S;
  return createDetection({
    store,
    lease,
    ...(limit === 0 ? {} : { catchUpRowsPerS: limit }),
    rules: rules.running(),
    quarantine,
    beforeLook: rules.refresh,
    clock: Date.now,
    log,
    onFinding: hints.publish,
    onLook: (outcome, ms) => metrics.look({ outcome, ms }),
    onRange: ({ rows, candidates, matches, hints: revisions, effects, durationMs: ms }) => {
      const folded = [...effects.values()].reduce((sum, effect) => sum + effect.folded, 0);
      metrics.range({ rows, candidates, matches, revisions: revisions.length, folded, ms });
    },
    intervalMs: settings.LOGLAKE_DETECT_INTERVAL_MS,
  });
}

/** Removes what is past its time, once a day and at start: the writer does. */
function startHousekeeping(deps: PipelineDeps, lease: WriterLease, detection: Detection): () => void {
  const days = deps.config.settings.LOGLAKE_FINDING_DAYS;
  const tidy = async (): Promise<void> => {
    try {
      const term = await lease.term();
      if (term === undefined) return;
      await removeExpiredFindings(term.store, days);
      await detection.compactLedger();
    } catch (error) {
      deps.log.warn({ error: messageOf(error) }, 'housekeeping failed; it is tried again tomorrow');
    }
  };
  void tidy();
  const timer = setInterval(() => void tidy(), dayMs);
  return () => clearInterval(timer);
}

function openScenarios(deps: PipelineDeps, rules: LiveRules, detection: Detection): ScenarioService {
  const { LOGLAKE_SCENARIOS_DIR: playbooksDir, LOGLAKE_TLS_CERT: certFile } = deps.config.settings;
  const certificate = certFile === undefined ? {} : { certificate: readFileSync(certFile, 'utf8') };
  return createScenarioService({
    store: deps.store,
    log: deps.log,
    playbooksDir,
    door: createLogDoor({ ...deps.door, ...certificate }),
    now: Date.now,
    monotonicMs: () => performance.now(),
    titleOf: (ruleId) => factsOf(rules, ruleId)?.title ?? ruleId,
    settle: async () => {
      await detection.runOnce();
    },
  });
}

function openIngest({ config, store, log }: PipelineDeps): Promise<Ingest> {
  const { settings } = config;
  return startIngest({
    store,
    log,
    settings: {
      syslog: { host: settings.LOGLAKE_SYSLOG_HOST, port: settings.LOGLAKE_SYSLOG_PORT },
      lineBytesMax: settings.LOGLAKE_INGEST_LINE_BYTES_MAX,
      requestBytesMax: settings.LOGLAKE_INGEST_REQUEST_BYTES_MAX,
      queueRowsMax: settings.LOGLAKE_INGEST_QUEUE_ROWS_MAX,
      spoolDir: config.paths.spool,
    },
  });
}

async function prepareStore({ config: { settings }, store }: PipelineDeps): Promise<void> {
  await migrate(store, migrations);
  await applyRetention(store, { rawDays: settings.LOGLAKE_RAW_DAYS, eventDays: settings.LOGLAKE_EVENT_DAYS });
  await installParsers(store);
}

/** Another service that starts at the same moment makes the same tables and views: what fails then is there the next time. */
const whileOthersStart = {
  attempts: 5,
  pauseMs: 1000,
  pauseMsMax: 5000,
  retryable: (error: unknown) => error instanceof ServiceError && error.code === 'store.query_failed',
};

/** The page to read: the stages, in the order in which data passes them. The doors open last and close first. */
export async function startPipeline(deps: PipelineDeps): Promise<Pipeline> {
  const { store } = deps;

  // 1. Tables, and how long they keep what is in them. 2. Parsers: raw_log becomes event as it is inserted.
  await retry(() => prepareStore(deps), whileOthersStart);

  // 3. Rules become matchers and SQL. What is wrong with one is listed, and stops none of the others.
  // They are looked at again before each look of detection, and read again where they changed.
  const quarantine = openQuarantine(deps);
  const change: RuleChange = { tell: () => undefined };
  const rules = await openRules(deps, quarantine, change);

  // 4. Detection reads every arrived event once. Before anybody may write: were block numbers given out anew?
  // With several services on one store, one of them does: the writer.
  const lease = openLease(deps);
  const detection = openDetection(deps, lease, rules, quarantine);
  change.tell = detection.setRules;
  const prepare = async (): Promise<void> => {
    // While another service is the writer, it also takes lines: what is on its way would be parsed twice.
    if ((await lease.term()) === undefined) return;
    await detection.resetCheck();
    await reconcile(store);
  };
  await prepare();
  detection.start();
  const backfills = openBackfills(deps, rules, quarantine, detection);
  backfills.start();

  // 5. Triage: what people do with findings.
  const triage = createTriage({
    store,
    writer: () => requireWriter(lease),
    ruleFacts: (ruleId) => factsOf(rules, ruleId),
    now: Date.now,
    onChange: deps.hints.publish,
  });

  // 6. Scenarios: lines through the same door as real logs, judged by what was found.
  const scenarios = openScenarios(deps, rules, detection);
  if ((await lease.term()) !== undefined) await scenarios.recover();

  // 7. The doors: syslog opens here, HTTP when main lets requests in.
  const ingest = await openIngest(deps);
  const stopHousekeeping = startHousekeeping(deps, lease, detection);

  return {
    rules,
    quarantine,
    ingest,
    detection,
    backfills,
    lease,
    triage,
    scenarios,
    health: async () => [...(await ingest.health()), leaseItem(lease), ...detection.health()],
    afterEngineRestart: async () => {
      await backfills.stop();
      await detection.stop();
      await ingest.whileQuiet(prepare);
      detection.start();
      backfills.start();
    },
    stop: async () => {
      stopHousekeeping();
      await scenarios.stop();
      await ingest.close();
      await backfills.stop();
      await detection.stop();
      await lease.release();
    },
  };
}
