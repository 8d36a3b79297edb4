import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Health } from '@loglake/contract/source';
import { startEngine, type RunningEngine } from '../embedded/supervisor.ts';
import { startServiceProcess, type ServiceProcess } from '../testing/service-process.ts';
import { silentLog } from './log.ts';

/** Two whole services on one engine, as `npm run engine` gives it: one writes, the other stands by and takes over. */

const leaseMs = 3000;
let dataDir: string;
let engine: RunningEngine;
let services: ServiceProcess[] = [];

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'loglake-two-'));
  const readWrite = { user: 'loglake', password: randomBytes(16).toString('hex') };
  engine = await startEngine({ dataDir, memoryBytesMax: 1_500_000_000, port: 0, log: silentLog, readWrite });
  // At the same moment: both find no tables and no views.
  services = await Promise.all([join(), join()]);
}, 180_000);
afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await engine.stop();
  rmSync(dataDir, { recursive: true, force: true });
}, 60_000);

function join(): Promise<ServiceProcess> {
  return startServiceProcess({
    CLICKHOUSE_URL: engine.url,
    CLICKHOUSE_USER: engine.user,
    CLICKHOUSE_PASSWORD: engine.password,
    LOGLAKE_WRITER_LEASE_MS: String(leaseMs),
  });
}

const itemOf = (health: Health, name: string) => health.items.find((item) => item.name === name);

/** Which of the services is the writer; throws when not exactly one says so. */
async function writerOf(): Promise<{ writer: ServiceProcess; others: ServiceProcess[] }> {
  const says = await Promise.all(
    services.map(async (service) => itemOf(await service.call('health', '/api/v1/health'), 'writer.lease')?.value)
  );
  const writers = services.filter((_, at) => says[at] === 1);
  const [writer] = writers;
  if (writers.length !== 1 || writer === undefined) throw new Error(`writers: ${JSON.stringify(says)}`);
  return { writer, others: services.filter((service) => service !== writer) };
}

async function eventually<T>(work: () => Promise<T>, patienceMs: number): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(100);
    }
  }
}

/** Root logins: one finding for each address (rules/). */
const line = (address: number): string =>
  `<86>Nov 21 08:${String(address % 60).padStart(2, '0')}:00 web1 sshd[${1000 + address}]: Accepted password for root from 192.0.2.${address} port 40022 ssh2`;

async function findings(through: ServiceProcess) {
  const page = await through.call('listFindings', '/api/v1/findings?limit=1000');
  return page.items;
}

/** Addresses with a finding of any rule, each with its number of findings by rule. */
async function found(through: ServiceProcess): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { srcIps, ruleId } of await findings(through)) {
    const key = `${ruleId} ${srcIps.join()}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

async function untilFound(through: ServiceProcess, addresses: number): Promise<Map<string, number>> {
  return eventually(async () => {
    const counts = await found(through);
    const known = new Set([...counts.keys()].map((key) => key.split(' ')[1]));
    if (known.size < addresses) throw new Error(`${known.size} of ${addresses} addresses`);
    return counts;
  }, 60_000);
}

it('one of two services writes; both take lines, both show the same findings, none twice', async () => {
  const { writer, others } = await eventually(writerOf, 20_000);
  const [other] = others;
  if (other === undefined) throw new Error('two services');
  for (const [at, service] of services.entries())
    expect(await service.post([1, 2, 3, 4, 5].map((number) => line(5 * at + number)).join('\n'))).toBe(202);
  const counts = await untilFound(writer, 10);
  expect([...counts.values()].every((count) => count === 1)).toBe(true);
  expect(await found(other)).toEqual(counts);
  expect(itemOf(await other.call('health', '/api/v1/health'), 'detection.lag')?.detail).toMatch(
    /Another service is the writer/
  );
}, 120_000);

it('the stand-by refuses triage with a code that names the writer; the writer does it, and both show it', async () => {
  const { writer, others } = await writerOf();
  const [finding] = await findings(writer);
  const body = {
    target: { findings: [{ findingId: finding?.findingId, version: finding?.version }] },
    action: { kind: 'acknowledge' },
  };
  await expect(others[0]?.call('triageFindings', '/api/v1/findings/actions', body)).rejects.toThrow(
    /503 .*service\.standby/
  );
  await writer.call('triageFindings', '/api/v1/findings/actions', body);
  const shown = await others[0]?.call('getFinding', `/api/v1/findings/${finding?.findingId ?? ''}`);
  expect(shown?.finding.state).toBe('acknowledged');
}, 60_000);

it('a writer that is killed is replaced within the lease; nothing is lost and nothing is double', async () => {
  const { writer, others } = await writerOf();
  const [other] = others;
  if (other === undefined) throw new Error('two services');
  const posting = (async () => {
    for (let first = 11; first <= 60; first += 5)
      await other.post([0, 1, 2, 3, 4].map((at) => line(first + at)).join('\n'));
  })();
  await sleep(150);
  writer.child.kill('SIGKILL');
  const killedMs = performance.now();
  services = services.filter((service) => service !== writer);
  await eventually(writerOf, 30_000);
  const tookMs = performance.now() - killedMs;
  await posting;
  // A lease, a look of the stand-by (200 ms), and what a busy machine adds.
  expect(tookMs).toBeLessThan(leaseMs + 10_000);
  const counts = await untilFound(other, 60);
  expect([...counts.values()].filter((count) => count !== 1)).toEqual([]);
}, 120_000);

it('a writer that stops gives the lease back: the next one need not wait for it to end', async () => {
  services.push(await join());
  const { writer, others } = await eventually(writerOf, 20_000);
  const [other] = others;
  if (other === undefined) throw new Error('two services');
  services = services.filter((service) => service !== writer);
  await writer.stop();
  const stoppedMs = performance.now();
  await eventually(writerOf, 30_000);
  expect(performance.now() - stoppedMs).toBeLessThan(leaseMs);
  await other.post(line(61));
  const counts = await untilFound(other, 61);
  expect([...counts.values()].filter((count) => count !== 1)).toEqual([]);
}, 180_000);
