import { describe, expect, test } from 'vitest';
import { item, places, rule, warned } from './parse-fixture.ts';
import { parseRuleFile } from './rule-file.ts';

describe('what an author probably did not mean is a warning, and the rule runs', () => {
  // prettier-ignore
  const traps: readonly (readonly [string, string, readonly string[]])[] = [
    ['a selection that the condition does not use', rule('  s: {f: a}\n  t: {h: b}\n  condition: s'), ['sigma.warn.selection_unused 7:3']],
    ['all over one value', item('f|contains|all: a'), ['sigma.warn.all_single 7:5']],
    ['a backslash that makes a wildcard literal', item("f: 'C:\\*'"), ['sigma.warn.escaped_wildcard 7:8']],
    ['a tag without a namespace', `${item('f: a')}tags: [lonely]\n`, ['sigma.warn.tag 9:7']],
    ['1 of with one member', rule('  sel_a: {f: a}\n  condition: 1 of sel_*'), ['sigma.warn.one_member 7:19']],
    ['all of them with one member', rule('  s: {f: a}\n  condition: all of them'), ['sigma.warn.one_member 7:21']],
    ['a name after of', rule('  s: {f: a}\n  t: {f: b}\n  condition: 1 of s or t'), ['sigma.warn.pattern_is_name 8:19']],
    ['.* at the start of a regular expression', item("f|re: '.*abc'"), ['sigma.warn.regex_open 7:11']],
    ['.* at its end', item("f|re: 'abc.*'"), ['sigma.warn.regex_open 7:11']],
    ['a value twice', item('f: [a, b, A]'), ['sigma.warn.value_duplicate 7:15']],
    ['a value twice, cased', item('f|cased: [a, A, a]'), ['sigma.warn.value_duplicate 7:21']],
    ['* beside others', item("f: [a, '*']"), ['sigma.warn.value_any 7:12']],
    ['contains of the empty text beside others', item("f|contains: [a, '', b]"), ['sigma.warn.value_any 7:21']],
    ['all over two whole values', item('f|all: [a, b]'), ['sigma.warn.never 7:5']],
    ['expand without a placeholder', item('f|contains|expand: a'), ['sigma.warn.placeholder_none 7:24']],
  ];
  test.each(traps)('%s', (_name, text, wanted) => {
    expect(places(text)).toEqual([]);
    expect(parseRuleFile(text, 'x.yml').rules).toHaveLength(1);
    expect(warned(text)).toEqual(wanted);
  });

  // prettier-ignore
  const fine: readonly (readonly [string, string])[] = [
    ['all over two contained values', item('f|contains|all: [a, b]')],
    ['all over patterns', item("f|all: ['a*', '*b']")],
    ['all over keywords', rule("  s: {'|all': [a, b]}\n  condition: s")],
    ['an escaped backslash before a wildcard', item("f: 'C:\\\\*'")],
    ['1 of with two members', rule('  a1: {f: a}\n  a2: {f: b}\n  condition: 1 of a*')],
    ['them with two members', rule('  a: {f: a}\n  b: {f: b}\n  condition: 1 of them')],
    ['* alone', item("f: '*'")],
    ['.* in the middle, an escaped dot at the end', item("f|re: 'a.*b\\.*'")],
    ['.* alone, which asks for presence', item("f|re: '.*'")],
    ['values that differ in case, cased', item('f|cased: [a, A]')],
    ['null beside its own name', item("f: [null, 'null']")],
    ['outer blanks', item("f: ' a '")],
    ['no level, no status, keys of our own', `${item('f: a')}ours: {any: thing}\n`],
  ];
  test.each(fine)('no warning: %s', (_name, text) => {
    expect(places(text)).toEqual([]);
    expect(warned(text)).toEqual([]);
  });
});
