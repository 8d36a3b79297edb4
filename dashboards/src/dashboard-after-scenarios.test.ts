import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../backend/testing/database.ts';
import { startServiceProcess, type ServiceProcess } from '../../backend/testing/service-process.ts';
import { testEngine } from '../../backend/testing/test-engine.ts';
import { numbersOf, panelQueries, runPanelQuery, scopeAt } from '../testing/panel-query.ts';
import { dashboardFiles } from './dashboard-file.ts';

const playMsMax = 240_000;
let db: TestDatabase;
let service: ServiceProcess;

async function played(scenarioId: string): Promise<void> {
  const { runId } = await service.call('startScenario', `/api/v1/scenarios/${scenarioId}/runs`, {
    speed: 100,
    seed: 1,
  });
  for (;;) {
    const { state, error } = await service.call('getScenarioRun', `/api/v1/scenario-runs/${runId}`);
    if (state === 'finished') return;
    if (state === 'failed' || state === 'stopped') throw new Error(`${scenarioId}: ${state} ${error}`);
    await sleep(200);
  }
}

/** The real service on the test engine: both scenarios through its door, and a line that no parser claims. */
beforeAll(async () => {
  db = await testDatabase();
  const { url, user, password } = testEngine().writer;
  service = await startServiceProcess({
    CLICKHOUSE_URL: url,
    CLICKHOUSE_USER: user,
    CLICKHOUSE_PASSWORD: password,
    CLICKHOUSE_DATABASE: db.store.database,
  });
  expect(await service.post('gibberish that no parser claims\n')).toBe(202);
  const { scenarios } = await service.call('listScenarios', '/api/v1/scenarios');
  expect(scenarios.length).toBeGreaterThanOrEqual(2);
  await Promise.all(scenarios.map(({ id }) => played(id)));
}, playMsMax);
afterAll(async () => {
  await service.stop();
  await db.drop();
});

describe.each(dashboardFiles)('dashboards/$file after the scenarios', ({ build }) => {
  const queries = panelQueries(build());
  /** 0 is what a service that keeps up shows. */
  const mayBeZero = ['Ledger lag'];

  it.each(queries)('$title: not empty', async ({ title, rawSql }) => {
    const rows = await runPanelQuery(db.store, rawSql, scopeAt(Date.now(), { scenarios: 'true' }));
    expect(rows.length).toBeGreaterThan(0);
    const least = mayBeZero.includes(title) ? -1 : 0;
    expect(numbersOf(rows).some((value) => value > least)).toBe(true);
  });

  it('shows no finding of a scenario while the switch is off', async () => {
    const sql = queries.find(({ title }) => title === 'Findings')?.rawSql ?? '';
    expect(await runPanelQuery(db.store, sql, scopeAt(Date.now()))).toEqual([]);
    expect(await runPanelQuery(db.store, sql, scopeAt(Date.now(), { scenarios: 'true' }))).not.toEqual([]);
  });
});
