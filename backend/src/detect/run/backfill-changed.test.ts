import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import { defineQuery } from '../../store/query.ts';
import type { Store } from '../../store/store.ts';
import { anna, drained, past, standing, testBackfills } from './backfill-fixture.ts';
import { liveFindings, ruleId, rulesOf, singleRule, testDetection, testNowMs } from './fixture.ts';
import { createQuarantine } from './quarantine.ts';

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

const fourthInsert = defineQuery({
  name: 'test.fourth_insert',
  sql: `SELECT toUnixTimestamp64Milli(toDateTime64(at, 3)) AS ms FROM (SELECT DISTINCT ingested_at AS at FROM event ORDER BY at) LIMIT 3, 1`,
  params: z.object({}),
  row: z.object({ ms: z.coerce.number() }),
  timeoutMs: 5000,
  rowsMax: 1,
});
/** When the fourth of the inserts was made, Unix milliseconds. */
const fourthAt = async (store: Store): Promise<number> => (await store.rows(fourthInsert, {}))[0]?.ms ?? 0;

describe('the past of a changed rule', () => {
  it('is counted by the new version alone', async () => {
    await past(db.store);
    const old = rulesOf(singleRule(1, 'login'));
    const wider = rulesOf(singleRule(1, '[login, sudo]'));
    const detection = testDetection(db.store, old);
    await detection.runOnce();
    expect((await standing(db.store)).map(({ count }) => count)).toEqual([20]);
    const [before] = await liveFindings(db.store);
    detection.setRules(wider);
    const backfills = testBackfills(db.store, detection, wider);
    await backfills.ask(ruleId(1), testNowMs + 1, anna);
    await drained(backfills);
    expect((await standing(db.store)).map(({ count }) => count)).toEqual([40]);
    expect((await liveFindings(db.store))[0]?.finding_id).toBe(before?.finding_id);
  });

  it('is counted once where the beginning cuts a range, and after a change back', async () => {
    const versions = ['login', '[login, sudo]', 'login'].map((action) => rulesOf(singleRule(1, action)));
    const [one = [], two = [], back = []] = versions;
    await past(db.store);
    const detection = testDetection(db.store, one);
    await detection.runOnce();
    // All five inserts were one range; the time asked for begins after the third.
    const cut = await fourthAt(db.store);
    for (const [rules, count] of [
      [two, 40],
      // Ranges are an insert each now: the first three stay as the second version found them.
      [back, 32],
      [two, 40],
    ] as const) {
      detection.setRules(rules);
      const backfills = testBackfills(db.store, detection, rules);
      await backfills.ask(ruleId(1), cut, anna);
      await drained(backfills);
      expect((await standing(db.store)).map((finding) => finding.count)).toEqual([count]);
    }
  });

  it('ends when the rule changes again, is removed, or is held back, and says so', async () => {
    await past(db.store);
    const detection = testDetection(db.store, first);
    await detection.runOnce();
    const backfills = testBackfills(db.store, detection, both);
    const changed = rulesOf(singleRule(1, 'login') + singleRule(2, 'doas'));
    await backfills.ask(ruleId(2), testNowMs - 1, anna);
    expect(await testBackfills(db.store, detection, changed).step()).toBe(0);
    expect((await backfills.list())[0]).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('changed') as string,
    });
    await backfills.ask(ruleId(2), testNowMs - 1, anna);
    expect(await testBackfills(db.store, detection, first).step()).toBe(0);
    expect((await backfills.list())[0]).toMatchObject({ error: 'The rule does not run any more.' });

    const slow = createQuarantine({ clock: () => testNowMs });
    await backfills.ask(ruleId(2), testNowMs - 1, anna);
    const rule = both.find(({ meta }) => meta.id === ruleId(2));
    if (rule === undefined) throw new Error('no rule');
    slow.failed(rule.meta, 'broken', 100);
    expect(await testBackfills(db.store, detection, both, { quarantine: slow }).step()).toBe(0);
    expect((await backfills.list())[0]).toMatchObject({ state: 'failed', error: expect.stringContaining('held back') as string }); // prettier-ignore
  });

  it('of ranges that it was held back in is read when it is free', async () => {
    await past(db.store);
    const held = createQuarantine({ clock: () => testNowMs });
    const rule = both.find(({ meta }) => meta.id === ruleId(2));
    if (rule === undefined) throw new Error('no rule');
    held.failed(rule.meta, 'broken', 100);
    const detection = testDetection(db.store, both, { quarantine: held });
    await detection.runOnce();
    expect((await standing(db.store)).map(({ count }) => count)).toEqual([20]);
    held.release(ruleId(2));
    const backfills = testBackfills(db.store, detection, both, { quarantine: held });
    await backfills.ask(ruleId(2), testNowMs - 1, anna);
    await drained(backfills);
    expect((await standing(db.store)).map(({ count }) => count)).toEqual([20, 20]);
  });
});
