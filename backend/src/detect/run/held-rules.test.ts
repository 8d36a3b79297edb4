import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import { defineQuery } from '../../store/query.ts';
import type { DetectionRule, SingleRule } from '../rule.ts';
import {
  insertEvents,
  liveFindings,
  ruleId,
  rulesOf,
  singleRule,
  testDetection,
  testEvent,
  testNowMs,
} from './fixture.ts';
import { type Held, createQuarantine } from './quarantine.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const runs = defineQuery({
  name: 'test.rule_runs',
  sql: `SELECT rule_id, toUInt32(matches) AS matches, error FROM rule_run ORDER BY at, gen, rule_id`,
  params: z.object({}),
  row: z.object({ rule_id: z.string(), matches: z.number(), error: z.string() }),
  timeoutMs: 10_000,
  rowsMax: 1000,
});
const runsOf = async (id: string) => (await db.store.rows(runs, {})).filter((run) => run.rule_id === id);

/** The rule, with something done before it decides. */
const spoiled = (rule: DetectionRule, before: () => void): SingleRule => {
  if (rule.kind !== 'single') throw new Error('not a single rule');
  return { ...rule, matches: (event) => (before(), rule.matches(event)) };
};

function busyFor(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('a rule that is not fit to run', () => {
  it('is held when it is slow, in the middle of a range; the others find everything', async () => {
    const [healthy, slow] = rulesOf(singleRule(1, 'probe') + singleRule(2, 'probe'));
    if (healthy === undefined || slow === undefined) throw new Error('no rules');
    const held: Held[] = [];
    const quarantine = createQuarantine({
      clock: () => testNowMs,
      onHold: (one) => held.push(one),
      budget: { burstMs: 50, perSecondMs: 100, perRowUs: 20, errorsMax: 100 },
    });
    let asked = 0;
    const sluggish = spoiled(slow, () => {
      asked += 1;
      busyFor(5);
    });
    const rules = [healthy, sluggish];
    const detection = testDetection(db.store, rules, { quarantine });
    await insertEvents(
      db.store,
      Array.from({ length: 1000 }, (_, n) => testEvent('probe', n))
    );
    await detection.runOnce();

    expect(held.map((one) => one.ruleId)).toEqual([ruleId(2)]);
    expect(asked).toBeLessThan(100);
    const findings = await liveFindings(db.store);
    expect(findings.map((finding) => [finding.rule_id, finding.count])).toEqual([[ruleId(1), 1000]]);
    expect(await runsOf(ruleId(2))).toMatchObject([{ matches: 0, error: expect.stringContaining('in quarantine: it is too slow') as string }]); // prettier-ignore
    expect(detection.health().find(({ name }) => name === 'detection.rules')).toMatchObject({
      state: 'warning',
      value: 1,
    });

    // Every later range says that it was not decided.
    await insertEvents(db.store, [testEvent('probe', 2000)]);
    await detection.runOnce();
    expect(await runsOf(ruleId(2))).toHaveLength(2);
    expect(asked).toBeLessThan(100);

    // Changed, it is free again from the next range on.
    const changed = { ...slow, meta: { ...slow.meta, hash: 'another' } };
    detection.setRules([healthy, changed]);
    await insertEvents(db.store, [testEvent('probe', 3000)]);
    await detection.runOnce();
    expect((await runsOf(ruleId(2))).at(-1)).toMatchObject({ matches: 1, error: '' });
  });

  it('is held when it fails again and again, and counts what it failed on before', async () => {
    const [healthy, broken] = rulesOf(singleRule(3, 'fault') + singleRule(4, 'fault'));
    if (healthy === undefined || broken === undefined) throw new Error('no rules');
    const quarantine = createQuarantine({
      clock: () => testNowMs,
      budget: { burstMs: 1000, perSecondMs: 100, perRowUs: 20, errorsMax: 10 },
    });
    const fault = (): never => {
      throw new Error('no such thing');
    };
    const detection = testDetection(db.store, [healthy, spoiled(broken, fault)], { quarantine });
    const events = (count: number) =>
      Array.from({ length: count }, (_, n) => testEvent('fault', n, { srcIp: '192.0.2.9' }));
    await insertEvents(db.store, events(4));
    await detection.runOnce();
    expect(await runsOf(ruleId(4))).toMatchObject([{ error: 'no such thing (4 events)' }]);
    expect(quarantine.any).toBe(false);

    await insertEvents(db.store, events(20));
    await detection.runOnce();
    expect(quarantine.list()).toMatchObject([{ ruleId: ruleId(4), reason: 'it failed on 10 rows: no such thing' }]);
    const counts = (await liveFindings(db.store)).filter((one) => one.rule_id === ruleId(3)).map(({ count }) => count);
    expect(counts).toEqual([24]);

    quarantine.release(ruleId(4));
    await insertEvents(db.store, events(1));
    await detection.runOnce();
    expect((await runsOf(ruleId(4))).at(-1)).toMatchObject({ error: 'no such thing (1 events)' });
  });

  it('is held when its correlation query fails again and again', async () => {
    const yaml = `${singleRule(5, 'burst')}
title: Burst
id: ${ruleId(6)}
level: high
correlation: { type: event_count, rules: [rule_5], group-by: [src_ip], timespan: 5m, condition: { gte: 2 } }
`;
    const rules = rulesOf(yaml).map((rule): DetectionRule =>
      rule.kind === 'correlation' ? { ...rule, compileWindows: () => ({ sql: 'SELECT no_such_column', params: {} }) } : rule
    ); // prettier-ignore
    const quarantine = createQuarantine({ clock: () => testNowMs });
    const detection = testDetection(db.store, rules, { quarantine });
    for (let round = 0; round < 5; round += 1) {
      await insertEvents(db.store, [testEvent('burst', round)]);
      await detection.runOnce();
    }
    const errors = (await runsOf(ruleId(6))).map(({ error }) => error.startsWith('not decided'));
    expect(errors).toEqual([false, false, false, false, true]);
  });
});
