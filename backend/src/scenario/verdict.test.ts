import { describe, expect, it } from 'vitest';
import { playbook } from '@loglake/contract/scenario';
import type { RunFinding } from '../store/scenario-finding.ts';
import { verdictOf } from './verdict.ts';

const demo = playbook.parse({
  id: 'demo',
  title: 'Demo',
  description: 'A demo.',
  steps: [{ at: '0s', host: 'a', program: 'p', line: 'x' }],
  expect: [
    { rule: 'r1', group: { src_ip: '192.0.2.1' }, within: '5s' },
    { rule: 'r2', within: '5s' },
  ],
});
const found = (findingId: string, ruleId: string, change: Partial<RunFinding> = {}): RunFinding => ({
  findingId,
  ruleId,
  title: `Title ${ruleId}`,
  group: { src_ip: '192.0.2.1', host: 'web1' },
  firstCompletedMs: 1000,
  firstStoredMs: 3000,
  ...change,
});
const judge = (findings: RunFinding[]) => verdictOf(demo, findings, (rule) => `Rule ${rule}`);

describe('verdict', () => {
  it('passes when every expected finding fired in time, and says how long each took', () => {
    const verdict = judge([found('a', 'r1'), found('b', 'r2')]);
    expect(verdict.passed).toBe(true);
    expect(verdict.expected.map((entry) => [entry.findingId, entry.latencyMs, entry.onTime])).toEqual([
      ['a', 2000, true],
      ['b', 2000, true],
    ]);
    expect(verdict.unexpected).toEqual([]);
  });

  it('fails when one did not fire, naming it', () => {
    const verdict = judge([found('a', 'r1')]);
    expect(verdict.passed).toBe(false);
    expect(verdict.expected[1]).toMatchObject({ title: 'Rule r2', fired: false, latencyMs: null, onTime: false });
  });

  it('fails when one came too late', () => {
    const verdict = judge([found('a', 'r1', { firstStoredMs: 6001 }), found('b', 'r2')]);
    expect(verdict).toMatchObject({ passed: false, expected: [{ fired: true, latencyMs: 5001, onTime: false }, {}] });
  });

  it('takes a finding of another group as unexpected, not as the expected one', () => {
    const other = found('c', 'r1', { group: { src_ip: '192.0.2.9' } });
    const missing = found('d', 'r1', { group: { src_ip: null } });
    const verdict = judge([other, missing, found('b', 'r2')]);
    expect(verdict.expected[0]?.fired).toBe(false);
    expect(verdict.unexpected.map((one) => one.findingId)).toEqual(['c', 'd']);
  });

  it('takes the earliest of several, and tells the rest', () => {
    const verdict = judge([found('late', 'r1', { firstStoredMs: 4000 }), found('early', 'r1'), found('b', 'r2')]);
    expect(verdict.expected[0]?.findingId).toBe('early');
    expect(verdict.unexpected.map((one) => one.findingId)).toEqual(['late']);
  });
});
