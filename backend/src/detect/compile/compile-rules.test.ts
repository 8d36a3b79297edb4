import { describe, expect, test } from 'vitest';
import { parseRuleFile } from '../parse/rule-file.ts';
import { loadPipelines } from '../load-pipelines.ts';
import type { DetectionRule } from '../rule.ts';
import { compileRules } from './compile-rules.ts';
import { eventRow, uuidOf } from './rule-fixture.ts';

const { pipeline } = await loadPipelines();
const single = (name: string, detection = `s: {f: ${name}}`): string =>
  `title: ${name}\nid: ${uuidOf(name)}\nname: ${name}\nlogsource: {product: linux, service: auth}\ndetection:\n  ${detection}\n  condition: s\n`;
/** `correlation:` stands in line 4. */
const correlation = (name: string, body: string): string =>
  `title: ${name}\nid: ${uuidOf(name)}\nname: ${name}\ncorrelation: ${body}\n`;

function load(...documents: string[]): { rules: readonly DetectionRule[]; issues: string[]; titles: string[] } {
  const files = documents.map((text, index) => parseRuleFile(text, `${index}.yml`));
  const { rules, issues } = compileRules(
    files.flatMap((file) => file.rules),
    pipeline
  );
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
