import { describe, expect, test } from 'vitest';
import { and, not, or, type Expression } from '../parse/ast.ts';
import { patternOf } from '../parse/sigma-string.ts';
import { anchorsOf, type Anchor } from './anchor.ts';
import { GramSample } from './gram-sample.ts';
import { saltOf } from './gram.ts';
import { buildPrefilter } from './prefilter.ts';
import { regexLengthMin, regexLiterals } from './regex-literals.ts';

/** Rarer the longer, as long as nothing is known; a value being there is the weakest. */
const byLength = ({ text }: Anchor): number => 100 - text.length;

/** `^text$ @place` for each anchor. */
const show = (expression: Expression): string[] | undefined =>
  anchorsOf(expression, byLength)?.anchors.map(
    ({ place, text, start, end }) => `${start ? '^' : ''}${text}${end ? '$' : ''} @${place}`
  );

const star = { wildcard: '*' } as const;
const one = { wildcard: '?' } as const;
type Part = string | typeof star | typeof one;
const text = (field: string, ...parts: Part[]): Expression => ({
  kind: 'text',
  field,
  pattern: patternOf(parts.map((part) => (typeof part === 'string' ? { text: part } : part))),
  cased: false,
});
const keyword = (value: string): Expression => ({ kind: 'keyword', pattern: patternOf([star, { text: value }, star]), cased: false }); // prettier-ignore
const regex = (source: string, flags = ''): Expression => ({ kind: 'regex', field: 'f', source, flags });

describe('anchors of', () => {
  test.each<[string, Expression, string[] | undefined]>([
    ['a whole value', text('f', 'Abc'), ['^abc$ @f']],
    ['contains', text('f', star, 'Abc', star), ['abc @f']],
    ['startswith', text('f', 'Abc', star), ['^abc @f']],
    ['endswith', text('f', star, 'Abc'), ['abc$ @f']],
    ['a pattern with wildcards inside: its longest text', text('f', 'ab', one, 'longer', star, 'c'), ['longer @f']],
    ['the end of such a pattern', text('f', 'ab', one, 'c', star, 'longer'), ['longer$ @f']],
    ['letters beyond ASCII, which are not folded', text('f', star, 'ÄK\u212A', star), ['Äk\u212a @f']],
    ['the empty text: only that there is a value', text('f', ''), [' @f']],
    ['nothing but wildcards', text('f', star), [' @f']],
    ['what stands for bytes that are no UTF-8: the rest', text('f', 'abc\uFFFDdefg'), ['defg$ @f']],
    ['half a surrogate pair: the rest', text('f', 'abcd\uD800e'), ['^abcd @f']],
    ['AND: the rarest', and([text('f', star, 'ab', star), text('g', star, 'longer', star)]), ['longer @g']],
    ['OR: all of them', or([text('f', 'ab'), text('g', star, 'cd', star)]), ['^ab$ @f', 'cd @g']],
    ['OR with one that has none: none', or([text('f', 'ab'), not(text('g', 'cd'))]), undefined],
    ['NOT: none', not(text('f', 'ab')), undefined],
    ['AND with a NOT: the other', and([not(text('f', 'longer')), text('g', 'ab')]), ['^ab$ @g']],
    ['NOT of a NOT: none', not(not(text('f', 'ab'))), undefined],
    ['a number, a network, a time, presence: a value', or([
      { kind: 'compare', field: 'a', operator: 'gt', number: 1 },
      { kind: 'cidr', field: 'b', first: '', last: '', version: 4 },
      { kind: 'time_part', field: 'c', part: 'hour', operator: 'gt', number: 1 },
      { kind: 'exists', field: 'd' },
    ]), [' @a', ' @b', ' @c', ' @d']],
    ['a field that is compared with another: a value of one', { kind: 'fieldref', field: 'a', other: 'b', place: 'equals', cased: false }, [' @a']],
    ['a keyword: a text at any place', keyword('Word'), ['word @']],
    ['a regular expression: its longest text', regex('^ab.*Longer\\d'), ['longer @f']],
    ['a regular expression without texts: a value', regex('^[0-9]+$'), [' @f']],
    ['a keyword without texts: none', { kind: 'keyword_regex', source: '[0-9]', flags: '' }, undefined],
  ])('%s', (_name, expression, expected) => {
    expect(show(expression)).toEqual(expected);
  }); // prettier-ignore
});

describe('texts of a regular expression', () => {
  test.each<[string, string, string[][]]>([
    ['abc', '', [['abc']]],
    ['ABC', '', [['abc']]],
    ['a|b', '', [['a', 'b']]],
    ['(?:foo|bar)baz', '', [['foobaz', 'barbaz']]],
    ['foo(bar)?', '', [['foobar', 'foo']]],
    ['foo(?:bar)*baz', '', [['foo'], ['baz']]],
    ['(foo)+x', '', [['foo'], ['x']]],
    ['a{3}', '', [['a']]],
    ['a{0,3}b', '', [['b']]],
    ['[pP]ower', '', [['power']]],
    ['p[a-z]wer', '', [['p'], ['wer']]],
    ['a\\.b\\\\c', '', [['a.b\\c']]],
    ['a\\x41\\x{42}', '', [['aab']]],
    ['\\Qa.b\\E+', '', [['b'], ['a.']]],
    ['\\bfoo\\b$', '', [['foo']]],
    ['foo.bar', '', [['foo'], ['bar']]],
    // Under the flag i, k and s have letters beyond ASCII that fold with them.
    ['ask', 'i', [['ask', 'as\u212a', 'a\u017fk', 'a\u017f\u212a']]],
    ['(?i)ok', '', [['ok', 'o\u212a']]],
    ['(?i:o)K', '', [['ok']]],
    ['(?-i:K)', 'i', [['k']]],
    ['ä', 'i', []],
    ['a*', '', []],
    ['', '', []],
    ['foo|', '', []],
    ['foo|.', '', []],
    ['(?=foo)bar', '', []],
    ['a**', '', []],
    ['[', '', []],
    ['(foo', '', []],
    ['\\1foo', '', []],
  ])('%s with flags "%s"', (source, flags, expected) => {
    expect(regexLiterals(source, flags)).toEqual(expected);
  });

  test.each<[string, number]>([
    ['abc', 3],
    ['^a(b|cd)?$', 1],
    ['(ab|c)+', 1],
    ['\\s[a-f]{64}\\s', 66],
    ['.{1000,}', 1000],
    ['(?i)k{2}', 2],
    ['(ab){0,3}', 0],
    ['a|', 0],
    ['\\u{1F600}'.replace('\\u', '\\x'), 1],
    ['(?=x)abc', 0],
  ])('%s: at least %i characters', (source, expected) => {
    expect(regexLengthMin(source)).toBe(expected);
  });

  test('that has too many alternatives to follow says less, never more', () => {
    const sets = regexLiterals('(a|b|c|d)(a|b|c|d)(a|b|c|d)end', '');
    expect(sets.every((texts) => texts.length <= 24)).toBe(true);
    expect(sets.some((texts) => texts.includes('end') || texts.some((one) => one.endsWith('end')))).toBe(true);
  });
});

/** Numbers of the candidates of an event with one value. */
function candidates(rules: readonly Expression[], place: string, value: string, sample = new GramSample()): number[] {
  const prefilter = buildPrefilter(rules, sample);
  const found = new Set(prefilter.always);
  const add = (owners: Int32Array): void => owners.forEach((owner) => found.add(owner));
  const plan = prefilter.planOf(place, true);
  const bytes = Buffer.from(`xx${value}yy`);
  const span = { bytes, start: 2, end: bytes.length - 2 };
  if (plan !== undefined) {
    add(plan.presence);
    if (plan.scanned) prefilter.index.scan({ ...span, salt: plan.salt, isText: plan.isText }, add);
    for (const pairs of plan.short) pairs.scan(bytes, span.start, span.end, add);
  }
  return [...found].sort((a, b) => a - b);
}

describe('a prefilter', () => {
  test.each<[string, Expression, string, boolean]>([
    ['a whole value', text('f', 'Power'), 'pOWER', true],
    ['a whole value, but longer', text('f', 'Power'), 'powers', false],
    ['a start', text('f', 'Power', star), 'PowerX', true],
    ['a start that stands elsewhere', text('f', 'Power', star), 'xpower', false],
    ['an end', text('f', star, 'Power'), 'xPOWER', true],
    ['an end that stands elsewhere', text('f', star, 'Power'), 'powerx', false],
    ['one byte', text('f', star, '`', star), 'a`', true],
    ['one byte alone', text('f', star, '`', star), '`', true],
    ['one byte that is not there', text('f', star, '`', star), 'abc', false],
    ['a whole value of one byte', text('f', '3'), '3', true],
    ['a whole value of one byte, but longer', text('f', '3'), '33', false],
    ['two bytes', text('f', star, '^^', star), 'a^^b', true],
    ['two bytes apart', text('f', star, '^^', star), '^a^', false],
    ['two bytes at the end', text('f', star, '~1'), 'a~1', true],
    ['two bytes not at the end', text('f', star, '~1'), 'a~1b', false],
    ['a short start', text('f', 'ab', star), 'abc', true],
    ['a short start elsewhere', text('f', 'ab', star), 'cab', false],
    ['a letter beyond ASCII', text('f', star, 'Ω', star), 'aΩ', true],
    ['a letter that folds only elsewhere', text('f', star, 'Kelvin', star), '\u212Aelvin', false],
    ['the empty value', text('f', ''), '', true],
    ['a keyword', keyword('word'), 'a WORD b', true],
    ['a short keyword', keyword('^^'), '^^', true],
    ['a keyword that is not there', keyword('word'), 'a wor d', false],
    ['a value with the tag in it', text('f', 'abcd'), '\u0001abcd\u0001', true],
  ])('names the rule or not: %s', (_name, expression, value, expected) => {
    expect(candidates([expression], 'f', value)).toEqual(expected ? [0] : []);
  });

  test('looks at the place that the rule names, and nowhere else', () => {
    const rules = [text('f', star, 'power', star), text('g', star, 'power', star), keyword('power')];
    expect(candidates(rules, 'f', 'power')).toEqual([0, 2]);
    expect(candidates(rules, 'g', 'power')).toEqual([1, 2]);
    expect(candidates(rules, 'h', 'power')).toEqual([2]);
  });

  test('always names a rule that says only what must not be there, where its text would lose hits', () => {
    const inner = text('f', star, 'power', star);
    expect(candidates([not(inner)], 'f', 'shell')).toEqual([0]);
    // The control: what a NOT that hands through its anchors would make of it.
    expect(candidates([inner], 'f', 'shell')).toEqual([]);
  });

  test('takes the text that real values have least', () => {
    const sample = new GramSample();
    const common = Buffer.from('c:\\windows\\system32\\a');
    for (let n = 0; n < 50; n += 1) sample.add(common, 0, common.length, saltOf('f'));
    const rule = and([text('f', star, '\\system32\\', star), text('f', star, 'evil', star)]);
    expect(candidates([rule], 'f', 'c:\\windows\\system32\\b', sample)).toEqual([]);
    expect(candidates([rule], 'f', 'evil', sample)).toEqual([0]);
    const before = sample.cost({ place: 'f', text: 'system32', start: false, end: false });
    sample.fade();
    expect(sample.cost({ place: 'f', text: 'system32', start: false, end: false })).toBeLessThan(before);
  });

  test('looks for nothing in the event time, which is no text in the rows', () => {
    expect(buildPrefilter([text('ts', star, '2026', star)], new GramSample()).always).toEqual(Int32Array.of(0));
  });
});

test('a list of many rare texts does not become weak because one shares its count with something frequent', () => {
  const sample = new GramSample();
  const add = (place: string, value: string): void => {
    const bytes = Buffer.from(value);
    sample.add(bytes, 0, bytes.length, saltOf(place));
    sample.rows += 1;
  };
  // A log source that came lately beside others that came for long: with one count for each text, some of so many
  // looked more frequent than that there is a value.
  for (let n = 0; n < 20; n += 1) add('f', 'c:\\tool.exe');
  for (let n = 0; n < 2000; n += 1)
    add('g', `${(n % 50).toString(36).repeat(8)} -id ${(n * 7919) % 9973} /q ${(n * 31) % 89}`);
  const emoji = Array.from({ length: 20_000 }, (_, n) => text('f', star, String.fromCodePoint(0x20000 + n), star));
  expect(buildPrefilter([or(emoji)], sample).weak).toBe(0);
  expect(buildPrefilter([or([...emoji, text('f', star)])], sample).weak).toBe(1);
});
