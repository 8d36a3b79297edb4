import { expect, it } from 'vitest';
import { runSchedule, type Verdict } from '../../../testing/model/schedule.ts';
import type { Faults } from '../../../testing/model/model-store.ts';

/**
 * Detection, ledger, lease and findings as they are, over a model of the store (backend/testing/model): several processes,
 * killed, asleep and overtaken at any step, answers that get lost, inserts that commit in another order than their numbers,
 * merges and compaction. `npm run bench:schedules` runs thousands.
 */
const schedules = 250;

it('live findings equal one offline evaluation over all events, in every schedule; cursors miss rows in the same ones', async () => {
  const verdicts: Verdict[] = [];
  for (let seed = 1; seed <= schedules; seed += 1) {
    const verdict = await runSchedule({ seed });
    expect(verdict.wrong, `seed ${seed}`).toEqual([]);
    verdicts.push(verdict);
  }
  const sum = (of: (verdict: Verdict) => number): number => verdicts.reduce((total, one) => total + of(one), 0);
  // The schedules must have been hard enough to mean something.
  expect(sum(({ findings }) => findings)).toBeGreaterThan(schedules);
  expect(sum(({ seen }) => seen.kills)).toBeGreaterThan(schedules / 2);
  expect(sum(({ seen }) => seen.sleeps)).toBeGreaterThan(schedules);
  expect(sum(({ seen }) => seen.lateBlocks)).toBeGreaterThan(schedules / 2);
  expect(sum(({ takenOver }) => takenOver)).toBeGreaterThan(schedules / 10);
  // Controls: what remembers a time, or the highest block number, leaves rows out.
  expect(verdicts.filter(({ missedByTime }) => missedByTime > 0).length).toBeGreaterThan(schedules / 4);
  expect(verdicts.filter(({ missedByHeight }) => missedByHeight > 0).length).toBeGreaterThan(schedules / 8);
}, 300_000);

/** The first seed whose schedule goes wrong with that fault. */
async function firstWrong(faults: Faults, seedsMax: number): Promise<number | undefined> {
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    if ((await runSchedule({ seed, faults })).wrong.length > 0) return seed;
  }
  return undefined;
}

it('goes wrong without the doors: a process that wakes up late writes (the control)', async () => {
  expect(await firstWrong({ noDoors: true }, 300)).toBeDefined();
}, 300_000);

it('goes wrong when a new writer does not wait for what the one before has begun (the control)', async () => {
  expect(await firstWrong({ noSettling: true }, 2000)).toBeDefined();
}, 300_000);

it('is the same for the same seed', async () => {
  expect(await runSchedule({ seed: 7 })).toEqual(await runSchedule({ seed: 7 }));
});
