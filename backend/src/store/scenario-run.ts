import { z } from 'zod';
import { scenarioRunState, verdict, type ScenarioRun } from '@loglake/contract/scenario';
import { readCursor, writeCursor } from './cursor.ts';
import { isoTime } from './finding-row.ts';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

/** A run as stored: all but the count of findings, which is read when it is shown. */
export type StoredRun = Omit<ScenarioRun, 'findings'>;

const row = z.object({
  run_id: z.string(),
  scenario_id: z.string(),
  title: z.string(),
  state: scenarioRunState,
  speed: z.number(),
  seed: z.coerce.number(),
  started_ms: z.coerce.number(),
  finished_ms: z.coerce.number().nullable(),
  started_by: z.string(),
  sent: z.coerce.number(),
  total: z.coerce.number(),
  error: z.string(),
  verdict: z.string(),
});

const newest = `SELECT run_id, scenario_id, title, state, speed, seed, toUnixTimestamp64Milli(started_at) AS started_ms,
    toUnixTimestamp64Milli(finished_at) AS finished_ms, started_by, sent, total, error, verdict
  FROM scenario_run FINAL`;

function toRun(stored: z.output<typeof row>): StoredRun {
  return {
    runId: stored.run_id,
    scenarioId: stored.scenario_id,
    title: stored.title,
    state: stored.state,
    speed: stored.speed,
    seed: stored.seed,
    startedAt: isoTime(stored.started_ms),
    finishedAt: stored.finished_ms === null ? null : isoTime(stored.finished_ms),
    startedBy: stored.started_by,
    sent: stored.sent,
    total: stored.total,
    error: stored.error,
    verdict: stored.verdict === '' ? null : verdict.parse(JSON.parse(stored.verdict)),
  };
}

/** Stores a run's newest state; a later `revision` replaces an earlier one. */
export async function saveRun(store: Store, run: StoredRun, revision: number): Promise<void> {
  await store.insert('scenario_run', [
    {
      run_id: run.runId,
      revision,
      scenario_id: run.scenarioId,
      title: run.title,
      state: run.state,
      speed: run.speed,
      seed: run.seed,
      started_at: run.startedAt,
      finished_at: run.finishedAt,
      started_by: run.startedBy,
      sent: run.sent,
      total: run.total,
      error: run.error,
      verdict: run.verdict === null ? '' : JSON.stringify(run.verdict),
    },
  ]);
}

const list = defineQuery({
  name: 'scenario_run.list',
  sql: `${newest} WHERE ({scenario:String} = '' OR scenario_id = {scenario:String})
      AND ({beforeId:String} = '' OR (started_ms, run_id) < ({beforeMs:Int64}, {beforeId:String}))
    ORDER BY started_ms DESC, run_id DESC LIMIT {limit:UInt32}`,
  params: z.object({ scenario: z.string(), beforeMs: z.number(), beforeId: z.string(), limit: z.number() }),
  row,
  timeoutMs: 10_000,
  rowsMax: 1001,
});
const place = z.object({ ms: z.number(), id: z.string().min(1) });

/** One page of runs, newest first. Throws request.invalid for a foreign cursor. */
export async function listRuns(
  store: Store,
  query: { scenarioId?: string | undefined; cursor?: string | undefined; limit: number }
): Promise<{ items: StoredRun[]; nextCursor: string | null }> {
  const before = readCursor(query.cursor, place);
  const rows = await store.rows(list, {
    scenario: query.scenarioId ?? '',
    beforeMs: before?.ms ?? 0,
    beforeId: before?.id ?? '',
    limit: query.limit + 1,
  });
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return { items: shown.map(toRun), nextCursor: more ? writeCursor({ ms: last.started_ms, id: last.run_id }) : null };
}

const byId = defineQuery({
  name: 'scenario_run.by_id',
  sql: `${newest} WHERE run_id = {run:String}`,
  params: z.object({ run: z.string() }),
  row,
  timeoutMs: 10_000,
  rowsMax: 1,
});

/** A run as stored; undefined when there is none. */
export async function storedRun(store: Store, runId: string): Promise<StoredRun | undefined> {
  return (await store.rows(byId, { run: runId })).map(toRun)[0];
}

const unfinished = defineQuery({
  name: 'scenario_run.unfinished',
  sql: `${newest} WHERE state IN ('playing', 'paused', 'settling')`,
  params: z.object({}),
  row,
  timeoutMs: 10_000,
  rowsMax: 10_000,
});

/** Runs that were not over when they were last stored. */
export async function unfinishedRuns(store: Store): Promise<StoredRun[]> {
  return (await store.rows(unfinished, {})).map(toRun);
}
