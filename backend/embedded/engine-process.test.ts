import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterEach, expect, test } from 'vitest';
import { silentLog } from '../src/log.ts';
import { startEngine, type EngineStartOptions, type RunningEngine } from './supervisor.ts';

const cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

function directory(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'loglake-process-'));
  cleanUp.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function start(dataDir: string, extra: Partial<EngineStartOptions> = {}): Promise<RunningEngine> {
  const engine = await startEngine({ dataDir, memoryBytesMax: 1_000_000_000, port: 0, log: silentLog, ...extra });
  cleanUp.push(() => engine.stop());
  return engine;
}

function clientOf(engine: { url: string; user: string; password: string }) {
  const { url, user: username, password } = engine;
  const client = createClient({ url, username, password, log: { level: ClickHouseLogLevel.OFF } });
  cleanUp.push(() => client.close());
  return client;
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const slow = 'SELECT sum(sipHash64(number)) FROM numbers(1000000000000)';

test('a killed engine comes back on the same port with the same keys, and what it acknowledged is there', async () => {
  const engine = await start(directory());
  const client = clientOf(engine);
  await client.command({ query: 'CREATE DATABASE kept' });
  await client.command({ query: 'CREATE TABLE kept.t (n UInt64) ENGINE = MergeTree ORDER BY n' });
  await client.insert({ table: 'kept.t', values: [{ n: 1 }, { n: 2 }], format: 'JSONEachRow' });
  const pid = engine.pid();
  const back = new Promise<void>((resolve) => engine.onRestart(resolve));
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  await back;
  expect(engine.pid()).not.toBe(pid);
  const rows = await client.query({ query: 'SELECT n FROM kept.t ORDER BY n', format: 'JSONEachRow' });
  expect(await rows.json()).toEqual([{ n: 1 }, { n: 2 }]);
}, 30_000);

test('a second process on the same data is refused, naming the directory', async () => {
  const dir = directory();
  await start(dir);
  await expect(start(dir, { lockWaitMs: 0 })).rejects.toThrow(`Another process holds the data directory ${dir}`);
}, 30_000);

test('a starting engine waits for the one that is about to let go', async () => {
  const dir = directory();
  const first = await start(dir);
  const second = start(dir);
  await sleep(1500);
  await first.stop();
  expect(await clientOf(await second).ping()).toEqual({ success: true });
}, 30_000);

test('stopping with a query running takes less than two seconds', async () => {
  const engine = await start(directory());
  const client = clientOf(engine);
  const running = [
    client.query({ query: slow }),
    client.command({ query: `INSERT INTO FUNCTION null('n UInt64') ${slow}` }),
  ];
  const outcomes = Promise.allSettled(running);
  await sleep(500);
  const started = performance.now();
  await engine.stop();
  expect(performance.now() - started).toBeLessThan(2000);
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
}, 30_000);

test('a query beyond the memory cap fails with code 241, and the engine lives', async () => {
  const engine = await start(directory(), { memoryBytesMax: 600_000_000 });
  const client = clientOf(engine);
  const pid = engine.pid();
  const hungry = client.query({ query: 'SELECT length(groupArray(toString(number))) FROM numbers(100000000)' });
  const error: unknown = await hungry.catch((reason: unknown) => reason);
  expect(error instanceof ClickHouseError && error.code).toBe('241');
  expect(await client.ping({ select: true })).toEqual({ success: true });
  expect(engine.pid()).toBe(pid);
}, 60_000);

test('an engine whose parent was killed ends by itself and lets go of the data', async () => {
  const dir = directory();
  const parent = fork(fileURLToPath(new URL('./parent.fixture.ts', import.meta.url)), [dir], {
    execArgv: ['--import', 'tsx', '--conditions=loglake-source'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const pid = await new Promise<number>((resolve) => parent.once('message', (message) => resolve(Number(message))));
  cleanUp.push(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  expect(await clientOf(await start(dir, { lockWaitMs: 0 })).ping({ select: true })).toEqual({ success: true });
}, 30_000);

test('a directory that cannot be made is told, not waited for', async () => {
  const file = path.join(directory(), 'file');
  writeFileSync(file, '');
  await expect(start(path.join(file, 'data'))).rejects.toThrow(/does not start: .*(ENOTDIR|EEXIST)/);
}, 30_000);

test('a port that is taken is told', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => void taken.close());
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(start(directory(), { port })).rejects.toThrow('EADDRINUSE');
}, 30_000);
