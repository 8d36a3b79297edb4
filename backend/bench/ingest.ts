/**
 * 100,000 lines of sshd and netfilter sent by a real client over TCP syslog to the whole service.
 *   npx tsx --conditions=loglake-source backend/bench/ingest.ts [--client=syslog-ng|rsyslog] [--lines=100000]
 */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startServiceProcess, type ServiceProcess } from '../testing/service-process.ts';
import { startPeer, syslogPeers } from '../testing/syslog-peers.ts';
import { sampleLines } from './sample-lines.ts';
import { countOf, say, tempDir, withLeftData } from './service.ts';

const { values } = parseArgs({
  options: {
    client: { type: 'string', default: 'syslog-ng' },
    lines: { type: 'string', default: '100000' },
    protocol: { type: 'string', default: 'tcp-newline' },
  },
});
const waitMsMax = 600_000;

async function writeLines(file: string, count: number): Promise<void> {
  const out = createWriteStream(file);
  for (const line of sampleLines(count, Date.now())) {
    if (!out.write(`${line}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

async function storedLines(service: ServiceProcess): Promise<number> {
  const { sources } = await service.call('listSources', '/api/v1/sources');
  return sources.filter(({ parser }) => parser !== 'heartbeat').reduce((sum, { lines }) => sum + Number(lines), 0);
}

/** Waits until a number has reached a bound, or for `still` ms has not changed; gives the seconds that took. */
async function until(read: () => Promise<number>, bound: number, stillMs: number): Promise<number> {
  const started = performance.now();
  let [last, changedAt] = [-1, started];
  for (;;) {
    const now = await read();
    if (now !== last) [last, changedAt] = [now, performance.now()];
    if (now >= bound || performance.now() - changedAt > stillMs) return (changedAt - started) / 1000;
    if (performance.now() - started > waitMsMax) throw new Error(`${String(now)} of ${String(bound)} after 10 minutes`);
    await sleep(100);
  }
}

async function health(service: ServiceProcess): Promise<{ lagSeconds: number; text: string }> {
  const { items } = await service.call('health', '/api/v1/health');
  const lag = items.find(({ name }) => name === 'detection.lag');
  return {
    lagSeconds: lag?.value ?? Number.POSITIVE_INFINITY,
    text: items.map(({ name, state, detail }) => `  ${name} ${state}: ${detail}`).join('\n'),
  };
}

/** Waits until detection has read everything that arrived; gives the seconds that took. */
async function detected(service: ServiceProcess): Promise<number> {
  const started = performance.now();
  for (let caughtUp = 0; caughtUp < 3;) {
    caughtUp = (await health(service)).lagSeconds < 2 ? caughtUp + 1 : 0;
    if (performance.now() - started > waitMsMax) throw new Error('detection is not done after 10 minutes');
    await sleep(1000);
  }
  return (performance.now() - started) / 1000;
}

async function report(dataDir: string, lines: number): Promise<boolean> {
  return withLeftData(dataDir, async (store) => {
    const raw = await countOf(store, `SELECT count() FROM raw_log WHERE program != 'loglake-heartbeat'`);
    const parsed = await countOf(store, `SELECT count() FROM raw_log WHERE parser IN ('linux-auth', 'netfilter')`);
    const events = await countOf(store, 'SELECT count() FROM event');
    const unique = await countOf(store, 'SELECT uniqExact(raw_id) FROM event');
    say(
      `raw lines stored ${String(raw)} of ${String(lines)}; events ${String(events)}, of different lines ${String(unique)}`
    );
    say(`claimed by a parser: ${((100 * parsed) / raw).toFixed(2)} %`);
    return raw === lines && events === lines && unique === lines;
  });
}

const lines = Number(values.lines);
const client = values.client === 'rsyslog' ? 'rsyslog' : 'syslog-ng';
const peers = await syslogPeers();
if (peers === null) throw new Error('no rsyslog or syslog-ng to send with');
const data = tempDir('bench');
const file = path.join(data.path, 'lines.log');
await writeLines(file, lines);
const service = await startServiceProcess({ LOGLAKE_DATA_DIR: data.path });
try {
  const peer = startPeer(
    client,
    peers,
    file,
    Number(service.syslog.split(':').at(-1)),
    values.protocol === 'tcp-octets' ? 'tcp-octets' : 'tcp-newline'
  );
  const seconds = await until(() => storedLines(service), lines, 30_000);
  say(
    `${client}: ${String(await storedLines(service))} lines stored in ${seconds.toFixed(1)} s: ${Math.round(lines / seconds).toLocaleString('en-GB')} lines/s`
  );
  const detection = await detected(service);
  const { total } = await service.call('findingSummary', '/api/v1/findings/summary');
  say(`findings: ${total}; all was looked at ${detection.toFixed(1)} s after it was stored`);
  say((await health(service)).text);
  await peer.stop();
} finally {
  await service.stop();
}
const good = await report(data.path, lines);
data.remove();
process.exitCode = good ? 0 : 1;
