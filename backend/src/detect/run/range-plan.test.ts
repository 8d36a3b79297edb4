import { describe, expect, it } from 'vitest';
import { createGapNotes } from './gap.ts';
import type { ClaimedRange } from './ledger.ts';
import { type Failure, failedAgain, failureKey, planOf } from './range-plan.ts';

const range = (lo: number, rowsGuess: number, more: Partial<ClaimedRange> = {}): ClaimedRange => ({
  ...{ stream: 's', partition: 'p', lo, hi: lo, gen: lo, owner: 'me', rowsGuess, parts: [], readHi: lo, takenAt: '' },
  ...{ again: false, takesOver: [], ...more },
});
const ten = Array.from({ length: 10 }, (_, at) => range(at + 1, 10));
const los = (ranges: readonly ClaimedRange[]): number[] => ranges.map(({ lo }) => lo);
const none = new Map<string, Failure>();
const budget = { lookRowsMax: 40, backlogRowsMax: Infinity };

describe('what one look reads', () => {
  it('is everything, in order, as long as one look takes it', () => {
    const plan = planOf(ten, none, { lookRowsMax: 100, backlogRowsMax: 0 }, 0);
    expect([los(plan.now), los(plan.later)]).toEqual([los(ten), []]);
  });

  it('is the newest and the oldest by halves when there is more', () => {
    const plan = planOf(ten, none, budget, 0);
    expect([los(plan.now), los(plan.later)]).toEqual([
      [9, 10, 1, 2],
      [3, 4, 5, 6, 7, 8],
    ]);
  });

  it('is the newest alone while the backlog has used up its rate', () => {
    expect(los(planOf(ten, none, { lookRowsMax: 40, backlogRowsMax: 0 }, 0).now)).toEqual([9, 10]);
    expect(los(planOf(ten, none, { lookRowsMax: 40, backlogRowsMax: 5 }, 0).now)).toEqual([9, 10, 1]);
  });

  it('is one range at least, however large', () => {
    const large = [range(1, 1000), range(2, 1000), range(3, 1000)];
    expect(los(planOf(large, none, budget, 0).now)).toEqual([3, 1]);
  });

  it('begins with what was claimed before, and takes all of that', () => {
    const left = [range(4, 10, { again: true }), range(5, 10, { takesOver: [3] })];
    expect(los(planOf([...left, ...ten.slice(5)], none, { lookRowsMax: 20, backlogRowsMax: 0 }, 0).now)).toEqual([4, 5, 10]); // prettier-ignore
  });

  it('gives generations out in the order of reading, and leaves those of claims alone', () => {
    const plan = planOf([range(1, 10, { again: true, gen: 1 }), ...ten.slice(1)], none, budget, 0);
    expect(plan.now.map(({ lo, gen }) => [lo, gen])).toEqual([[1, 1], [9, 2], [10, 3], [2, 9], [3, 10]]); // prettier-ignore
  });

  it('leaves out a range that failed until its time has come; the pause doubles up to five minutes', () => {
    const failed = range(1, 10, { again: true });
    let failure = failedAgain(undefined, failed, 'broken', 1000);
    expect(failure).toMatchObject({ attempts: 1, sinceMs: 1000, nextTryMs: 6000 });
    const failures = new Map([[failureKey(failed), failure]]);
    expect(los(planOf(ten, failures, budget, 5999).now)).not.toContain(1);
    expect(los(planOf(ten, failures, budget, 6000).now)).toContain(1);
    for (let times = 0; times < 10; times += 1) failure = failedAgain(failure, failed, 'broken', 10_000);
    expect(failure).toMatchObject({ attempts: 11, sinceMs: 1000, nextTryMs: 310_000 });
  });
});

describe('gaps', () => {
  it('say why rows were not read in their time, and end when nothing waits', () => {
    const notes = createGapNotes(() => 9000);
    expect(notes.gaps({ now: ten, later: [] }, none)).toEqual([]);
    notes.silenceEnded('service_down', 1000, [range(2, 10)]);
    notes.silenceEnded('store_unavailable', 2000, [range(4, 10)]);
    const failure = failedAgain(undefined, range(6, 10), 'broken', 3000);
    const gaps = notes.gaps({ now: ten.slice(0, 8), later: ten.slice(8) }, new Map([['x', failure]]));
    expect(gaps.map(({ lo, cause, sinceMs }) => [lo, cause, sinceMs])).toEqual([
      [6, 'range_failed', 3000],
      [1, 'service_down', 1000],
      [2, 'service_down', 1000],
      [3, 'store_unavailable', 2000],
      [4, 'store_unavailable', 2000],
      [9, 'backlog', 9000],
      [10, 'backlog', 9000],
    ]);
    expect(gaps[0]).toMatchObject({ detail: 'broken', attempts: 1, nextTryMs: 8000 });
    expect(notes.gaps({ now: [], later: [] }, none)).toEqual([]);
    expect(notes.gaps({ now: ten, later: [] }, none)).toEqual([]);
  });
});
