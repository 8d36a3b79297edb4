import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import { ServiceError } from '../../error.ts';
import type { Store } from '../../store/store.ts';
import { insertEvents, liveFindings, rulesOf, singleRule, testDetection, testEvent, testNowMs } from './fixture.ts';

let db: TestDatabase;
beforeEach(async () => {
  db = await testDatabase();
});
afterEach(() => db.drop());

const rules = rulesOf(singleRule(1, 'a'));

/** A store that fails to read ranges while `broken` says so. */
function breaking(store: Store, broken: (params: Record<string, unknown>) => ServiceError | undefined): Store {
  return {
    ...store,
    bytes: (name, statement, limits) => {
      const error = broken(statement.params);
      if (error !== undefined) throw error;
      return store.bytes(name, statement, limits);
    },
  };
}

it('a backlog is read by shares, the newest among the first, until nothing is left', async () => {
  for (let at = 0; at < 8; at += 1) await insertEvents(db.store, [testEvent('a', at * 1000)]);
  const detection = testDetection(db.store, rules, { rangeRowsMax: 1, lookRowsMax: 2 });
  expect(await detection.look()).toMatchObject({ rows: 2 });
  const first = (await liveFindings(db.store)).map(({ first_ms }) => (first_ms - testNowMs) / 1_000_000);
  expect(first.sort()).toEqual([0, 7]);
  expect(detection.gaps().map(({ cause }) => cause)).toEqual(Array.from({ length: 6 }, () => 'service_down'));
  expect(await detection.runOnce()).toMatchObject({ rows: 6 });
  expect(await liveFindings(db.store)).toHaveLength(8);
  expect(detection.gaps()).toEqual([]);
});

it('a range that cannot be read is a gap with its cause; the others are read, and it is tried again after a pause', async () => {
  for (let at = 0; at < 3; at += 1) await insertEvents(db.store, [testEvent('a', at * 1000)]);
  const state = { failing: true, nowMs: testNowMs };
  const seen: unknown[] = [];
  const store = breaking(db.store, ({ lo }) => {
    // The query for rows of attached parts has no bounds.
    if (lo !== undefined && !seen.includes(lo)) seen.push(lo);
    return state.failing && lo !== undefined && seen[1] === lo
      ? new ServiceError('store.query_failed', 'code 241')
      : undefined;
  });
  const detection = testDetection(store, rules, { rangeRowsMax: 1, clock: () => state.nowMs });
  await expect(detection.runOnce()).rejects.toThrow('code 241');
  expect(await liveFindings(db.store)).toHaveLength(2);
  expect(detection.gaps()).toMatchObject([{ lo: seen[1], cause: 'range_failed', detail: 'code 241', attempts: 1 }]);
  expect(detection.health().find(({ name }) => name === 'detection.gaps')).toMatchObject({
    state: 'warning',
    value: 1,
  });
  state.failing = false;
  await detection.runOnce();
  expect(await liveFindings(db.store)).toHaveLength(2);
  state.nowMs += 5000;
  await detection.runOnce();
  expect(await liveFindings(db.store)).toHaveLength(3);
  expect(detection.gaps()).toEqual([]);
  expect(detection.health().find(({ name }) => name === 'detection.gaps')).toMatchObject({ state: 'ok', value: 0 });
});

it('a store that is away ends the look; what arrived meanwhile is read when it is back', async () => {
  const state = { away: true };
  const store = breaking(db.store, () =>
    state.away ? new ServiceError('store.unavailable', 'the store does not answer') : undefined
  );
  for (let at = 0; at < 2; at += 1) await insertEvents(db.store, [testEvent('a', at * 1000)]);
  const detection = testDetection(store, rules, { rangeRowsMax: 1 });
  await expect(detection.runOnce()).rejects.toMatchObject({ code: 'store.unavailable' });
  expect(detection.health()[0]).toMatchObject({ name: 'detection.lag', state: 'failing' });
  state.away = false;
  await detection.runOnce();
  expect(await liveFindings(db.store)).toHaveLength(2);
  expect(detection.gaps()).toEqual([]);
  expect(detection.health()[0]).toMatchObject({ state: 'ok' });
});
