import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import type { CorrelationRule, GroupValues } from '../rule.ts';
import { insertEvents, liveFindings, ruleId, rulesOf, singleRule, testDetection, testEvent, testNowMs } from './fixture.ts'; // prettier-ignore

/** A million live groups: ranges read those that they touch, and nothing in the service grows with the others. */

const rules = rulesOf(
  [
    singleRule(1, 'a'),
    `
title: Three of one address
id: ${ruleId(11)}
correlation: { type: event_count, rules: [rule_1], group-by: [src_ip], timespan: 1h, condition: { gte: 3 } }
---`,
  ].join('')
);
const base = rules.find(({ meta }) => meta.id === ruleId(1));
const rule = rules.find((one): one is CorrelationRule => one.kind === 'correlation');
if (base === undefined || rule === undefined) throw new Error('two rules');
const [ranges, groupsPerRange] = [3, 1000];
const groupMs = (number: number): number => testNowMs - 1_800_000 + (number % 1_800_000);
const addressOf = (number: number): string => `g${number}`;

const databases: TestDatabase[] = [];
afterAll(() => Promise.all(databases.map((db) => db.drop())));

/** A database with one match each of so many groups, in the last half hour, as if live ranges had stored them. */
async function withGroups(count: number): Promise<TestDatabase> {
  const db = await testDatabase();
  databases.push(db);
  const keyed = JSON.stringify([base?.meta.id, base?.meta.hash, '', ['src_ip'], [JSON.stringify(['src_ip', '%'])]]);
  const [before, after] = keyed.split('%');
  const columns = `rule_id, event_id, ts, received_at, fields`;
  const values = `{rule:String}, reinterpretAsUUID(toUInt128(number + 1)), fromUnixTimestamp64Milli({fromMs:Int64} + toInt64(number % 1800000), 'UTC'),
    fromUnixTimestamp64Milli({nowMs:Int64}, 'UTC'), map('src_ip', concat('g', toString(number)))`;
  const params = { rule: base?.meta.id, hash: base?.meta.hash, before, after, fromMs: groupMs(0), nowMs: testNowMs, count }; // prettier-ignore
  const key = `reinterpretAsUInt64(reverse(substring(SHA256(concat({before:String}, 'g', toString(number), {after:String})), 1, 8)))`;
  await db.store.execute('test.groups', `INSERT INTO rule_match (rule_hash, ${columns}) SELECT {hash:String}, ${values} FROM numbers({count:UInt64})`, params); // prettier-ignore
  await db.store.execute('test.groups', `INSERT INTO rule_match_group (group_key, ${columns}) SELECT ${key}, ${values} FROM numbers({count:UInt64})`, params); // prettier-ignore
  return db;
}

/** Rows that the engine sets out to read for these groups, by its index. */
async function rowsRead(db: TestDatabase, numbers: readonly number[], keyed: boolean): Promise<number> {
  const groups: GroupValues[] = numbers.map((number) => ({ src_ip: addressOf(number) }));
  const statement = rule?.compileWindows({ runId: '', groups, keyed, fromMs: testNowMs, toMs: testNowMs + 3_600_000 });
  const { sql = '', params = {} } = statement ?? {};
  const row = z.object({ rows: z.coerce.number() });
  const estimate = { sql: `EXPLAIN ESTIMATE ${sql}`, params: { ...params } };
  const rows = await db.store.compiled('test.estimate', estimate, row, { timeoutMs: 20_000, rowsMax: 100 });
  return rows.reduce((sum, one) => sum + one.rows, 0);
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** What the service holds: objects, and the bytes of buffers beside them. */
function heldMb(): number {
  for (let time = 0; time < 3; time += 1) collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

/** What the engine says that it holds, caches and running merges included. */
async function engineMb({ store }: TestDatabase): Promise<number> {
  const tracked = { sql: `SELECT value AS bytes FROM system.metrics WHERE metric = 'MemoryTracking'`, params: {} };
  const row = z.object({ bytes: z.coerce.number() });
  const rows = await store.compiled('test.memory', tracked, row, { timeoutMs: 20_000, rowsMax: 10 });
  return (rows[0]?.bytes ?? 0) / 1e6;
}

/** Which groups a range touches: spread over all that there are. */
const touched = (range: number, count: number): number[] =>
  Array.from({ length: groupsPerRange }, (_, at) => ((at * ranges + range) * 331) % count);

interface Detected {
  /** Megabytes that the service holds after it more than before. */
  readonly held: number;
  /** The same of the engine, at most after any range. */
  readonly engine: number;
  readonly ms: number;
}

/** Two more matches of each touched group. */
async function detected(db: TestDatabase, count: number): Promise<Detected> {
  const before = heldMb();
  const engineBefore = await engineMb(db);
  let engine = 0;
  const detection = testDetection(db.store, rules);
  let ms = 0;
  for (let range = 0; range < ranges; range += 1) {
    const numbers = touched(range, count);
    await insertEvents(db.store, numbers.flatMap((number) => [1, 2].map((second) => testEvent('a', second, { srcIp: addressOf(number) })))); // prettier-ignore
    const began = performance.now();
    await detection.runOnce();
    ms += performance.now() - began;
    engine = Math.max(engine, (await engineMb(db)) - engineBefore);
  }
  return { held: heldMb() - before, engine, ms };
}

it('a million live groups: exact, only the touched ones are read, and the service holds no more than with few', async () => {
  const few = await withGroups(1000);
  const small = await detected(few, 1000);
  const count = 1_000_000;
  const many = await withGroups(count);
  const large = await detected(many, count);
  const live = await liveFindings(many.store);
  const expected = Array.from({ length: ranges }, (_, range) => touched(range, count)).flat();
  const found = live.map((row) => [row.group_values['src_ip'], row.first_ms, row.last_ms, row.count, row.event_ids.length]); // prettier-ignore
  const wanted = expected.map((number) => [addressOf(number), groupMs(number), testNowMs + 2000, 1, 3]);
  expect(found.sort()).toEqual(wanted.sort());
  // Of one reading: a statement has several alike. A granule has 128 rows, and there are a few parts.
  const [one, thousand, byTime] = [
    await rowsRead(many, [7], true),
    await rowsRead(many, touched(0, count), true),
    await rowsRead(many, [7], false),
  ];
  expect(one).toBeLessThanOrEqual(3 * 20 * 128);
  expect(thousand).toBeLessThanOrEqual(3 * 1000 * 3 * 128);
  expect(thousand).toBeLessThan(byTime);
  expect(byTime).toBeGreaterThanOrEqual(count);
  expect(large.held - small.held).toBeLessThan(25);
  // A million groups in the engine's memory would be hundreds.
  expect(large.engine - small.engine).toBeLessThan(100);
  const text = ({ held, engine, ms }: Detected): string =>
    `service +${held.toFixed(1)} MB, engine +${engine.toFixed(1)} MB, ${Math.round(ms)} ms`;
  process.stdout.write(
    `rows read: ${one} for 1 group, ${thousand} for 1,000, by time ${byTime}; a million groups: ${text(large)}; a thousand: ${text(small)}\n`
  );
}, 180_000);
