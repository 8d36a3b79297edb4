import { expect, it } from 'vitest';
import { bucketSecondsOf, columnBeside, countTicks, stackColumns, summaryText, timeTicks } from './timeline.ts';

it('stacks low under high, adds up equal ones, drops zeros, sorts by time', () => {
  const columns = stackColumns([
    { at: 20, severity: 'high', count: 2 },
    { at: 20, severity: 'low', count: 3 },
    { at: 10, severity: 'low', count: 1 },
    { at: 20, severity: 'high', count: 1 },
    { at: 30, severity: 'medium', count: 0 },
  ]);
  expect(columns).toEqual([
    { at: 10, total: 1, parts: [{ severity: 'low', count: 1, below: 0 }] },
    {
      at: 20,
      total: 6,
      parts: [
        { severity: 'low', count: 3, below: 0 },
        { severity: 'high', count: 3, below: 3 },
      ],
    },
  ]);
});

it.each([
  [0, [0, 1]],
  [1, [0, 1]],
  [4, [0, 1, 2, 3, 4]],
  [7, [0, 2, 4, 6, 8]],
  [100, [0, 50, 100]],
])('the axis to %i is whole and reaches it', (max, ticks) => {
  expect(countTicks(max)).toEqual(ticks);
});

it('takes the finest bucket that keeps the picture readable', () => {
  expect(bucketSecondsOf(3_600_000)).toBe(60);
  expect(bucketSecondsOf(24 * 3_600_000)).toBe(1800);
  expect(bucketSecondsOf(7 * 86_400_000)).toBe(21_600);
  expect(bucketSecondsOf(30 * 86_400_000)).toBe(43_200);
});

it('marks round times inside the period, no more than asked for', () => {
  const hour = 3_600_000;
  const at = (h: number) => Date.UTC(2026, 10, 21, 0, 20) + h * hour;
  const ticks = timeTicks({ from: at(0), to: at(24), bucketMs: 1_800_000 }, 6);
  expect(ticks.map((tick) => new Date(tick).toISOString().slice(11, 16))).toEqual(['06:00', '12:00', '18:00', '00:00']);
  for (const hours of [1, 5, 24, 24 * 7, 24 * 30, 24 * 400]) {
    const some = timeTicks({ from: at(0), to: at(hours), bucketMs: 60_000 }, 8);
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(10);
  }
});

it('sums the picture up, highest severity first', () => {
  const one = { at: 1, severity: 'high', count: 1 } as const;
  expect(summaryText([])).toBe('0 findings');
  expect(summaryText([one])).toBe('1 finding: 1 high');
  expect(summaryText([one, { ...one, at: 2 }, { at: 1, severity: 'critical', count: 3 }])).toBe(
    '5 findings: 3 critical, 2 high'
  );
});

it('moves from column to column with the arrow keys, and stays at the ends', () => {
  const columns = ['a', 'b', 'c'];
  expect(columnBeside(columns, null, 'ArrowRight')).toBe('a');
  expect(columnBeside(columns, null, 'ArrowLeft')).toBe('c');
  expect(columnBeside(columns, 'a', 'ArrowRight')).toBe('b');
  expect(columnBeside(columns, 'c', 'ArrowRight')).toBe('c');
  expect(columnBeside(columns, 'a', 'ArrowLeft')).toBe('a');
  expect(columnBeside(columns, 'a', 'End')).toBe('c');
  expect(columnBeside([], null, 'Home')).toBeNull();
  expect(columnBeside(columns, 'a', 'Enter')).toBeNull();
});
