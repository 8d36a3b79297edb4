import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ingestHealth } from './health.ts';
import { heartbeatHealth } from './heartbeat.ts';
import { emptyStats } from './insert-queue.ts';
import { createSetAside } from './set-aside.ts';
import { kernelDropped } from './udp-syslog.ts';

const batcher = { ...emptyStats(), queueRowsMax: 100, queueBytesMax: 1000 };
const tcp = {
  received: 0,
  connections: 0,
  refusedConnections: 0,
  slowed: 0,
  lost: 0,
  cut: 0,
  empty: 0,
  partial: 0,
  badCount: 0,
};
const udp = { received: 0, dropped: 0, empty: 0, kernelDropped: 0 };
const http = { requests: 0, accepted: 0, refused: 0 };

function item(name: string, change: { batcher?: object; tcp?: object; udp?: object }) {
  const items = ingestHealth(
    { ...batcher, ...change.batcher },
    { tcp: { ...tcp, ...change.tcp }, udp: { ...udp, ...change.udp } },
    http
  );
  return items.find((one) => one.name === name);
}

it('all is ok when nothing happened', () => {
  expect(ingestHealth(batcher, { tcp, udp }, http).map(({ state }) => state)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
});
it.each([
  [{ queuedRows: 49 }, 'ok', 49],
  [{ queuedRows: 50 }, 'warning', 50],
  [{ queuedBytes: 960 }, 'failing', 96],
])('the queue with %j is %s', (change, state, value) => {
  expect(item('ingest.queue', { batcher: change })).toMatchObject({ state, value });
});
it('inserts that fail are said, with the reason, and fail after three', () => {
  expect(item('ingest.store', { batcher: { failuresInARow: 1, failure: 'away' } })).toMatchObject({ state: 'warning' });
  const failing = item('ingest.store', { batcher: { failuresInARow: 3, failure: 'away' } });
  expect(failing).toMatchObject({ state: 'failing', detail: expect.stringContaining('away') as string });
  expect(item('ingest.store', { batcher: { setAside: 5 } })?.detail).toContain('refused-*.tsv');
});
it('lost UDP is counted whoever lost it, and an unknown kernel count is said', () => {
  expect(item('ingest.udp_dropped', { udp: { dropped: 2, kernelDropped: 3 } })).toMatchObject({
    state: 'warning',
    value: 5,
  });
  expect(item('ingest.udp_dropped', { udp: { kernelDropped: null } })).toMatchObject({
    state: 'ok',
    detail: expect.stringContaining('not known') as string,
  });
});
it('slowed and refused connections, cut messages and wrong counts are said', () => {
  expect(item('ingest.tcp', { tcp: { slowed: 1 } })?.state).toBe('warning');
  const detail = item('ingest.tcp', { tcp: { refusedConnections: 4, cut: 5, badCount: 6, partial: 7 } })?.detail;
  for (const told of ['4 connections', '5 messages', '6 octet', '7 messages']) expect(detail).toContain(told);
});

it.each([
  ['none yet, just started', null, 10_000, 'ok', null],
  ['none for 3 minutes', null, 180_000, 'warning', null],
  ['none for 6 minutes', null, 360_000, 'failing', null],
  ['one of 61 s ago', 300_000, 361_000, 'ok', 61],
  ['one of 2 minutes ago', 300_000, 420_000, 'warning', 120],
  ['one of 5 minutes ago', 300_000, 600_000, 'failing', 300],
  ['only one of before the start', -5000, 180_000, 'warning', null],
] as const)('heartbeat: %s', (_, newest, now, state, value) => {
  expect(heartbeatHealth(newest, 0, now)).toMatchObject({ state, value });
});

it('a refused batch lies in the spool, readable by us alone, up to 100 of them', async () => {
  const spool = mkdtempSync(path.join(tmpdir(), 'loglake-spool-'));
  const setAside = createSetAside(path.join(spool, 'deep'));
  await setAside(Buffer.from([1, 9, 255]), 'stream-1');
  const file = path.join(spool, 'deep', 'refused-stream-1.tsv');
  expect([...readFileSync(file)]).toEqual([1, 9, 255]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  for (let n = 0; n < 99; n += 1) writeFileSync(path.join(spool, 'deep', `refused-${String(n)}.tsv`), '');
  await expect(setAside(Buffer.from('x'), 'one-too-many')).rejects.toThrow('100');
  rmSync(spool, { recursive: true });
});

it('the kernel’s drops are those of our port, over IPv4 and IPv6', async () => {
  const proc = mkdtempSync(path.join(tmpdir(), 'loglake-proc-'));
  const head =
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n';
  const row = (address: string, drops: number): string =>
    `  1: ${address} 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 1 2 0000000000000000 ${String(drops)}\n`;
  writeFileSync(path.join(proc, 'udp'), head + row('0100007F:158A', 7) + row('0100007F:0035', 100));
  writeFileSync(path.join(proc, 'udp6'), head + row('00000000000000000000000000000000:158A', 2));
  expect(await kernelDropped(5514, proc)).toBe(9);
  expect(await kernelDropped(5515, proc)).toBeNull();
  expect(await kernelDropped(5514, path.join(proc, 'absent'))).toBeNull();
  rmSync(proc, { recursive: true });
});
