import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import type { Store } from '../../store/store.ts';
import {
  emptyDetection,
  insertEvents,
  liveFindings,
  ruleId,
  rulesOf,
  singleRule,
  testDetection,
  testEvent,
} from './fixture.ts';

/** A crash between any two writes of a range only means that the range is done again. */

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const rules = rulesOf(`${singleRule(1, 'login_failed')}
title: Burst
id: ${ruleId(2)}
level: high
correlation: { type: event_count, rules: [rule_1], generate: true, group-by: [src_ip], timespan: 5m, condition: { gte: 3 } }
`);

/** The same store, that ends the process (here: throws) as soon as the n-th write is stored. */
function crashing(store: Store, at: number): { store: Store; writes: () => number } {
  let writes = 0;
  const counted =
    <A extends unknown[]>(write: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      writes += 1;
      const now = writes === at;
      await write(...args);
      if (now) throw new Error('crash');
    };
  return {
    store: { ...store, insert: counted(store.insert.bind(store)), execute: counted(store.execute.bind(store)) },
    writes: () => writes,
  };
}

const outcome = async (): Promise<unknown> =>
  (await liveFindings(db.store)).map(({ rule_id, count, late_count, first_ms, last_ms, event_ids, rev }) => [
    rule_id, count, late_count, first_ms, last_ms, event_ids.length, rev,
  ]); // prettier-ignore

const first = [0, 10, 20].map((at) => testEvent('login_failed', at));
const second = [...[5, 300, 590].map((at) => testEvent('login_failed', at)), testEvent('other', 1)];

/** Two ranges, the second with a late event; `crashed` reads the second one first and does not come to its end. */
async function run(crashed?: Store): Promise<unknown> {
  await emptyDetection(db.store);
  await insertEvents(db.store, first);
  await testDetection(db.store, rules).runOnce();
  await insertEvents(db.store, second);
  if (crashed !== undefined) {
    await expect(testDetection(crashed, rules).runOnce()).rejects.toThrow('crash');
    // More arrives before the service is back: the open range must keep its bounds.
    await insertEvents(db.store, [testEvent('other', 2)]);
  }
  const after = testDetection(db.store, rules);
  await after.runOnce();
  expect(await after.runOnce()).toMatchObject({ rows: 0 });
  return outcome();
}

const sums = async () =>
  db.store.compiled('test.sums', {
    sql: `SELECT sum(rows_read) AS rows, sum(matches) AS matches FROM rule_run WHERE rule_id = ''`, params: {},
  }, z.object({ rows: z.string(), matches: z.string() }), { timeoutMs: 5000, rowsMax: 1 }); // prettier-ignore

describe('a crash', () => {
  it('at any write leaves the same findings, counts and ledger as none', async () => {
    const expected = await run();
    expect(expected).toEqual([
      [ruleId(1), 6, 1, first[0]?.tsMs, second[2]?.tsMs, 6, 2],
      // Fires at 10, 20 and 300 s, each time with three or more in the five minutes before.
      [ruleId(2), 3, 1, first[0]?.tsMs, second[1]?.tsMs, 5, 2],
    ]);
    const unharmed = crashing(db.store, 0);
    await emptyDetection(db.store);
    await insertEvents(db.store, first);
    await testDetection(db.store, rules).runOnce();
    await insertEvents(db.store, second);
    await testDetection(unharmed.store, rules).runOnce();
    // Rule set, claim, matches twice (by time, by group), contributions, findings of the rule and of the correlation, rule runs, done.
    expect(unharmed.writes()).toBe(9);
    for (let at = 1; at <= 9; at += 1) {
      expect(await run(crashing(db.store, at).store), `after write ${at}`).toEqual(expected);
      expect(await sums(), `after write ${at}`).toEqual([{ rows: '8', matches: '6' }]);
    }
  }, 300_000);

  it('with new rules on the way back leaves nothing of the old ones half done', async () => {
    await emptyDetection(db.store);
    await insertEvents(db.store, [...first, ...second]);
    // Contributions are stored, findings are not.
    const crashed = crashing(db.store, 5);
    await expect(testDetection(crashed.store, rules).runOnce()).rejects.toThrow('crash');
    expect(await liveFindings(db.store)).toEqual([]);
    await testDetection(db.store, rulesOf(singleRule(1, 'other'))).runOnce();
    expect((await liveFindings(db.store)).map(({ rule_id, count }) => [rule_id, count])).toEqual([[ruleId(1), 1]]);
  });

  it('of the ledger itself: a rescan makes the same findings again, none twice', async () => {
    const before = await run();
    for (const table of ['ledger_done', 'ledger_claim']) await db.store.execute('test.lose', `TRUNCATE TABLE ${table}`);
    await testDetection(db.store, rules, { rangeRowsMax: 2 }).runOnce();
    const counts = (rows: unknown): unknown =>
      (rows as number[][]).map((row) => [row[0], row[1], row[3], row[4], row[5]]);
    expect(counts(await outcome())).toEqual(counts(before));
  });
});
