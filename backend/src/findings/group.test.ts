import { describe, expect, it } from 'vitest';
import { groupKey } from './group.ts';

const key = groupKey('r1', '', { host: 'web', user: null });

describe('groupKey', () => {
  it('is 32 hex digits and does not depend on the order of the names', () => {
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(groupKey('r1', '', { user: null, host: 'web' })).toBe(key);
  });

  const others: Record<string, string> = {
    'another rule': groupKey('r2', '', { host: 'web', user: null }),
    'a scenario run': groupKey('r1', 'run', { host: 'web', user: null }),
    'an empty text for a missing value': groupKey('r1', '', { host: 'web', user: '' }),
    'the text "null" for a missing value': groupKey('r1', '', { host: 'web', user: 'null' }),
    'a value under another name': groupKey('r1', '', { host: null, user: 'web' }),
    'a name left out': groupKey('r1', '', { host: 'web' }),
    'values that only look alike when joined': groupKey('r1', '', { 'host,user': 'web,' }),
  };
  for (const [what, other] of Object.entries(others)) {
    it(`differs for ${what}`, () => expect(other).not.toBe(key));
  }
});
