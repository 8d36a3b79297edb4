/**
 * From acknowledged event to stored finding, with ingest, parsing and all of SigmaHQ, at steady rates.
 *   npm run bench:live [-- --rates=1000,5000 --seconds=300 --json FILE --rules DIR]
 * Marked events, each of a host of its own, are posted beside the stream; for each the time from the door's 202 to the
 * moment a query sees its finding is measured; beside it, how long the 202 itself took.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startEngine } from '../embedded/supervisor.ts';
import { silentLog } from '../src/log.ts';
import { defineQuery } from '../src/store/query.ts';
import { createStore, type Store } from '../src/store/store.ts';
import { startServiceProcess, type ServiceProcess } from '../testing/service-process.ts';
import { liveLines, markedLine, markRule, markRuleId } from './live-lines.ts';
import { countOf, say, tempDir } from './service.ts';

const { values } = parseArgs({
  options: {
    rates: { type: 'string', default: '1000,5000' },
    seconds: { type: 'string', default: '300' },
    rules: { type: 'string', default: fileURLToPath(new URL('../../../shared/data/sigmahq', import.meta.url)) },
    json: { type: 'string' },
  },
});
/** Requests a second, each with its share of the lines; marks a second; pause between looks for findings. */
const requestsPerS = 10;
const marksPerS = 10;
const lookMs = 100;
/** A finding's time is taken before its insert, which may end this much later. */
const overlapMs = 5_000;
/** After the stream has ended. */
const patienceMs = 60_000;

const marksFound = defineQuery({
  name: 'bench.marks',
  sql: `SELECT DISTINCT group_values['Computer'] AS host FROM security_finding
    WHERE rule_id = {rule:String} AND created_at >= fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')`,
  params: z.object({ rule: z.string(), fromMs: z.number() }),
  row: z.object({ host: z.string() }),
  timeoutMs: 30_000,
  rowsMax: 100_000,
});

interface Marks {
  /** When each was acknowledged, performance.now(). */
  readonly acked: Map<string, number>;
  /** Milliseconds from there to a query that saw its finding. */
  readonly seen: Map<string, number>;
}

/** Looks for findings of marks until told to end. */
async function watch(store: Store, marks: Marks, ended: () => boolean): Promise<void> {
  let before = Date.now() - overlapMs;
  while (!ended()) {
    // Only findings made since the look before last: asking for all of them would take a core of its own.
    const fromMs = before;
    before = Date.now() - overlapMs;
    const rows = await store.rows(marksFound, { rule: markRuleId, fromMs });
    const now = performance.now();
    for (const { host } of rows) {
      const acked = marks.acked.get(host);
      if (acked !== undefined && !marks.seen.has(host)) marks.seen.set(host, Math.max(0, now - acked));
    }
    await sleep(lookMs);
  }
}

interface Sent {
  lines: number;
  refused: number;
  /** Requests by status of the answer. */
  readonly statuses: Record<number, number>;
  /** Longest that a request was behind its time, milliseconds. */
  behindMs: number;
  /** From a request's start to its 202, milliseconds. */
  readonly ackMs: number[];
}

/** Posts lines at a steady rate; a request starts at its time whether or not the one before has been answered. */
async function stream(service: ServiceProcess, rate: number, seconds: number, marks: Marks): Promise<Sent> {
  const sent: Sent = { lines: 0, refused: 0, statuses: {}, behindMs: 0, ackMs: [] };
  const lines = liveLines();
  const began = performance.now();
  const open = new Set<Promise<void>>();
  const post = async (body: string[], marked: string[]): Promise<void> => {
    const posted = performance.now();
    const status = await service.post(body.join('\n'));
    const now = performance.now();
    sent.statuses[status] = (sent.statuses[status] ?? 0) + 1;
    if (status !== 202) {
      sent.refused += body.length;
      return;
    }
    sent.ackMs.push(now - posted);
    for (const host of marked) marks.acked.set(host, now);
  };
  for (let n = 0; n < seconds * requestsPerS; n += 1) {
    const dueMs = (n * 1000) / requestsPerS - (performance.now() - began);
    sent.behindMs = Math.max(sent.behindMs, -dueMs);
    if (dueMs > 0) await sleep(dueMs);
    const marked = n % Math.round(requestsPerS / marksPerS) === 0 ? [`mark-${rate}-${n}`] : [];
    const body = [...lines.take(Math.round(rate / requestsPerS) - marked.length), ...marked.map(markedLine)];
    sent.lines += body.length;
    const request = post(body, marked).finally(() => open.delete(request));
    open.add(request);
  }
  await Promise.all(open);
  return sent;
}

const percentile = (sorted: readonly number[], share: number): number =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN);

async function measureRate(service: ServiceProcess, store: Store, rate: number, seconds: number) {
  const marks: Marks = { acked: new Map(), seen: new Map() };
  let ended = false;
  const watching = watch(store, marks, () => ended);
  const sent = await stream(service, rate, seconds, marks);
  const until = performance.now() + patienceMs;
  while (marks.seen.size < marks.acked.size && performance.now() < until) await sleep(lookMs);
  ended = true;
  await watching;
  const ascending = (times: Iterable<number>): number[] => [...times].sort((a, b) => a - b);
  const [sorted, acks] = [ascending(marks.seen.values()), ascending(sent.ackMs)];
  const result = {
    rate,
    seconds,
    lines: sent.lines,
    refused: sent.refused,
    statuses: sent.statuses,
    senderBehindMs: Math.round(sent.behindMs),
    ackP50Ms: percentile(acks, 0.5),
    ackP99Ms: percentile(acks, 0.99),
    marks: marks.acked.size,
    missing: marks.acked.size - marks.seen.size,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    maxMs: percentile(sorted, 1),
  };
  say(
    `${rate}/s for ${seconds} s: ${sent.lines} lines, ${sent.refused} refused (${JSON.stringify(sent.statuses)}), sender at most ${result.senderBehindMs} ms behind; ` +
      `202 after ${result.ackP50Ms} ms, p99 ${result.ackP99Ms} ms; ` +
      `${result.marks} marks, ${result.missing} without a finding; p50 ${result.p50Ms} ms, p99 ${result.p99Ms} ms, longest ${result.maxMs} ms`
  );
  return result;
}

/** Every line parsed, and none lost or doubled. */
async function settled(store: Store) {
  const raw = await countOf(store, `SELECT count() FROM raw_log WHERE parser != 'heartbeat'`);
  const events = await countOf(store, 'SELECT uniqExact(raw_id) FROM event');
  const unmatched = await countOf(store, `SELECT count() FROM event WHERE parser = 'unmatched'`);
  const findings = await countOf(store, 'SELECT uniqExact(finding_id) FROM security_finding');
  say(`stored: ${raw} lines, ${events} events, ${unmatched} of them unmatched; ${findings} findings`);
  return { raw, events, unmatched, findings };
}

const data = tempDir('live');
const rules = path.join(data.path, 'rules');
cpSync(values.rules, rules, { recursive: true });
mkdirSync(path.join(rules, 'bench'), { recursive: true });
writeFileSync(path.join(rules, 'bench', 'mark.yml'), markRule);
const engine = await startEngine({
  dataDir: path.join(data.path, 'engine'),
  memoryBytesMax: 4_000_000_000,
  port: 0,
  log: silentLog,
});
const service = await startServiceProcess({
  LOGLAKE_RULES_DIR: rules,
  CLICKHOUSE_URL: engine.url,
  CLICKHOUSE_USER: engine.user,
  CLICKHOUSE_PASSWORD: engine.password,
  CLICKHOUSE_DATABASE: 'loglake',
});
const { url, user, password } = engine;
const store = createStore({ url, user, password, database: 'loglake', log: silentLog });
try {
  const results = [];
  for (const rate of values.rates.split(',').map(Number)) {
    results.push(await measureRate(service, store, rate, Number(values.seconds)));
  }
  const report = { rates: results, stored: await settled(store) };
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  process.exitCode = results.every(({ missing, refused }) => missing + refused === 0) ? 0 : 1;
} finally {
  await store.close();
  await service.stop();
  await engine.stop();
  data.remove();
}
