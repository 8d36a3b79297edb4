import { expect, it } from 'vitest';
import { isOffered, summariseOutcomes } from './triage-actions.ts';

it('offers what at least one chosen finding can take', () => {
  expect(isOffered('acknowledge', [{ state: 'new' }, { state: 'resolved' }])).toBe(true);
  expect(isOffered('acknowledge', [{ state: 'acknowledged' }])).toBe(false);
  expect(isOffered('reopen', [{ state: 'new' }])).toBe(false);
  expect(isOffered('comment', [{ state: 'false_positive' }])).toBe(true);
  expect(isOffered('comment', [])).toBe(false);
});

it('keeps refusals apart from successes', () => {
  const refused = { outcome: 'refused', findingId: 'a', code: 'finding.not_found', message: 'gone' } as const;
  expect(summariseOutcomes([refused])).toEqual({ done: 0, conflicts: [], refused: [refused] });
});
