import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioRun } from '@loglake/contract/scenario';
import { startServiceProcess, type ServiceProcess } from '../testing/service-process.ts';

/**
 * Plays every scenario at 1x and at 50x, all at once, and compares the verdicts: they must be the same but for how long
 * each finding took. Takes as long as the longest scenario does at 1x. Ends with 1 when a verdict differs or fails.
 */

const speeds = [1, 50] as const;

async function play(service: ServiceProcess, scenarioId: string, speed: number): Promise<ScenarioRun> {
  const path = `/api/v1/scenarios/${scenarioId}/runs`;
  const { runId } = await service.call('startScenario', path, { speed, seed: 7 });
  for (;;) {
    const run = await service.call('getScenarioRun', `/api/v1/scenario-runs/${runId}`);
    if (run.finishedAt !== null) return run;
    await sleep(500);
  }
}

/** What must be the same at every speed. */
function gist({ state, verdict }: ScenarioRun): string {
  const expected = verdict?.expected.map(({ rule, group, fired, onTime }) => ({ rule, group, fired, onTime }));
  const unexpected = verdict?.unexpected.map(({ rule, group }) => JSON.stringify([rule, group])).sort();
  return JSON.stringify({ state, passed: verdict?.passed, expected, unexpected });
}

function report(run: ScenarioRun): string {
  const took = run.verdict?.expected.map((entry) => `${entry.title}: ${entry.latencyMs ?? 'never'} ms`) ?? [];
  const result = run.verdict?.passed === true ? 'passed' : 'FAILED';
  return `${run.scenarioId} at ${run.speed}x: ${result}, ${run.verdict?.unexpected.length ?? 0} unexpected\n  ${took.join('\n  ')}`;
}

const service = await startServiceProcess();
let good = true;
try {
  const { scenarios } = await service.call('listScenarios', '/api/v1/scenarios');
  for (const { id } of scenarios) {
    const runs = await Promise.all(speeds.map((speed) => play(service, id, speed)));
    for (const run of runs) process.stdout.write(`${report(run)}\n`);
    const same = new Set(runs.map(gist)).size === 1;
    process.stdout.write(`${id}: the verdicts are ${same ? 'the same' : 'DIFFERENT'}\n`);
    good &&= same && runs.every((run) => run.verdict?.passed === true);
  }
} finally {
  await service.stop();
}
process.exitCode = good ? 0 : 1;
