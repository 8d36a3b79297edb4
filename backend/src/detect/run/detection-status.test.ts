import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import { ServiceError } from '../../error.ts';
import type { Store } from '../../store/store.ts';
import { insertEvents, rulesOf, singleRule, testDetection, testEvent, testNowMs } from './fixture.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

/** The store, gone whenever a test says so. */
function fragile(store: Store, isAway: () => boolean): Store {
  const gone = (): never => {
    throw new ServiceError('store.unavailable', 'The store does not answer.');
  };
  return { ...store, rows: async (query, params, options) => (isAway() ? gone() : store.rows(query, params, options)) };
}

describe('how far detection has read', () => {
  it('is known while the store is away, counts down what came meanwhile, and ends complete', async () => {
    const time = { ms: testNowMs };
    let away = false;
    let held = true;
    const detection = testDetection(fragile(db.store, () => away), rulesOf(singleRule(1, 'probe')), {
      clock: () => time.ms,
      rangeRowsMax: 10,
      lookRowsMax: 20,
      onRange: () => {
        if (held) away = true;
      },
    }); // prettier-ignore
    await detection.look();
    expect(detection.status()).toMatchObject({ lagMs: 0, waitingRows: 0, lastError: '', gaps: [] });

    away = true;
    time.ms += 60_000;
    await expect(detection.look()).rejects.toThrow('does not answer');
    expect(detection.status()).toMatchObject({ lastError: 'The store does not answer.' });
    expect(detection.status()?.lagMs).toBeGreaterThan(59_000);

    for (let block = 0; block < 8; block += 1) {
      await insertEvents(
        db.store,
        Array.from({ length: 10 }, (_, n) => testEvent('probe', block * 10 + n))
      );
    }
    away = false;
    time.ms += 120_000;
    // Back, and away again after the first range.
    await expect(detection.look()).rejects.toThrow('does not answer');
    const [gap] = detection.status()?.gaps ?? [];
    expect(gap).toMatchObject({ cause: 'store_unavailable', ofRows: '80', until: new Date(testNowMs + 180_000).toISOString() }); // prettier-ignore
    expect(gap?.since).toBe(new Date(testNowMs + 60_000).toISOString());
    expect(Number(gap?.rows)).toBeLessThan(80);
    expect(Number(gap?.rows)).toBeGreaterThan(0);

    away = false;
    held = false;
    await detection.runOnce();
    expect(detection.status()).toMatchObject({ waitingRows: 0, lastError: '', gaps: [] });
  });
});
