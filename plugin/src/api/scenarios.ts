import type { ScenarioRun } from '@loglake/contract/scenario';
import type { JsonCall, JsonResponse } from '@loglake/contract/routes';
import { call } from './client.ts';
import { useLiveReload } from './use-live.tsx';
import { usePolling } from './use-polling.ts';
import { useResource, type Loaded } from './use-resource.ts';

export type ScenarioRunPage = JsonResponse<'listScenarioRuns'>;
export type ScenarioList = JsonResponse<'listScenarios'>;
export type RunRemoval = JsonResponse<'removeScenarioRun'>;
export type RunControl = JsonCall<'controlScenarioRun'>['body'];

export function useScenarios(): Loaded<ScenarioList> {
  return useResource('all', (signal) => call('listScenarios', { signal }));
}

/** The newest 50 runs; asked for each second while one of them is going on. */
export function useScenarioRuns(): Loaded<ScenarioRunPage> {
  const loaded = useResource('newest', (signal) => call('listScenarioRuns', { query: { limit: 50 }, signal }));
  const { resource } = loaded;
  usePolling(loaded, resource.state === 'ready' && resource.data.items.some(isRunning) ? 1000 : 5000);
  useLiveReload(loaded.reload, undefined, 1000);
  return loaded;
}

const ended = new Set<ScenarioRun['state']>(['finished', 'stopped', 'failed', 'removed']);

/** True while something may still happen in the run. */
export const isRunning = (run: ScenarioRun): boolean => !ended.has(run.state);

/** One run, asked for each second until it ends, since its progress is not among the live hints. */
export function useScenarioRun(runId: string): Loaded<ScenarioRun> {
  const loaded = useResource(runId, (signal) => call('getScenarioRun', { params: { runId }, signal }));
  const { resource } = loaded;
  usePolling(loaded, resource.state === 'ready' && isRunning(resource.data) ? 1000 : 0);
  return loaded;
}

/** Needs the triager role. */
export function startScenario(scenarioId: string, body: JsonCall<'startScenario'>['body']): Promise<ScenarioRun> {
  return call('startScenario', { params: { scenarioId }, body });
}

/** Needs the triager role. Throws a conflict when the run cannot do that now. */
export function controlRun(runId: string, body: RunControl): Promise<ScenarioRun> {
  return call('controlScenarioRun', { params: { runId }, body });
}

/** Deletes the run's lines, events and findings, and says how many. Needs the admin role. */
export function removeRun(runId: string): Promise<RunRemoval> {
  return call('removeScenarioRun', { params: { runId } });
}
