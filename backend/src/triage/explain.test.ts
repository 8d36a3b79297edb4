import { describe, expect, it } from 'vitest';
import type { Finding } from '@loglake/contract/finding';
import { explain, spokenDuration } from './explain.ts';

const finding: Finding = {
  findingId: 'f', revision: 1, version: 0, ruleId: 'r', ruleHash: 'h', title: 'T', severity: 'high', risk: 50,
  state: 'new', closeReason: null, assignee: null, group: {}, groupKey: 'g', hosts: ['web1'], users: [],
  srcIps: ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5'], dstIps: [], tags: [], count: '12',
  lateCount: '0', firstSeen: '2026-11-21T08:00:00.000Z', lastSeen: '2026-11-21T08:04:10.000Z',
  createdAt: '2026-11-21T08:05:00.000Z', updatedAt: '2026-11-21T08:05:00.000Z', runId: '', supersededBy: null,
}; // prettier-ignore

describe('explanation', () => {
  it('says how often, in which time, where and from where', () => {
    expect(explain(finding, 'single')).toBe(
      'This rule matched 12 times within 4 minutes 10 seconds, on web1, from 192.0.2.1, 192.0.2.2, 192.0.2.3 and 2 more.'
    );
  });

  it('says once for one match, and names no time', () => {
    expect(explain({ ...finding, count: '1', hosts: [], srcIps: [] }, null)).toBe('This rule matched once.');
  });

  it('says what came late, and speaks of a pattern for correlations', () => {
    expect(explain({ ...finding, lateCount: '2' }, 'correlation')).toMatch(/^The pattern.* 2 of them arrived late\.$/);
  });

  it.each([
    [0, '1 second'],
    [59_999, '59 seconds'],
    [60_000, '1 minute'],
    [3_661_000, '1 hour 1 minute'],
    [90_000_000, '1 day 1 hour'],
  ])('speaks %i ms as %s', (ms, spoken) => expect(spokenDuration(ms)).toBe(spoken));
});
