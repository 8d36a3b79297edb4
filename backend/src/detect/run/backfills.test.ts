import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import { defineQuery } from '../../store/query.ts';
import type { Store } from '../../store/store.ts';
import { anna, drained, past, standing, testBackfills } from './backfill-fixture.ts';
import { insertEvents, ruleId, rulesOf, singleRule, testDetection, testEvent, testNowMs } from './fixture.ts';

let db: TestDatabase;
const databases: TestDatabase[] = [];
beforeEach(async () => {
  db = await testDatabase();
  databases.push(db);
});
afterEach(async () => {
  for (const one of databases.splice(0)) await one.drop();
});

const first = rulesOf(singleRule(1, 'login'));
const both = rulesOf(singleRule(1, 'login') + singleRule(2, 'sudo'));

const audits = defineQuery({
  name: 'test.audit',
  sql: `SELECT action, object FROM audit_log WHERE startsWith(action, 'backfill') ORDER BY at`,
  params: z.object({}),
  row: z.object({ action: z.string(), object: z.string() }),
  timeoutMs: 5000,
  rowsMax: 100,
});

describe('the past of a new rule', () => {
  it('is read on request: the same findings as if the rule had been there, none twice', async () => {
    await past(db.store);
    const detection = testDetection(db.store, first);
    await detection.runOnce();
    detection.setRules(both);
    await insertEvents(db.store, [testEvent('sudo', 300), testEvent('login', 300)]);
    await detection.runOnce();
    expect((await standing(db.store)).map(({ rule_id, count }) => [rule_id, count])).toEqual([
      [ruleId(1), 21],
      [ruleId(2), 1],
    ]);

    const backfills = testBackfills(db.store, detection, both);
    const asked = await backfills.ask(ruleId(2), testNowMs - 1, anna);
    expect(asked).toMatchObject({ state: 'running', rowsRead: '0', rowsLeft: '42', askedBy: 'anna' });
    await backfills.step();
    expect((await backfills.list())[0]).toMatchObject({
      state: 'running',
      rowsRead: '8',
      rowsLeft: '34',
      matches: '4',
    });
    expect(await drained(backfills)).toBe(5);
    expect((await backfills.list())[0]).toMatchObject({ state: 'done', rowsRead: '42', rowsLeft: null, matches: '21' });

    const found = await standing(db.store);
    const control = await testDatabase();
    databases.push(control);
    await control.store.execute('test.copy', `INSERT INTO event SELECT * FROM ${db.store.database}.event`);
    await testDetection(control.store, both).runOnce();
    expect(found).toEqual(await standing(control.store));
    expect(found.map(({ count }) => count)).toEqual([21, 21]);

    // Asked for again it finds the same, and live goes on counting from there.
    await backfills.ask(ruleId(2), testNowMs - 1, anna);
    expect(await drained(backfills)).toBeGreaterThan(0);
    expect(await standing(db.store)).toEqual(found);
    await insertEvents(db.store, [testEvent('sudo', 301)]);
    await detection.runOnce();
    expect((await standing(db.store)).map(({ count }) => count)).toEqual([21, 22]);
    expect(await db.store.rows(audits, {})).toEqual(
      [1, 2].map(() => ({ action: 'backfill.start', object: ruleId(2) }))
    );
  });

  it('is read up where it was left, after a crash at any write', async () => {
    await past(db.store);
    const detection = testDetection(db.store, first);
    await detection.runOnce();
    const asked = testBackfills(db.store, testDetection(db.store, both), both);
    await asked.ask(ruleId(2), testNowMs - 1, anna);
    for (let crashAt = 1; crashAt < 30; crashAt += 4) {
      let writes = 0;
      const store: Store = {
        ...db.store,
        insert: async (...call) => {
          writes += 1;
          if (writes === crashAt) throw new Error('crash');
          await db.store.insert(...call);
        },
      };
      const crashing = testDetection(store, both);
      await crashing.runOnce().catch(() => undefined);
      await drained(testBackfills(db.store, crashing, both, { store })).catch(() => undefined);
    }
    const last = testDetection(db.store, both);
    await last.runOnce();
    const backfills = testBackfills(db.store, last, both);
    await drained(backfills);
    expect((await backfills.list())[0]?.state).toBe('done');
    expect((await standing(db.store)).map(({ count }) => count)).toEqual([20, 20]);
  });

  it('comes after what arrives now, and reads nothing that live has not read', async () => {
    await past(db.store);
    const detection = testDetection(db.store, first);
    await detection.runOnce();
    const backfills = testBackfills(db.store, detection, both);
    detection.setRules(both);
    await insertEvents(db.store, [testEvent('sudo', 300)]);
    const asked = await backfills.ask(ruleId(2), testNowMs - 1, anna);
    expect(asked.rowsLeft).toBe('40');
    const status = detection.status();
    if (status === undefined) throw new Error('not the writer');
    const busy = testBackfills(db.store, { ...detection, status: () => ({ ...status, waitingRows: 1 }) }, both);
    expect(await busy.step()).toBe(0);
    expect(await drained(backfills)).toBe(5);
    await detection.runOnce();
    expect((await standing(db.store)).map(({ count }) => count)).toEqual([20, 21]);
  });

  it('is as long as was asked: nothing that arrived before', async () => {
    await past(db.store);
    const detection = testDetection(db.store, first);
    await detection.runOnce();
    const backfills = testBackfills(db.store, detection, both);
    const asked = await backfills.ask(ruleId(2), Date.now() + 3_600_000, anna);
    expect(asked.rowsLeft).toBe('0');
    expect(await drained(backfills)).toBe(0);
    expect((await standing(db.store)).map(({ rule_id }) => rule_id)).toEqual([ruleId(1)]);
  });
});

describe('a backfill', () => {
  it('of a correlation reads the rules that it is about, which raise nothing', async () => {
    await past(db.store);
    const yaml = `${singleRule(1, 'login')}
title: Burst
id: ${ruleId(6)}
level: high
correlation: { type: event_count, rules: [rule_1], group-by: [src_ip], timespan: 1m, condition: { gte: 4 } }
`;
    const rules = rulesOf(yaml);
    const detection = testDetection(db.store, rulesOf(singleRule(9, 'nothing')));
    await detection.runOnce();
    detection.setRules(rules);
    const backfills = testBackfills(db.store, detection, rules);
    await backfills.ask(ruleId(6), testNowMs - 1, anna);
    await drained(backfills);
    const found = await standing(db.store);
    expect(new Set(found.map(({ rule_id }) => rule_id))).toEqual(new Set([ruleId(6)]));

    const control = await testDatabase();
    databases.push(control);
    await control.store.execute('test.copy', `INSERT INTO event SELECT * FROM ${db.store.database}.event`);
    await testDetection(control.store, rules).runOnce();
    expect(found).toEqual((await standing(control.store)).filter(({ rule_id }) => rule_id === ruleId(6)));
  });

  it('can be cancelled: what was found stays, nothing more is read', async () => {
    await past(db.store);
    const detection = testDetection(db.store, first);
    await detection.runOnce();
    const backfills = testBackfills(db.store, detection, both);
    const { backfillId } = await backfills.ask(ruleId(2), testNowMs - 1, anna);
    await backfills.step();
    expect(await backfills.cancel(backfillId, anna)).toMatchObject({ state: 'cancelled', rowsRead: '8' });
    expect(await drained(backfills)).toBe(0);
    expect((await standing(db.store)).map(({ count }) => count)).toEqual([20, 4]);
    await expect(backfills.cancel('no-such', anna)).rejects.toMatchObject({ code: 'backfill.not_found' });
    await expect(backfills.ask(ruleId(99), 0, anna)).rejects.toMatchObject({ code: 'rule.not_found' });
  });
});
