import { expect, it } from 'vitest';
import { tagText } from './attack.ts';

it('names techniques and tactics, and leaves what it does not know', () => {
  expect(tagText('attack.t1110.001')).toBe('T1110.001 Brute Force: Password Guessing');
  expect(tagText('attack.credential-access')).toBe('Credential Access');
  expect(tagText('attack.credential_access')).toBe('Credential Access');
  expect(tagText('attack.t9999')).toBe('attack.t9999');
  expect(tagText('cve.2024-1')).toBe('cve.2024-1');
});
