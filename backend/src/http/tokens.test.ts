import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bearerToken, createRoleOf, loadTokens } from './tokens.ts';

const directory = mkdtempSync(path.join(os.tmpdir(), 'loglake-tokens-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('tokens', () => {
  it('are made once, readable by the owner only, and the same at the next start', () => {
    const first = loadTokens(directory, {});
    expect(loadTokens(directory, {})).toEqual(first);
    const file = path.join(directory, 'token-admin');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').trim()).toBe(first.admin);
    expect(first.admin.length).toBeGreaterThanOrEqual(43);
  });

  it('that are given win over files', () => {
    expect(loadTokens(directory, { reader: 'given-reader-token' }).reader).toBe('given-reader-token');
  });

  it('may not be shared by two roles', () => {
    expect(() => loadTokens(directory, { reader: 'same-token-0123456', admin: 'same-token-0123456' })).toThrow(/share/);
  });

  it('give their role, and nothing else does', () => {
    const tokens = loadTokens(directory, {});
    const roleOf = createRoleOf(tokens);
    expect(roleOf(tokens.triager)).toBe('triager');
    expect(roleOf(tokens.triager.slice(1))).toBeNull();
    expect(roleOf('')).toBeNull();
  });

  it('are read from a Bearer header only', () => {
    expect(bearerToken('Bearer abc')).toBe('abc');
    expect(bearerToken('bearer abc==')).toBe('abc==');
    for (const header of [undefined, '', 'Basic abc', 'Bearer', 'Bearer a b', 'Bearer a\n']) {
      expect(bearerToken(header)).toBeNull();
    }
  });
});
