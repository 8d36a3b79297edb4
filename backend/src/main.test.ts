import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScenarioRun } from '@loglake/contract/scenario';
import { serviceTokens, startServiceProcess, type ServiceProcess } from '../testing/service-process.ts';

let service: ServiceProcess;
beforeAll(async () => {
  service = await startServiceProcess();
}, 120_000);
afterAll(() => service.stop());

async function play(scenarioId: string, speed: number): Promise<ScenarioRun> {
  const { runId } = await service.call('startScenario', `/api/v1/scenarios/${scenarioId}/runs`, { speed, seed: 7 });
  for (let tries = 0; tries < 600; tries += 1) {
    const run = await service.call('getScenarioRun', `/api/v1/scenario-runs/${runId}`);
    if (run.finishedAt !== null) return run;
    await sleep(100);
  }
  throw new Error('the run did not end');
}

/** What a verdict says, without ids and times. */
function gist(run: ScenarioRun) {
  return {
    passed: run.verdict?.passed,
    fired: run.verdict?.expected.map((entry) => [entry.rule, entry.fired, entry.onTime]),
    unexpected: run.verdict?.unexpected.map((one) => [one.rule, one.group]).sort(),
  };
}

describe('the whole service', () => {
  it('is healthy when it says that it is ready, and shows its settings without secrets', async () => {
    await sleep(1500);
    const health = await service.call('health', '/api/v1/health');
    expect(health.items.filter((item) => item.state !== 'ok')).toEqual([]);
    expect(health.items.map((item) => item.name)).toContain('ingest.heartbeat');
    const config = JSON.stringify(await service.call('effectiveConfig', '/api/v1/config'));
    expect(config).toContain('LOGLAKE_PORT');
    expect(config).not.toContain('token-0123456789');
  });

  it.each(['ssh-brute-force-compromise', 'port-scan-connection'])(
    'plays %s: the verdict passes, the same at 50x and at 100x',
    async (scenarioId) => {
      const runs = [await play(scenarioId, 50), await play(scenarioId, 100)];
      expect(runs.map((run) => [run.state, run.error])).toEqual([
        ['finished', ''],
        ['finished', ''],
      ]);
      const [first, second] = runs.map(gist);
      expect(first?.passed).toBe(true);
      expect(second).toEqual(first);
    },
    120_000
  );

  it('shows a finding with why, query and the very lines; it is acknowledged, commented and closed', async () => {
    const page = await service.call(
      'listFindings',
      '/api/v1/findings?runs=only&ruleId=8f1c0001-5a1e-4c0a-9d01-000000000002'
    );
    const [finding] = page.items;
    expect(finding).toBeDefined();
    const path = `/api/v1/findings/${finding?.findingId ?? ''}`;
    const detail = await service.call('getFinding', path);
    expect(detail.explanation).toContain('198.51.100.23');
    expect(detail.events.some((event) => event.raw.startsWith('Accepted password for deploy'))).toBe(true);
    expect(detail.rule.source).toContain('temporal_ordered');
    expect(detail.query.sql).toContain('SELECT');
    const steps = [
      { kind: 'acknowledge' },
      { kind: 'comment', comment: 'That is us, testing.' },
      { kind: 'resolve', closeReason: 'true_positive' },
    ];
    for (const [version, action] of steps.entries()) {
      const target = { findings: [{ findingId: finding?.findingId, version }] };
      const { outcomes } = await service.call('triageFindings', '/api/v1/findings/actions', { target, action });
      expect(outcomes.map((one) => one.outcome)).toEqual(['done']);
    }
    const history = await service.call('findingHistory', `${path}/history`);
    expect(history.chainIntact).toBe(true);
    expect(history.activities.map((one) => [one.kind, one.actor])).toEqual([
      ['acknowledge', 'tester'],
      ['comment', 'tester'],
      ['resolve', 'tester'],
    ]);
  });

  it('leaves scenario runs out of default views, and real lines make findings that are in', async () => {
    expect((await service.call('listFindings', '/api/v1/findings')).items).toEqual([]);
    const now = new Date().toISOString();
    expect(
      await service.post(`<86>1 ${now} web9 sshd 1 - - Accepted password for root from 192.0.2.44 port 4000 ssh2\n`)
    ).toBe(202);
    let items: unknown[] = [];
    for (let tries = 0; items.length === 0 && tries < 100; tries += 1) {
      await sleep(100);
      items = (await service.call('listFindings', '/api/v1/findings')).items;
    }
    expect(items).toMatchObject([{ title: 'Direct root login over SSH', hosts: ['web9'], users: ['root'] }]);
  });

  it('counts lines that no parser claims, with examples', async () => {
    await service.post('<13>1 2026-11-21T08:00:00Z box1 oddtool - - - something nobody knows\n');
    const page = await service.call('listUnmatched', '/api/v1/sources/unmatched');
    expect(page.items).toMatchObject([
      { program: 'oddtool', count: '1', examples: [expect.stringContaining('something nobody knows')] },
    ]);
  });

  it('removes a run and says how much; findings of others stay', async () => {
    const { items } = await service.call('listScenarioRuns', '/api/v1/scenario-runs?scenarioId=port-scan-connection');
    const removed = await service.call('removeScenarioRun', `/api/v1/scenario-runs/${items[0]?.runId ?? ''}`);
    expect(Number(removed.rawRows)).toBe(31);
    expect(Number(removed.events)).toBe(31);
    expect(Number(removed.findings)).toBeGreaterThanOrEqual(2);
    expect((await service.call('listFindings', '/api/v1/findings')).items).toHaveLength(1);
    const left = await service.call('listFindings', `/api/v1/findings?runId=${items[1]?.runId ?? ''}`);
    expect(left.items.length).toBeGreaterThanOrEqual(2);
  });

  it('writes neither secrets nor log lines into its own log', async () => {
    await service.post('{"message":', { 'Content-Type': 'application/x-ndjson' });
    await fetch(`${service.url}/api/v1/findings?cursor=odd`, {
      headers: { Authorization: 'Bearer guessed-secret-0123' },
    });
    const log = service.log();
    expect(log).toContain('"msg":"ready"');
    for (const secret of [
      ...Object.values(serviceTokens),
      'guessed-secret',
      'something nobody knows',
      'Accepted password',
    ]) {
      expect(log).not.toContain(secret);
    }
  });

  it('lists its rules: all run, none has an error', async () => {
    const { rules } = await service.call('listRules', '/api/v1/rules');
    expect(rules.filter((rule) => rule.issues.length > 0)).toEqual([]);
    expect(rules.length).toBeGreaterThanOrEqual(15);
  });
});
