import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '../../testing/database.ts';
import { findingRowOf, storeFindings } from '../../testing/sample-finding.ts';
import { silentLog } from '../log.ts';
import { saveRun } from '../store/scenario-run.ts';
import type { EnvelopedLine, LogDoor } from './log-door.ts';
import { createScenarioService, type ScenarioService } from './scenario-service.ts';

const directory = mkdtempSync(path.join(os.tmpdir(), 'loglake-playbooks-'));
writeFileSync(
  path.join(directory, 'quick.yml'),
  `id: quick
title: Quick
description: Two lines.
steps:
  - { at: 0s, host: web1, program: sshd, line: 'try {n}', repeat: 2, every: 1s }
expect:
  - { rule: rule-1, group: { src_ip: 192.0.2.7 }, within: 1s }
`
);
writeFileSync(
  path.join(directory, 'slow.yml'),
  `id: slow
title: Slow
description: Takes an hour.
steps:
  - { at: 0s, host: web1, program: sshd, line: 'first' }
  - { at: 1h, host: web1, program: sshd, line: 'last' }
expect:
  - { rule: rule-1 }
`
);
writeFileSync(path.join(directory, 'broken.yml'), 'id: broken\ntitle: [');

let db: Awaited<ReturnType<typeof testDatabase>>;
let service: ScenarioService;
const posted: { line: EnvelopedLine; key: string }[] = [];
const door: LogDoor = (lines, key) => {
  for (const line of lines) posted.push({ line, key });
  return Promise.resolve();
};
const anna = { name: 'anna', role: 'triager' };

beforeAll(async () => {
  db = await testDatabase({ parsers: true });
  service = createScenarioService({
    store: db.store,
    door,
    playbooksDir: directory,
    now: Date.now,
    monotonicMs: () => performance.now(),
    titleOf: (rule) => rule,
    settle: () => Promise.resolve(),
    log: silentLog,
  });
});
afterAll(async () => {
  await service.stop();
  await db.drop();
  rmSync(directory, { recursive: true });
});

async function until(runId: string, state: string) {
  for (let tries = 0; tries < 200; tries += 1) {
    const run = await service.run(runId);
    if (run.state === state) return run;
    await sleep(50);
  }
  throw new Error(`the run did not become ${state}`);
}

describe('scenarios', () => {
  it('are listed, with what is wrong with a broken one', async () => {
    const list = await service.list();
    expect(list.map((one) => [one.id, one.events, one.issues.length > 0])).toEqual([
      ['broken.yml', 0, true],
      ['quick', 2, false],
      ['slow', 2, false],
    ]);
  });

  it('are played through the door with their run id and spacing, and judged', async () => {
    const { runId } = await service.start('quick', { speed: 50, seed: 3 }, anna);
    await storeFindings(db.store, [
      findingRowOf('run-finding', { run_id: runId, last_received_at: '2026-11-21 08:05:00.000' }),
    ]);
    const run = await until(runId, 'finished');
    const lines = posted.filter(({ line }) => line.run_id === runId).map(({ line }) => line);
    expect(lines.map((line) => [line.message, line.host, line.program, line.source])).toEqual([
      ['try 1', 'web1', 'sshd', 'scenario:quick'],
      ['try 2', 'web1', 'sshd', 'scenario:quick'],
    ]);
    expect(Date.parse(lines[1]?.time ?? '') - Date.parse(lines[0]?.time ?? '')).toBe(1000);
    expect(run).toMatchObject({ sent: 2, total: 2, findings: 1, startedBy: 'anna', verdict: { passed: true } });
    expect(run.finishedAt).not.toBeNull();
  });

  it('fail their verdict when the finding does not come', async () => {
    const { runId } = await service.start('quick', { speed: 100, seed: 3 }, anna);
    const run = await until(runId, 'finished');
    expect(run.verdict).toMatchObject({ passed: false, expected: [{ fired: false }] });
  });

  it('can be paused, resumed, sped up and stopped; a stopped one cannot go on', async () => {
    const { runId } = await service.start('slow', { speed: 1, seed: 1 }, anna);
    expect((await service.control(runId, { kind: 'pause' }, anna)).state).toBe('paused');
    await expect(service.control(runId, { kind: 'pause' }, anna)).rejects.toMatchObject({ code: 'scenario.run_state' });
    expect((await service.control(runId, { kind: 'speed', speed: 5 }, anna)).speed).toBe(5);
    expect((await service.control(runId, { kind: 'resume' }, anna)).state).toBe('playing');
    await expect(service.remove(runId, anna)).rejects.toMatchObject({ code: 'scenario.run_state' });
    expect((await service.control(runId, { kind: 'stop' }, anna)).state).toBe('stopped');
    await expect(service.control(runId, { kind: 'resume' }, anna)).rejects.toMatchObject({
      code: 'scenario.run_state',
    });
  });

  it('are refused when unknown or broken', async () => {
    await expect(service.start('none', { speed: 1, seed: 1 }, anna)).rejects.toMatchObject({
      code: 'scenario.not_found',
    });
    await expect(service.start('broken.yml', { speed: 1, seed: 1 }, anna)).rejects.toMatchObject({
      code: 'scenario.invalid',
      issues: [{ path: 'broken.yml' }],
    });
    await expect(service.run('none')).rejects.toMatchObject({ code: 'scenario.run_not_found' });
  });

  it('end as failed when the store refuses their lines', async () => {
    const refusing = createScenarioService({
      store: db.store,
      door: () => Promise.reject(new Error('no room')),
      playbooksDir: directory,
      now: Date.now,
      monotonicMs: () => performance.now(),
      titleOf: (rule) => rule,
      settle: () => Promise.resolve(),
      log: silentLog,
    });
    const { runId } = await refusing.start('quick', { speed: 100, seed: 1 }, anna);
    expect(await until(runId, 'failed')).toMatchObject({ error: 'no room', verdict: null });
  });

  it('that a former process left playing are marked as failed, with why', async () => {
    const left = await service.run((await service.start('quick', { speed: 100, seed: 1 }, anna)).runId);
    await saveRun(db.store, { ...left, runId: 'left-over', state: 'playing' }, 1);
    expect(await service.recover()).toBeGreaterThanOrEqual(1);
    expect(await service.run('left-over')).toMatchObject({
      state: 'failed',
      error: 'The service ended while this run was playing.',
    });
  });

  it('are cleaned up by run id: what they made goes, everything else stays, the audit log keeps it', async () => {
    const { runId } = await service.start('quick', { speed: 100, seed: 1 }, anna);
    await until(runId, 'finished');
    await db.store.insert('raw_log', [
      { raw: 'of the run', run_id: runId },
      { raw: 'of the run, too', run_id: runId },
      { raw: 'real', run_id: '' },
      { raw: 'of another run', run_id: 'other' },
    ]);
    await storeFindings(db.store, [
      findingRowOf('mine', { run_id: runId }),
      findingRowOf('mine', { run_id: runId, revision: 2 }),
      findingRowOf('real'),
      findingRowOf('theirs', { run_id: 'other' }),
    ]);
    const activity = {
      version: 1,
      at: '2026-11-21 08:00:00.000',
      actor: 'a',
      kind: 'comment',
      state: 'new',
      previous_hash: '',
      hash: 'h',
    };
    await db.store.insert('finding_activity', [
      { finding_id: 'mine', ...activity },
      { finding_id: 'real', ...activity },
    ]);
    expect(await service.remove(runId, { name: 'root', role: 'admin' })).toMatchObject({
      runId,
      rawRows: '2',
      findings: '1',
    });
    const left = async (table: string, column: string) => {
      const sql = `SELECT DISTINCT ${column} AS value FROM ${table} ORDER BY value`;
      const rows = await db.store.compiled('test', { sql, params: {} }, z.object({ value: z.string() }), {
        timeoutMs: 5000,
        rowsMax: 100,
      });
      return rows.map((row) => row.value);
    };
    expect(await left('raw_log', 'raw')).toEqual(['of another run', 'real']);
    expect(await left('event', 'message')).toEqual(['of another run', 'real']);
    expect(await left('security_finding', 'finding_id')).not.toContain('mine');
    expect(await left('security_finding', 'finding_id')).toEqual(expect.arrayContaining(['real', 'theirs']));
    expect(await left('finding_activity', 'finding_id')).toEqual(['real']);
    expect(await left('audit_log', `concat(action, ' ', actor)`)).toContain('scenario.remove root');
    expect((await service.run(runId)).state).toBe('removed');
  });

  it('are listed newest first, page by page, without loss or repeat', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await service.runs({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map((run) => run.runId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && seen.length < 100);
    expect(new Set(seen).size).toBe(seen.length);
    expect((await service.runs({ limit: 1000 })).items.map((run) => run.runId)).toEqual(seen);
    expect((await service.runs({ limit: 10, scenarioId: 'none' })).items).toEqual([]);
  });
});
