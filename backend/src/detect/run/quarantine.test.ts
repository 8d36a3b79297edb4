import { describe, expect, it, vi } from 'vitest';
import { type RuleBudget, createQuarantine } from './quarantine.ts';

const budget: RuleBudget = { burstMs: 1000, perSecondMs: 100, perRowUs: 20, errorsMax: 3 };
const slow = { id: 'slow', hash: 'h1' };

function started() {
  const time = { ms: 0 };
  const onHold = vi.fn();
  return { time, onHold, quarantine: createQuarantine({ clock: () => time.ms, onHold, budget }) };
}

describe('quarantine', () => {
  it('holds a rule that uses more than its burst, once, with the reason', () => {
    const { quarantine, onHold } = started();
    expect(quarantine.any).toBe(false);
    expect(quarantine.spent(slow, 900)).toBe(false);
    expect(quarantine.spent(slow, 200)).toBe(true);
    expect(quarantine.heldAs(slow)?.reason).toContain('it is too slow: it used 1.1 s');
    expect(onHold).toHaveBeenCalledTimes(1);
    expect(quarantine.list()).toHaveLength(1);
  });

  it('lets a rule use its share for ever, by time and by rows', () => {
    const { quarantine, time } = started();
    for (let second = 0; second < 100; second += 1) {
      time.ms += 1000;
      expect(quarantine.spent(slow, 99)).toBe(false);
    }
    for (let range = 0; range < 100; range += 1) {
      quarantine.rowsRead(100_000);
      expect(quarantine.spent(slow, 1000)).toBe(false);
    }
    // The control: the same without rows.
    expect(quarantine.spent(slow, 1000)).toBe(true);
  });

  it('holds a rule that fails too often, whatever the time between', () => {
    const { quarantine } = started();
    expect([1, 2, 3].map(() => quarantine.failed(slow, 'no such thing'))).toEqual([false, false, true]);
    expect(quarantine.heldAs(slow)?.reason).toBe('it failed on 3 rows: no such thing');
  });

  it('is free again when the rule changed, or when it is released', () => {
    const { quarantine } = started();
    quarantine.spent(slow, 2000);
    expect(quarantine.heldAs({ ...slow, hash: 'h2' })).toBeUndefined();
    expect(quarantine.heldAs(slow)).toBeDefined();
    quarantine.release('slow');
    expect(quarantine.heldAs(slow)).toBeUndefined();
    expect(quarantine.spent(slow, 900)).toBe(false);
  });

  it('follows the store, but does not forget what it has not stored yet', () => {
    const { quarantine } = started();
    quarantine.spent(slow, 2000);
    quarantine.restore([]);
    expect(quarantine.heldAs(slow)).toBeDefined();
    const stored = { ruleId: 'slow', ruleHash: 'h1', reason: 'too slow', sinceMs: 5 };
    quarantine.restore([stored]);
    expect(quarantine.heldAs(slow)).toEqual(stored);
    quarantine.restore([]);
    expect(quarantine.heldAs(slow)).toBeUndefined();
  });
});
