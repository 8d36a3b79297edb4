import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type {
  Playbook,
  ScenarioRun,
  ScenarioSummary,
  scenarioRunControl,
  scenarioRunQuery,
  scenarioRunRemoval,
  scenarioRunRequest,
} from '@loglake/contract/scenario';
import { assertNever, ServiceError } from '../error.ts';
import type { Log } from '../log.ts';
import { appendAudit, type AuditEntry } from '../store/audit-log.ts';
import { findingCountsOfRuns } from '../store/scenario-finding.ts';
import { removeRunRows } from '../store/scenario-removal.ts';
import type { Store } from '../store/store.ts';
import { listRuns, saveRun, storedRun, unfinishedRuns, type StoredRun } from '../store/scenario-run.ts';
import { startLiveRun, type LiveRun, type LiveRunDeps } from './live-run.ts';
import { planDurationMs, planOf } from './plan.ts';
import { readPlaybooks, type PlaybookFile } from './playbook-file.ts';

export interface ScenarioDeps extends LiveRunDeps {
  playbooksDir: string;
  log: Log;
}

interface Actor {
  readonly name: string;
  readonly role: string;
}
type Control = z.output<typeof scenarioRunControl>;
type Request = z.output<typeof scenarioRunRequest>;

export interface ScenarioService {
  list(): Promise<ScenarioSummary[]>;
  start(scenarioId: string, request: Request, actor: Actor): Promise<ScenarioRun>;
  runs(query: z.output<typeof scenarioRunQuery>): Promise<{ items: ScenarioRun[]; nextCursor: string | null }>;
  run(runId: string): Promise<ScenarioRun>;
  control(runId: string, control: Control, actor: Actor): Promise<ScenarioRun>;
  remove(runId: string, actor: Actor): Promise<z.output<typeof scenarioRunRemoval>>;
  /** Marks runs that a former process left unfinished. Call once, at start. */
  recover(): Promise<number>;
  /** Ends what is playing. */
  stop(): Promise<void>;
}

/** Runs at once. */
const runsMax = 10;
/** Revisions of the removal and of a recovery lie above those of any playing run. */
const recoveredRevision = 1_000_000;
const removedRevision = 2_000_000;

function summaryOf({ path, playbook, issues }: PlaybookFile): ScenarioSummary {
  if (playbook === null) {
    const unknown = { title: path, description: '', tags: [], events: 0, durationMs: 0, expectedRules: [] };
    return { id: path, path, issues: [...issues], ...unknown };
  }
  const lines = planOf(playbook, 1);
  return {
    id: playbook.id,
    title: playbook.title,
    description: playbook.description,
    tags: playbook.tags,
    path,
    events: lines.length,
    durationMs: planDurationMs(lines),
    expectedRules: playbook.expect.map((expectation) => expectation.rule),
    issues: [],
  };
}

async function playableOf(directory: string, scenarioId: string): Promise<Playbook> {
  const files = await readPlaybooks(directory);
  const file = files.find((one) => (one.playbook?.id ?? one.path) === scenarioId);
  if (file === undefined) throw new ServiceError('scenario.not_found', `There is no scenario ${scenarioId}.`);
  if (file.playbook === null) {
    throw new ServiceError('scenario.invalid', `${file.path} cannot be played.`, { issues: file.issues });
  }
  return file.playbook;
}

function applyControl(live: LiveRun, control: Control): Promise<void> {
  const refuse = (): never => {
    throw new ServiceError('scenario.run_state', `The run is ${live.state().state}; it cannot ${control.kind} now.`);
  };
  const playing = live.state().state;
  switch (control.kind) {
    case 'pause':
      if (playing !== 'playing') refuse();
      live.playback.pause();
      return live.save();
    case 'resume':
      if (playing !== 'paused') refuse();
      live.playback.resume();
      return live.save();
    case 'speed':
      if (playing !== 'playing' && playing !== 'paused') refuse();
      live.playback.setSpeed(control.speed);
      return live.save();
    case 'stop':
      return live.stop();
    default:
      return assertNever(control);
  }
}

async function withCounts(deps: ScenarioDeps, runs: readonly StoredRun[]): Promise<ScenarioRun[]> {
  const counts = await findingCountsOfRuns(
    deps.store,
    runs.map((run) => run.runId)
  );
  return runs.map((run) => ({ ...run, findings: counts.get(run.runId) ?? 0 }));
}

function firstState(playbook: Playbook, request: Request, actor: Actor, nowMs: number, total: number): StoredRun {
  return {
    runId: randomUUID(),
    scenarioId: playbook.id,
    title: playbook.title,
    state: 'playing',
    speed: request.speed,
    seed: request.seed,
    startedAt: new Date(nowMs).toISOString(),
    finishedAt: null,
    startedBy: actor.name,
    sent: 0,
    total,
    error: '',
    verdict: null,
  };
}

interface Context {
  readonly deps: ScenarioDeps;
  /** By run id; those that are not over. */
  readonly playing: Map<string, LiveRun>;
}

async function current({ deps, playing }: Context, runId: string): Promise<StoredRun> {
  const run = playing.get(runId)?.state() ?? (await storedRun(deps.store, runId));
  if (run === undefined) throw new ServiceError('scenario.run_not_found', `There is no scenario run ${runId}.`);
  return run;
}

async function shown({ deps }: Context, run: StoredRun): Promise<ScenarioRun> {
  const [counted] = await withCounts(deps, [run]);
  return counted ?? { ...run, findings: 0 };
}

function audit(
  store: Store,
  actor: Actor,
  action: AuditEntry['action'],
  object: string,
  detail: object
): Promise<void> {
  return appendAudit(store, { actor: actor.name, role: actor.role, action, object, detail: { ...detail } });
}

async function startRun(
  { deps, playing }: Context,
  scenarioId: string,
  request: Request,
  actor: Actor
): Promise<ScenarioRun> {
  if (playing.size >= runsMax) {
    throw new ServiceError('scenario.run_state', `There are already ${runsMax} runs; stop one or wait.`);
  }
  const playbook = await playableOf(deps.playbooksDir, scenarioId);
  const lines = planOf(playbook, request.seed);
  const first = firstState(playbook, request, actor, deps.now(), lines.length);
  await saveRun(deps.store, first, 1);
  await audit(deps.store, actor, 'scenario.start', first.runId, { scenarioId, ...request });
  const live = startLiveRun(deps, playbook, lines, first);
  playing.set(first.runId, live);
  void live.done.then(() => playing.delete(first.runId));
  deps.log.info({ runId: first.runId, scenarioId }, 'scenario started');
  return { ...first, findings: 0 };
}

async function controlRun(context: Context, runId: string, control: Control, actor: Actor): Promise<ScenarioRun> {
  const live = context.playing.get(runId);
  if (live === undefined) {
    const run = await current(context, runId);
    throw new ServiceError('scenario.run_state', `The run is ${run.state}; it cannot ${control.kind} now.`);
  }
  await applyControl(live, control);
  await audit(context.deps.store, actor, 'scenario.control', runId, control);
  return shown(context, live.state());
}

async function removeRun(context: Context, runId: string, actor: Actor): Promise<z.output<typeof scenarioRunRemoval>> {
  const { store, settle } = context.deps;
  const run = await current(context, runId);
  if (context.playing.has(runId)) {
    throw new ServiceError('scenario.run_state', 'Stop the run before you remove it.');
  }
  // Findings of lines that are still to be looked at would appear after the clean-up.
  await settle();
  const removed = await removeRunRows(store, runId);
  await saveRun(store, { ...run, state: 'removed' }, removedRevision);
  await audit(store, actor, 'scenario.remove', runId, { scenarioId: run.scenarioId, ...removed });
  return { runId, ...removed };
}

async function recoverRuns({ store, now }: ScenarioDeps): Promise<number> {
  const left = await unfinishedRuns(store);
  const error = 'The service ended while this run was playing.';
  const finishedAt = new Date(now()).toISOString();
  for (const run of left) await saveRun(store, { ...run, state: 'failed', error, finishedAt }, recoveredRevision);
  return left.length;
}

/** Plays, judges and cleans up scenarios. Runs live in this process; their states and verdicts in the store. */
export function createScenarioService(deps: ScenarioDeps): ScenarioService {
  const context: Context = { deps, playing: new Map<string, LiveRun>() };
  const { playing } = context;
  return {
    list: async () => (await readPlaybooks(deps.playbooksDir)).map(summaryOf),
    start: (scenarioId, request, actor) => startRun(context, scenarioId, request, actor),
    async runs(query) {
      const { items, nextCursor } = await listRuns(deps.store, query);
      const live = items.map((run) => playing.get(run.runId)?.state() ?? run);
      return { items: await withCounts(deps, live), nextCursor };
    },
    run: async (runId) => shown(context, await current(context, runId)),
    control: (runId, control, actor) => controlRun(context, runId, control, actor),
    remove: (runId, actor) => removeRun(context, runId, actor),
    recover: () => recoverRuns(deps),
    async stop() {
      await Promise.all([...playing.values()].map((live) => live.stop()));
    },
  };
}
