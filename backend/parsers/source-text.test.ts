import { describe, expect, it } from 'vitest';
import { bind, fill, mentions, readSteps, substitute } from './source-text.ts';

describe('fill', () => {
  it('fills placeholders, those of the values too', () => {
    expect(fill('a {{x}} b', { x: '1 {{y_z}}', y_z: '2' })).toBe('a 1 2 b');
  });
  it('refuses a name without value, and placeholders without end', () => {
    expect(() => fill('{{x}}', {})).toThrow('{{x}}');
    expect(() => fill('{{x}}', { x: '{{x}}' })).toThrow('without end');
  });
});

describe('bind', () => {
  it('binds what is needed, once, in order, and leaves the rest out', () => {
    const steps = [
      { name: '_a', sql: 'f(raw)' },
      { name: '_unused', sql: 'g(raw)' },
      { name: '_b', sql: '_a + _a' },
      { name: '_c', sql: 'h(raw)' },
    ];
    expect(bind(steps, '_b + _c')).toBe(
      'arrayMap((_a) -> arrayMap((_b, _c) -> _b + _c, [_a + _a], [h(raw)])[1], [f(raw)])[1]'
    );
  });
  it('does not take a word of a string literal for a name', () => {
    expect(bind([{ name: '_a', sql: '1' }], `'_a'`)).toBe(`'_a'`);
    expect(mentions(`x = 'it\\'s _a'`, '_a')).toBe(false);
    expect(substitute(`program = 'program'`, new Map([['program', 'raw_program']]))).toBe(`raw_program = 'program'`);
  });
});

describe('readSteps', () => {
  it('reads the steps and columns of a file, comments left out, included files in their place', () => {
    const { steps, columns } = readSteps('linux-auth/parser.sql', {
      ...{ auth_programs: `'x'`, family_of_program: `''`, shape_number: '0', shape_names: '[]' },
      ...{ shape_values: 'map()', shape_action: `''`, shape_outcome: `''` },
    });
    expect(steps.map(({ name }) => name).slice(0, 3)).toEqual(['_base', '_line', '_is_pam']);
    expect(columns.map(({ name }) => name)).toContain('command_line');
    expect([...steps, ...columns].filter(({ sql }) => /^\s*--/m.test(sql))).toEqual([]);
  });
});
