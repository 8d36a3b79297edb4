import { silentLog } from '../../log.ts';
import type { Store } from '../../store/store.ts';
import type { DetectionRule } from '../rule.ts';
import { type BackfillOptions, createBackfills } from './backfills.ts';
import { insertEvents, liveFindings, testEvent, testNowMs } from './fixture.ts';
import { createQuarantine } from './quarantine.ts';

/** Tests only: who asks. */
export const anna = { name: 'anna', role: 'admin' };

/** Tests only: backfills in ranges of four rows, at no limit. */
export function testBackfills(
  store: Store,
  detection: BackfillOptions['detection'],
  rules: readonly DetectionRule[],
  more: Partial<BackfillOptions> = {}
) {
  return createBackfills({
    store,
    detection,
    quarantine: createQuarantine({ clock: () => testNowMs }),
    running: () => rules,
    clock: () => Date.now(),
    log: silentLog,
    onFinding: () => undefined,
    rowsPerS: 1_000_000,
    eventDays: 36_500,
    intervalMs: 1,
    rangeRowsMax: 4,
    ...more,
  });
}

/** Tests only: steps until nothing is left to do; gives how many ranges were read. */
export async function drained(backfills: ReturnType<typeof createBackfills>): Promise<number> {
  let ranges = 0;
  while ((await backfills.step()) > 0) ranges += 1;
  return ranges;
}

/** Tests only: five inserts, four sudo and four login each, a minute apart: one episode of either rule. */
export async function past(store: Store): Promise<void> {
  for (let insert = 0; insert < 5; insert += 1) {
    const at = (n: number): number => insert * 60 + n;
    await insertEvents(
      store,
      [0, 1, 2, 3].flatMap((n) => [testEvent('sudo', at(n)), testEvent('login', at(n))])
    );
  }
}
/** Tests only: what stands, but for what depends on when it was found. */
export const standing = async (store: Store) =>
  (await liveFindings(store)).map(({ rule_id, count, first_ms, last_ms, event_ids, group_values }) => ({
    rule_id, count, first_ms, last_ms, event_ids, group_values,
  })); // prettier-ignore
