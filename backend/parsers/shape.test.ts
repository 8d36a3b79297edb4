import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { accountShapes, loginShapes, sudoShapes, suShapes } from './linux-auth/account.ts';
import { pamProgramShapes, pamShapes } from './linux-auth/pam.ts';
import { sshdConnectionShapes } from './linux-auth/sshd-connection.ts';
import { sshdLoginShapes } from './linux-auth/sshd-login.ts';
import { groupNames, shape, shapeSql, sqlText, type Shape } from './shape.ts';

const all: readonly Shape[] = [
  ...[...pamShapes, ...pamProgramShapes, ...sshdLoginShapes, ...sshdConnectionShapes],
  ...[...sudoShapes, ...suShapes, ...accountShapes, ...loginShapes],
];

describe('shapes', () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/reference/parsers.md', import.meta.url)), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));

  it.each([...new Set(all.map(({ action, outcome }) => `${action} ${outcome}`))])(
    '%s is on the reference page',
    (both) => {
      const [action = '', outcome = ''] = both.split(' ');
      expect(rows.filter((row) => row.includes(`\`${action}\``) && row.includes(outcome))).not.toEqual([]);
    }
  );

  it('begin with what their pattern begins with, so that none is skipped by its first word', () => {
    const literal = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
    const apart = all.filter(({ start, pattern }) => {
      const plain = pattern.replaceAll(/\(\?P<[a-z_]+>|\(\?:/g, '');
      return !plain.startsWith(literal(start.split(' ')[0] ?? ''));
    });
    expect(apart.map(({ pattern }) => pattern)).toEqual([]);
  });

  it('name every group', () => {
    expect(
      all
        .filter(({ pattern }) => /\((?!\?)/.test(pattern.replaceAll(/\\.|\[[^\]]*\]/g, '')))
        .map(({ pattern }) => pattern)
    ).toEqual([]);
  });
});

describe('shapeSql', () => {
  it('refuses a pattern with more groups than a replacement can name', () => {
    const groups = Array.from({ length: 10 }, (_, index) => `(?P<g${String.fromCharCode(97 + index)}>x)`).join('');
    expect(() => shapeSql([{ name: 'f', shapes: [shape('a', 'success', 'x', groups)] }])).toThrow(
      'more than nine groups'
    );
  });
});

describe('groupNames', () => {
  it('gives names in the order of the pattern, a doubled one twice', () => {
    expect(groupNames('(?P<user>a)|(?P<src_ip>b)|(?P<user>c)(?:d)')).toEqual(['user', 'src_ip', 'user']);
  });
});

describe('sqlText', () => {
  it('escapes what would end or change the literal', () => {
    expect(sqlText(`a'b\\d`)).toBe(String.raw`'a\'b\\d'`);
  });
});
