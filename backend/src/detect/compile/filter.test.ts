import { describe, expect, test } from 'vitest';
import type { Issue } from '@loglake/contract/problem';
import { parseRuleFile } from '../parse/rule-file.ts';
import { compileRules } from './compile-rules.ts';
import { describeGolden, type GoldenCase } from './golden-fixture.ts';
import { uuidOf } from './rule-fixture.ts';

const single = (name: string, logsource = '{product: test}', detection = '{s: {f: a}, condition: s}'): string =>
  `title: ${name}\nid: ${uuidOf(name)}\nname: ${name}\nlogsource: ${logsource}\ndetection: ${detection}\n`;
const filter = (rules: string, body = 's: {g: b}, condition: not s', logsource = '{product: test}'): string =>
  `title: Filter\nlogsource: ${logsource}\nfilter: {rules: ${rules}, ${body}}\n`;
const correlation = (name: string, rules: string): string =>
  `title: ${name}\nid: ${uuidOf(name)}\nlogsource: {}\ncorrelation: {type: event_count, rules: ${rules}, timespan: 5m, condition: {gte: 2}}\n`;

/** Compiles texts as files 0.yml, 1.yml, ... of one set. */
function load(...files: string[]) {
  const parsed = files.map((text, index) => parseRuleFile(text, `${index}.yml`));
  const compiled = compileRules(parsed.flatMap((file) => [...file.rules, ...file.filters]));
  const place = ({ path, code, line, column }: Issue): string => `${path} ${code} ${line}:${column}`;
  return {
    rules: compiled.rules,
    parsedIssues: parsed.flatMap((file) => file.issues),
    issues: compiled.issues.map(place),
    warnings: compiled.warnings.map(place),
    hash: (name: string) => compiled.rules.find(({ meta }) => meta.title === name)?.meta.hash,
    filtersOf: (name: string) => {
      const rule = compiled.rules.find(({ meta }) => meta.title === name);
      return rule?.kind === 'single' ? rule.filters.map(({ path }) => path) : undefined;
    },
  };
}

const join = (...documents: string[]): string => documents.join('---\n');

// prettier-ignore
const cases: readonly GoldenCase[] = [
  ['a filter takes away what it says', join(single('f1'), filter('f1')), [[{ f: 'a' }, true], [{ f: 'a', g: 'b' }, false], [{ g: 'c' }, false]]],
  ['a filter by id, in capitals', join(single('f2'), filter(uuidOf('f2').toUpperCase())), [[{ f: 'a' }, true], [{ f: 'a', g: 'b' }, false]]],
  ['any', join(single('f3'), filter('any')), [[{ f: 'a' }, true], [{ f: 'a', g: 'b' }, false]]],
  ['a filter is ANDed as written: without not it keeps', join(single('f4'), filter('f4', 's: {g: b}, condition: s')), [[{ f: 'a', g: 'b' }, true], [{ f: 'a' }, false]]],
  ['names of selections are the filter\'s own', join(single('f5'), filter('f5', 's: {f: x}, t: {g: b}, condition: not (1 of them)')), [[{ f: 'a' }, true], [{ f: 'a', g: 'b' }, false]]],
  ['them of the rule does not see the filter\'s selections', join(single('f6', '{product: test}', '{s: {f: a}, t: {h: c}, condition: all of them}'), filter('f6', 'u: {g: b}, condition: not u')), [[{ f: 'a', h: 'c' }, true], [{ f: 'a', h: 'c', g: 'b' }, false]]],
  ['several conditions of the rule are filtered together', join(single('f7', '{product: test}', '{s: {f: a}, t: {h: c}, condition: [s, t]}'), filter('f7')), [[{ h: 'c' }, true], [{ f: 'a', g: 'b' }, false], [{ h: 'c', g: 'b' }, false]]],
  ['two filters both hold', join(single('f8'), filter('f8'), filter('any', 's: {h: c}, condition: not s')), [[{ f: 'a' }, true], [{ f: 'a', g: 'b' }, false], [{ f: 'a', h: 'c' }, false]]],
  ['a missing field does not take an event away', join(single('f9'), filter('f9', "s: {g|startswith: b}, condition: not s")), [[{ f: 'a', g: null }, true], [{ f: 'a', g: 'bc' }, false]]],
];
describeGolden('filters: evaluator and SQL agree with Sigma', cases);

describe('which rules a filter is for', () => {
  test('in any order of files, those it names and no other', () => {
    const set = load(filter('[one]'), single('one'), single('two'));
    expect([set.issues, set.warnings]).toEqual([[], []]);
    expect([set.filtersOf('one'), set.filtersOf('two')]).toEqual([['0.yml'], []]);
  });
  test("any: rules whose log source has every part of the filter's", () => {
    const set = load(
      filter('any', undefined, '{product: test, category: dns}'),
      single('wider'),
      single('same', '{product: test, category: dns}'),
      single('narrower', '{product: test, category: dns, service: x}'),
      single('other', '{product: other, category: dns}')
    );
    expect(['wider', 'same', 'narrower', 'other'].map(set.filtersOf)).toEqual([[], ['0.yml'], ['0.yml'], []]);
    expect(set.warnings).toEqual([]);
  });
  test('a named rule that reads more than the filter is left alone, with a warning', () => {
    const set = load(
      filter('[one, two]', undefined, '{product: test, category: dns}'),
      single('one'),
      single('two', '{product: test, category: dns}')
    );
    expect([set.filtersOf('one'), set.filtersOf('two')]).toEqual([[], ['0.yml']]);
    expect(set.warnings).toEqual(['0.yml sigma.warn.filter_unused 3:18']);
  });
  test('a filter for any that no rule is for is a warning', () => {
    const set = load(filter('any', undefined, '{product: none}'), single('one'));
    expect(set.warnings).toEqual(['0.yml sigma.warn.filter_unused 1:1']);
  });
  test('any never touches correlations, but the rules they read', () => {
    const set = load(single('one'), correlation('many', '[one]'), filter('any'));
    expect(set.filtersOf('one')).toEqual(['2.yml']);
    expect(set.rules).toHaveLength(2);
  });
});

describe('a filter that is refused is reported, and the rules run without it', () => {
  // prettier-ignore
  const refused: readonly (readonly [string, string, readonly string[]])[] = [
    ['a rule that is not there', filter('[one, three]'), ['1.yml sigma.reference_unknown 3:23']],
    ['a rule that has errors', join(filter('bad'), single('bad', '{product: test}', '{condition: s}')), ['1.yml sigma.reference_unknown 3:17']],
    ['a correlation', join(filter('many'), correlation('many', '[one]').replace('id:', 'name: many\nid:')), ['1.yml sigma.reference_unknown 3:17']],
    ['an id that another filter has', ['id', 'id'].map(() => `id: ${uuidOf('x')}\n${filter('any', 's: {g: b}, condition: not s', '{product: other}')}`).join('---\n'), ['1.yml sigma.id_duplicate 6:1']],
  ];
  test.each(refused)('%s', (_name, text, wanted) => {
    const set = load(single('one'), text);
    expect(set.issues).toEqual(wanted);
    expect(set.filtersOf('one')).toEqual([]);
    expect(set.hash('one')).toBe(load(single('one')).hash('one'));
  });
});

test('a filter changes the hash of the rules it is for, and of correlations over them', () => {
  const files = [single('one'), single('two'), correlation('many', '[one]')];
  const [bare, filtered, changed] = [
    load(...files),
    load(...files, filter('one')),
    load(...files, filter('one', 's: {g: c}, condition: not s')),
  ];
  for (const name of ['one', 'many']) {
    expect(new Set([bare.hash(name), filtered.hash(name), changed.hash(name)]).size).toBe(3);
  }
  expect(filtered.hash('two')).toBe(bare.hash('two'));
});
