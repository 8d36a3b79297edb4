import { describe, expect, test } from 'vitest';
import { parseRuleFile } from '../parse/rule-file.ts';
import { compileRules } from './compile-rules.ts';
import { uuidOf } from './rule-fixture.ts';

const single = (name: string): string =>
  `title: ${name}\nid: ${uuidOf(name)}\nname: ${name}\nlogsource: {product: linux}\ndetection:\n  s: {f: ${name}}\n  condition: s\n`;
/** `correlation:` stands in line 4. */
const correlation = (name: string, body: string): string =>
  `title: ${name}\nid: ${uuidOf(name)}\nname: ${name}\ncorrelation: ${body}\n`;

function load(...documents: string[]) {
  const files = documents.map((text, index) => parseRuleFile(text, `${index}.yml`));
  const { rules, issues } = compileRules(files.flatMap((file) => file.rules));
  const all = [...files.flatMap((file) => file.issues), ...issues];
  return {
    rules,
    messages: all.map(({ message }) => message),
    issues: all.map(({ path, code, line, column }) => `${path} ${code} ${line}:${column}`),
    warnings: files
      .flatMap((file) => file.warnings)
      .map(({ path, code, line, column }) => `${path} ${code} ${line}:${column}`),
    titles: rules.map(({ meta }) => meta.title),
  };
}

/** A correlation over a and b: `rules: [a, b]` ends in column 37 with temporal. */
const over = (type: string, rest: string): string => `{type: ${type}, rules: [a, b], timespan: 5m${rest}}`;

describe('what a correlation refuses, and where', () => {
  // prettier-ignore
  const refused: readonly (readonly [string, string, readonly string[]])[] = [
    ['an unknown type', '{type: many, rules: [a], timespan: 5m}', ['sigma.correlation 4:21']],
    ['no type', '{rules: [a], timespan: 5m}', ['sigma.key_missing 4:14']],
    ['no rules', '{type: temporal, timespan: 5m}', ['sigma.key_missing 4:14']],
    ['an empty list of rules', '{type: temporal, rules: [], timespan: 5m}', ['sigma.key_missing 4:38']],
    ['a rule twice', '{type: temporal, rules: [a, a], timespan: 5m}', ['sigma.correlation 4:42']],
    ['a rule by name and by id', `{type: temporal, rules: [a, ${uuidOf('a')}], timespan: 5m}`, ['sigma.correlation 4:42']],
    ['a rule that is a map', '{type: temporal, rules: [{a: b}], timespan: 5m}', ['sigma.shape 4:39']],
    ['no timespan', '{type: temporal, rules: [a]}', ['sigma.key_missing 4:14']],
    ...['0m', '1h30m', '-5m', '5', '1.5h', '5 m', '5M5', '05m', '5S', '1000000000s', '11y', '999999999y'].map(
      (span) => [`timespan ${span}`, `{type: temporal, rules: [a], timespan: ${span}}`, ['sigma.correlation 4:53']] as const
    ),
    ['a count without a condition', '{type: event_count, rules: [a], timespan: 5m}', ['sigma.correlation 4:14']],
    ['a count with an extended condition', over('event_count', ', condition: a and b'), ['sigma.correlation 4:74']],
    ['an unknown comparison', '{type: event_count, rules: [a], timespan: 5m, condition: {atleast: 5}}', ['sigma.correlation 4:72']],
    ['a condition that compares nothing', '{type: value_count, rules: [a], timespan: 5m, condition: {field: x}}', ['sigma.correlation 4:71']],
    ['a fraction of a count', '{type: event_count, rules: [a], timespan: 5m, condition: {gte: 1.5}}', ['sigma.correlation 4:77']],
    ['a negative count', '{type: event_count, rules: [a], timespan: 5m, condition: {gte: -1}}', ['sigma.correlation 4:77']],
    ['value_count without a field', '{type: value_count, rules: [a], timespan: 5m, condition: {gte: 2}}', ['sigma.correlation 4:71']],
    ['event_count with a field', '{type: event_count, rules: [a], timespan: 5m, condition: {gte: 2, field: x}}', ['sigma.correlation 4:71']],
    ['temporal counts with a field', '{type: temporal, rules: [a], timespan: 5m, condition: {gte: 2, field: x}}', ['sigma.correlation 4:68']],
    ['value_sum without a condition', '{type: value_sum, rules: [a], timespan: 5m}', ['sigma.correlation 4:14']],
    ['value_sum without a field', '{type: value_sum, rules: [a], timespan: 5m, condition: {gte: 2}}', ['sigma.correlation 4:69']],
    ['value_avg over two fields', '{type: value_avg, rules: [a], timespan: 5m, condition: {gte: 2, field: [x, y]}}', ['sigma.correlation 4:69']],
    ['a number with an exponent', '{type: value_sum, rules: [a], timespan: 5m, condition: {gte: 1e3, field: x}}', ['sigma.correlation 4:75']],
    ['ten digits after the point', '{type: value_sum, rules: [a], timespan: 5m, condition: {gte: 0.0000000001, field: x}}', ['sigma.correlation 4:75']],
    ['a text for a number', '{type: value_median, rules: [a], timespan: 5m, condition: {gte: many, field: x}}', ['sigma.correlation 4:78']],
    ['percentile without its percentile', '{type: value_percentile, rules: [a], timespan: 5m, condition: {lte: 1, field: x}}', ['sigma.correlation 4:76']],
    ['percentile 101', '{type: value_percentile, rules: [a], timespan: 5m, condition: {percentile: 101, lte: 1, field: x}}', ['sigma.correlation 4:89']],
    ['percentile -1', '{type: value_percentile, rules: [a], timespan: 5m, condition: {percentile: -1, lte: 1, field: x}}', ['sigma.correlation 4:89']],
    ['percentile of a median', '{type: value_median, rules: [a], timespan: 5m, condition: {percentile: 50, lte: 1, field: x}}', ['sigma.correlation 4:73']],
    ['a condition that is a list', over('temporal', ', condition: [a]'), ['sigma.shape 4:71']],
    ['a condition that cannot be read', over('temporal', ', condition: a and'), ['sigma.condition 4:76']],
    ['operators in capitals', over('temporal', ', condition: a AND b'), ['sigma.condition 4:73']],
    ['a condition over another rule', over('temporal', ', condition: a and b and c'), ['sigma.correlation 4:83']],
    ['a rule that the condition leaves out', over('temporal', ', condition: a'), ['sigma.correlation 4:42']],
    ['of in a condition', over('temporal', ', condition: 1 of them'), ['sigma.correlation 4:76']],
    ['all of in an ordered condition', over('temporal_ordered', ', condition: all of a*'), ['sigma.correlation 4:86']],
    ['an order of some rules, no one knows which', over('temporal_ordered', ', condition: {gte: 1}'), ['sigma.unsupported 4:79']],
    ['an alias over another rule', '{type: temporal, rules: [a], timespan: 5m, aliases: {x: {a: f, b: g}}}', ['sigma.correlation 4:77']],
    ['an alias that leaves a rule out', '{type: temporal, rules: [a, b], group-by: x, timespan: 5m, aliases: {x: {a: f}}}', ['sigma.correlation 4:42']],
    ['an alias without a field', '{type: temporal, rules: [a], timespan: 5m, aliases: {x: {a: }}}', ['sigma.key_missing 4:74']],
    ['an alias that is a text', '{type: temporal, rules: [a], timespan: 5m, aliases: {x: f}}', ['sigma.shape 4:70']],
    ['aliases that are a list', '{type: temporal, rules: [a], timespan: 5m, aliases: [x]}', ['sigma.shape 4:66']],
    ['group-by that is a map', '{type: temporal, rules: [a], timespan: 5m, group-by: {x: y}}', ['sigma.shape 4:67']],
    ['an unknown key', '{type: temporal, rules: [a], timespan: 5m, window: 1}', ['sigma.correlation 4:57']],
    ['generate that is no boolean', '{type: temporal, rules: [a], timespan: 5m, generate: yes}', ['sigma.shape 4:67']],
    ['several things at once', '{type: value_sum, rules: [a], timespan: 0m, condition: {gte: x}}', ['sigma.correlation 4:54', 'sigma.correlation 4:69', 'sigma.correlation 4:75']],
  ];
  test.each(refused)('%s', (_name, body, wanted) => {
    const { issues, titles } = load(single('a'), single('b'), correlation('c', body));
    expect(issues).toEqual(wanted.map((one) => `2.yml ${one}`));
    expect(titles).toEqual(['a', 'b']);
  });

  test('an ordered condition with more ways than columns', () => {
    const names = Array.from({ length: 12 }, (_, index) => `r${index}`);
    const pairs = [0, 2, 4, 6, 8, 10].map((at) => `(r${at} or r${at + 1})`).join(' and ');
    const text = `{type: temporal_ordered, timespan: 5m, condition: ${pairs}}`;
    const { issues } = load(...names.map(single), correlation('c', text));
    expect(issues).toEqual(['12.yml sigma.unsupported 4:64']);
  });
  test('an inner correlation whose alias lacks what the outer one asks', () => {
    const inner = correlation('i', '{type: temporal, rules: [a, b], timespan: 5m, aliases: {x: {a: f}}}');
    const { issues, messages } = load(
      single('a'),
      single('b'),
      inner,
      correlation('c', '{type: temporal, rules: [i], group-by: x, timespan: 5m}')
    );
    expect(issues).toEqual(['3.yml sigma.reference_unknown 4:39']);
    expect(messages).toEqual(['"i" has errors: alias x names no field for "b"']);
  });
});

describe('what a correlation accepts', () => {
  // prettier-ignore
  test.each([
    over('temporal', ''), over('temporal', ', condition: {gte: 2}'), over('temporal', ', condition: {gte: 1, lt: 2}'),
    over('temporal_ordered', ', condition: {gte: 2}'), over('temporal_ordered', ', condition: {eq: 2}'),
    over('temporal_ordered', ', condition: {gt: 1}'), over('temporal_ordered', ', condition: a and not b'),
    over('temporal', `, condition: a or ${uuidOf('b')}`),
    '{type: temporal, rules: a, group-by: x, timespan: 5m}', '{type: temporal, rules: [a], group-by: [], timespan: 5m}',
    '{type: value_sum, rules: [a], timespan: 5m, condition: {gte: -1.000000001, field: [x]}}',
    '{type: value_percentile, rules: [a], timespan: 5m, condition: {percentile: 99.9, gte: 1, field: x}}',
    '{type: event_count, rules: [a], timespan: 5m, condition: {gt: 1, lt: 9, neq: 5}}',
  ])('%s', (body) => {
    const { issues, titles, warnings } = load(single('a'), single('b'), correlation('c', body));
    expect(issues).toEqual([]);
    expect(warnings).toEqual([]);
    expect(titles).toEqual(['a', 'b', 'c']);
  });

  test.each([
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['8d', 691_200_000],
    ['1w', 604_800_000],
  ])('a timespan of %s', (span, milliseconds) => {
    const { rules, warnings } = load(single('a'), correlation('c', `{type: temporal, rules: [a], timespan: ${span}}`));
    const [, rule] = rules;
    expect(rule?.kind === 'correlation' ? rule.timespanMs : 0).toBe(milliseconds);
    expect(warnings).toEqual([]);
  });
  test.each([
    ['9d', 777_600_000],
    ['2w', 1_209_600_000],
    ['1M', 2_592_000_000],
    ['10y', 315_360_000_000],
  ])('a timespan of %s, longer than matches are kept, with a warning', (span, milliseconds) => {
    const { rules, warnings } = load(single('a'), correlation('c', `{type: temporal, rules: [a], timespan: ${span}}`));
    const [, rule] = rules;
    expect(rule?.kind === 'correlation' ? rule.timespanMs : 0).toBe(milliseconds);
    expect(warnings).toEqual(['1.yml sigma.warn.timespan 4:53']);
  });
  test('an extended condition without rules names them itself, in its order', () => {
    const text = '{type: temporal_ordered, timespan: 5m, condition: b and a and not c}';
    const { rules, issues } = load(single('a'), single('b'), single('c'), correlation('d', text));
    expect(issues).toEqual([]);
    const rule = rules.at(-1);
    expect(rule?.kind === 'correlation' ? rule.references : []).toEqual(['b', 'a', 'c'].map(uuidOf));
  });
});
