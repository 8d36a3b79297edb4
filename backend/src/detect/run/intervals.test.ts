import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Interval, type Part, clip, normalise, subtract, todo } from './intervals.ts';

const blocks = (intervals: readonly Interval[]): number[] =>
  [
    ...new Set(intervals.flatMap(({ lo, hi }) => Array.from({ length: Math.max(0, hi - lo + 1) }, (_, at) => lo + at))),
  ].sort((a, b) => a - b);
const drawn = fc.array(fc.tuple(fc.nat(60), fc.integer({ min: -2, max: 12 })), { maxLength: 15 });
const intervals = drawn.map((pairs) => pairs.map(([lo, length]) => ({ lo, hi: lo + length })));
const isTidy = (list: readonly Interval[]): boolean =>
  list.every(({ lo, hi }, at) => lo <= hi && (at === 0 || lo > (list[at - 1]?.hi ?? -Infinity) + 1));

/** Parts of a partition as the engine has them: disjoint, with holes, in any order. */
const parts = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 8 }), fc.nat(500)), { maxLength: 10 })
  .map((drawnParts) => {
    let next = 0;
    return drawnParts.map(([hole, length, rows]): Part => {
      const lo = next + hole;
      next = lo + length - 1;
      return { name: `p_${lo}_${next}_0`, lo, hi: next, rows };
    });
  });

describe('intervals', () => {
  it('normalise keeps the same blocks, sorted, disjoint and apart', () => {
    fc.assert(
      fc.property(intervals, (list) => {
        expect(blocks(normalise(list))).toEqual(blocks(list));
        expect(isTidy(normalise(list))).toBe(true);
      }),
      { seed: 1 }
    );
  });

  it('subtract is the difference of the sets of blocks', () => {
    fc.assert(
      fc.property(intervals, intervals, (from, minus) => {
        const gone = new Set(blocks(minus));
        expect(blocks(subtract(from, minus))).toEqual(blocks(from).filter((block) => !gone.has(block)));
        expect(isTidy(subtract(from, minus))).toBe(true);
      }),
      { seed: 2 }
    );
  });

  it('todo reads every unread block of the parts once and no other, in ranges that do not overlap', () => {
    fc.assert(
      fc.property(parts, intervals, fc.integer({ min: 1, max: 900 }), (list, read, rowsMax) => {
        const chunks = todo([...list].reverse(), read, rowsMax);
        const gone = new Set(blocks(read));
        expect(chunks.flatMap((chunk) => blocks([chunk]))).toEqual(blocks(list).filter((block) => !gone.has(block)));
      }),
      { seed: 3, numRuns: 500 }
    );
  });

  it('todo never makes a range of several blocks larger than the cap', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 900 }), (list, rowsMax) => {
        for (const chunk of todo(list, [], rowsMax)) {
          if (chunk.hi > chunk.lo) expect(chunk.rows).toBeLessThanOrEqual(rowsMax + 1);
        }
      }),
      { seed: 4 }
    );
  });

  it('todo names a part exactly once when none of it was read, with its last block, and else never', () => {
    fc.assert(
      fc.property(parts, intervals, fc.integer({ min: 1, max: 900 }), (list, read, rowsMax) => {
        const gone = new Set(blocks(read));
        const chunks = todo(list, read, rowsMax);
        for (const part of list) {
          const naming = chunks.filter((chunk) => chunk.parts.includes(part.name));
          const untouched = blocks([part]).every((block) => !gone.has(block));
          expect(naming).toHaveLength(untouched ? 1 : 0);
          if (untouched) expect(naming[0]?.lo).toBeLessThanOrEqual(part.hi);
          if (untouched) expect(naming[0]?.hi).toBeGreaterThanOrEqual(part.hi);
        }
      }),
      { seed: 5, numRuns: 300 }
    );
  });

  it('leaves the gap between parts alone: a block that commits late shows up in a later list', () => {
    const list: Part[] = [
      { name: 'a', lo: 1, hi: 3, rows: 3 },
      { name: 'b', lo: 5, hi: 6, rows: 2 },
    ];
    expect(todo(list, [], 100).map(({ lo, hi }) => [lo, hi])).toEqual([
      [1, 3],
      [5, 6],
    ]);
    const late: Part = { name: 'c', lo: 4, hi: 4, rows: 1 };
    expect(todo([...list, late], [{ lo: 1, hi: 3 }, { lo: 5, hi: 6 }], 100)).toEqual([
      { lo: 4, hi: 4, rows: 1, parts: ['c'] },
    ]); // prettier-ignore
  });
});

describe('clip', () => {
  const range = { lo: 5, hi: 9, at: '2026-11-21T08:00:00.000001Z' };

  it('cuts ranges taken before a reset and leaves later ones', () => {
    expect(clip(range, [{ above: 6, at: '2026-11-21T08:00:00.000002Z' }])).toEqual({ lo: 5, hi: 6 });
    expect(clip(range, [{ above: 6, at: '2026-11-21T08:00:00.000000Z' }])).toEqual({ lo: 5, hi: 9 });
  });

  it('takes the lowest of several resets, and leaves nothing of a range that lies above', () => {
    const resets = [8, 3, 7].map((above) => ({ above, at: '2026-11-21T09:00:00.000000Z' }));
    expect(normalise([clip(range, resets)])).toEqual([]);
  });
});
