import { describe, expect, test } from 'vitest';
import { parseRuleFile } from '../parse/rule-file.ts';
import type { DetectionRule } from '../rule.ts';
import { compileRules } from './compile-rules.ts';
import { eventRow, uuidOf } from './rule-fixture.ts';

const single = (name: string, detection = `s: {f: ${name}}`): string =>
  `title: ${name}\nid: ${uuidOf(name)}\nname: ${name}\nlogsource: {product: linux, service: auth}\ndetection:\n  ${detection}\n  condition: s\n`;
/** `correlation:` stands in line 4. */
const correlation = (name: string, body: string): string =>
  `title: ${name}\nid: ${uuidOf(name)}\nname: ${name}\ncorrelation: ${body}\n`;

function load(...documents: string[]): { rules: readonly DetectionRule[]; issues: string[]; titles: string[] } {
  const files = documents.map((text, index) => parseRuleFile(text, `${index}.yml`));
  const { rules, issues } = compileRules(files.flatMap((file) => file.rules));
  const all = [...files.flatMap((file) => file.issues), ...issues];
  return {
    rules,
    issues: all.map(({ path, code, line, column }) => `${path} ${code} ${line}:${column}`),
    titles: rules.map(({ meta }) => meta.title),
  };
}

describe('references', () => {
  test('by id in any case, by name, across files, in any order', () => {
    const text = correlation('c', `{type: temporal, rules: [a, ${uuidOf('b').toUpperCase()}], timespan: 5m}`);
    const { rules, issues } = load(text, single('a'), single('b'));
    expect(issues).toEqual([]);
    const found = rules[0];
    expect(found?.kind === 'correlation' ? found.references : []).toEqual([uuidOf('a'), uuidOf('b')]);
  });
  test('a rule that is not there is named with its place', () => {
    const { issues, titles } = load(single('a'), correlation('c', '{type: temporal, rules: [a, gone], timespan: 5m}'));
    expect(issues).toEqual(['1.yml sigma.reference_unknown 4:42']);
    expect(titles).toEqual(['a']);
  });
  test('a rule with errors is not there', () => {
    const { issues } = load(
      single('a', 's: {f|nope: x}'),
      correlation('c', '{type: temporal, rules: [a], timespan: 5m}')
    );
    expect(issues).toEqual(['0.yml sigma.modifier_unknown 6:7', '1.yml sigma.reference_unknown 4:39']);
  });
  test('a circle is refused on both sides', () => {
    const { issues, rules } = load(
      correlation('c', '{type: temporal, rules: [d], timespan: 5m}'),
      correlation('d', '{type: temporal, rules: [c], timespan: 5m}')
    );
    expect(issues).toHaveLength(2);
    expect(rules).toEqual([]);
  });
  test('a second rule of one id or name is left out', () => {
    const { issues, titles } = load(single('a'), single('a'), single('b').replace('name: b', 'name: a'));
    expect(issues).toEqual(['1.yml sigma.id_duplicate 1:1', '2.yml sigma.id_duplicate 1:1']);
    expect(titles).toEqual(['a']);
  });
  test('an outer group-by that the inner one does not have is refused', () => {
    const inner = correlation('i', '{type: event_count, rules: [a], group-by: [x], timespan: 5m, condition: {gte: 2}}');
    const { issues } = load(
      single('a'),
      inner,
      correlation('c', '{type: temporal, rules: [i, a], group-by: [y], timespan: 5m}')
    );
    expect(issues).toEqual(['2.yml sigma.correlation 4:39']);
  });
});

describe('what a correlation refuses, and where', () => {
  // prettier-ignore
  const refused: readonly (readonly [string, string, readonly string[]])[] = [
    ['an unknown type', '{type: many, rules: [a], timespan: 5m}', ['sigma.correlation 4:21']],
    ['a type that comes later', '{type: value_sum, rules: [a], timespan: 5m, condition: {gte: 1, field: x}}', ['sigma.unsupported 4:21']],
    ['no rules', '{type: temporal, timespan: 5m}', ['sigma.key_missing 4:14']],
    ['a rule twice', '{type: temporal, rules: [a, a], timespan: 5m}', ['sigma.correlation 4:42']],
    ['no timespan', '{type: temporal, rules: [a]}', ['sigma.key_missing 4:14']],
    ['timespan 0', '{type: temporal, rules: [a], timespan: 0m}', ['sigma.correlation 4:53']],
    ['a compound timespan', '{type: temporal, rules: [a], timespan: 1h30m}', ['sigma.correlation 4:53']],
    ['a negative timespan', '{type: temporal, rules: [a], timespan: -5m}', ['sigma.correlation 4:53']],
    ['a count without a condition', '{type: event_count, rules: [a], timespan: 5m}', ['sigma.correlation 4:14']],
    ['an unknown comparison', '{type: event_count, rules: [a], timespan: 5m, condition: {atleast: 5}}', ['sigma.correlation 4:72']],
    ['a fraction', '{type: event_count, rules: [a], timespan: 5m, condition: {gte: 1.5}}', ['sigma.correlation 4:77']],
    ['value_count without a field', '{type: value_count, rules: [a], timespan: 5m, condition: {gte: 2}}', ['sigma.correlation 4:71']],
    ['event_count with a field', '{type: event_count, rules: [a], timespan: 5m, condition: {gte: 2, field: x}}', ['sigma.correlation 4:71']],
    ['temporal with counts', '{type: temporal, rules: [a], timespan: 5m, condition: {gte: 2}}', ['sigma.correlation 4:68']],
    ['an ordered condition', '{type: temporal_ordered, rules: [a], timespan: 5m, condition: a}', ['sigma.unsupported 4:76']],
    ['a condition over another rule', '{type: temporal, rules: [a], timespan: 5m, condition: a and not b}', ['sigma.correlation 4:78']],
    ['of in a condition', '{type: temporal, rules: [a], timespan: 5m, condition: 1 of a*}', ['sigma.correlation 4:73']],
    ['an alias over another rule', '{type: temporal, rules: [a], timespan: 5m, aliases: {x: {a: f, b: g}}}', ['sigma.correlation 1:1']],
    ['an alias that leaves a rule out', '{type: temporal, rules: [a, b], group-by: x, timespan: 5m, aliases: {x: {a: f}}}', ['sigma.correlation 4:42']],
    ['an unknown key', '{type: temporal, rules: [a], timespan: 5m, window: 1}', ['sigma.correlation 4:57']],
    ['generate that is no boolean', '{type: temporal, rules: [a], timespan: 5m, generate: yes}', ['sigma.shape 4:67']],
  ];
  test.each(refused)('%s', (_name, body, wanted) => {
    const { issues, titles } = load(single('a'), single('b'), correlation('c', body));
    expect(issues).toEqual(wanted.map((one) => `2.yml ${one}`));
    expect(titles).toEqual(['a', 'b']);
  });
});

describe('what rules say about themselves', () => {
  const raises = (...documents: string[]) => load(...documents).rules.map((rule) => rule.raisesFindings);
  const count = (extra: string) =>
    correlation('c', `{type: event_count, rules: [a], timespan: 5m, condition: {gte: 2}${extra}}`);

  test('a referenced rule raises findings only when a correlation says generate', () => {
    expect(raises(single('a'), single('b'))).toEqual([true, true]);
    expect(raises(single('a'), single('b'), count(''))).toEqual([false, true, true]);
    expect(raises(single('a'), single('b'), count(', generate: true'))).toEqual([true, true, true]);
    expect(raises(single('a'), `${count('')}generate: true\n`)).toEqual([true, true]);
  });
  test('the hash of a correlation covers the rules it references', () => {
    const hash = (text: string) => load(text, count('')).rules[1]?.meta.hash;
    expect(hash(single('a', 's: {f: x}'))).not.toBe(hash(single('a', 's: {f: y}')));
  });
  test('service auth reads every authentication event of Linux and no other', () => {
    const [rule] = load(single('a', 's: {user: root}')).rules;
    if (rule?.kind !== 'single') throw new Error('a single rule');
    const event = { product: 'linux', category: 'authentication', service: 'sudo', user: 'root' };
    expect(rule.matches(eventRow('1', event))).toBe(true);
    expect(rule.matches(eventRow('2', { ...event, category: 'firewall' }))).toBe(false);
    expect(rule.matches(eventRow('3', { ...event, product: 'windows' }))).toBe(false);
    expect(rule.fieldValue(eventRow('4', { ...event, fields: { User: 'x' } }), 'User')).toBe('x');
    expect(rule.fieldValue(eventRow('4', { ...event, fields: { User: 'x' } }), 'user.name')).toBe('root');
    expect(rule.fieldValue(eventRow('5', { fields: { Odd: 'x' } }), 'Odd')).toBe('x');
    expect(rule.fieldValue(eventRow('6', {}), 'toString')).toBeNull();
  });
});
