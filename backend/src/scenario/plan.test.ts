import { describe, expect, it } from 'vitest';
import { playbook } from '@loglake/contract/scenario';
import { eventBaseMs, planDurationMs, planOf, seededRandom } from './plan.ts';

const demo = playbook.parse({
  id: 'demo',
  title: 'Demo',
  description: 'A demo.',
  jitter: '500ms',
  steps: [
    { at: '10s', host: 'a', program: 'p', line: 'last' },
    { at: '0s', host: 'a', program: 'p', line: 'try {n} of {n}', repeat: 3, every: '2s' },
  ],
  expect: [{ rule: 'r' }],
});

describe('plan', () => {
  it('writes repeats out, in the order of time', () => {
    const still = planOf({ ...demo, jitter: '0ms' }, 1);
    expect(still.map((line) => [line.offsetMs, line.message])).toEqual([
      [0, 'try 1 of 1'],
      [2000, 'try 2 of 2'],
      [4000, 'try 3 of 3'],
      [10_000, 'last'],
    ]);
    expect(planDurationMs(still)).toBe(10_000);
  });

  it('is the same for one seed, another for another, and never earlier than written', () => {
    expect(planOf(demo, 7)).toEqual(planOf(demo, 7));
    expect(planOf(demo, 7)).not.toEqual(planOf(demo, 8));
    for (const line of planOf(demo, 7)) expect(line.offsetMs % 2000).toBeLessThan(500);
  });

  it('draws evenly', () => {
    const random = seededRandom(1);
    const drawn = Array.from({ length: 10_000 }, random);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(1);
    expect(drawn.reduce((sum, one) => sum + one, 0) / drawn.length).toBeCloseTo(0.5, 1);
  });
});

describe('times of the lines', () => {
  it.each([1, 2, 50, 100])('at %ix end with the moment the last line is sent, none ahead of its sending', (speed) => {
    const base = eventBaseMs(1_000_000, 10_000, speed);
    expect(base + 10_000).toBe(1_000_000 + 10_000 / speed);
    for (const offset of [0, 2500, 10_000]) expect(base + offset).toBeLessThanOrEqual(1_000_000 + offset / speed);
  });

  it('slower than 1x count from the start, so that none lies ahead of the clock', () => {
    expect(eventBaseMs(1_000_000, 10_000, 0.1)).toBe(1_000_000);
  });
});
