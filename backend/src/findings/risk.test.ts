import { describe, expect, it } from 'vitest';
import { severities } from '@loglake/contract/scalar';
import { riskOf } from './risk.ts';

describe('riskOf', () => {
  it('starts at the base of the level and stays within 0 to 100', () => {
    expect(severities.map((level) => riskOf(level, 1, 0))).toEqual([5, 20, 40, 65, 85]);
    expect(riskOf('critical', Number.MAX_SAFE_INTEGER, 10_000)).toBe(100);
  });

  it('grows with repetition and spread, but never past the next level', () => {
    expect(riskOf('medium', 8, 3)).toBe(48);
    severities.slice(1).forEach((level, index) => {
      const below = severities[index] ?? 'informational';
      expect(riskOf(below, 1_000_000, 1000)).toBeLessThanOrEqual(riskOf(level, 1, 1));
    });
  });

  it('takes nothing off for a count of zero', () => {
    expect(riskOf('low', 0, 0)).toBe(20);
  });
});
