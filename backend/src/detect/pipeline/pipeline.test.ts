import { describe, expect, test } from 'vitest';
import { compileRules } from '../compile/compile-rules.ts';
import { eventRow, uuidOf } from '../compile/rule-fixture.ts';
import { parseRuleFile } from '../parse/rule-file.ts';
import type { EventRow, SingleRule } from '../rule.ts';
import { joinPipelines } from './join-pipelines.ts';
import { parsePipelineFile } from './pipeline-file.ts';
import { placeName, planOf, resolveField, type Pipeline } from './pipeline.ts';

const head = 'name: Test\ntransformations:\n';

/** One pipeline of the files' texts; throws with the issues when there are any. */
function pipelineOf(...texts: string[]): Pipeline {
  const { pipeline, issues } = joinPipelines(texts.map((text, index) => parsePipelineFile(text, `${index}.yml`)));
  if (issues.length > 0) throw new Error(JSON.stringify(issues));
  return pipeline;
}

function ruleOf(pipeline: Pipeline, detection: string, logsource = '{product: test}'): SingleRule {
  const text = `title: t\nid: ${uuidOf(detection)}\nlogsource: ${logsource}\ndetection:\n  s: ${detection}\n  condition: s\n`;
  const parsed = parseRuleFile(text, 'rule.yml');
  const [rule] = compileRules(parsed.rules, pipeline).rules;
  if (rule?.kind !== 'single') throw new Error(JSON.stringify(parsed.issues));
  return rule;
}

const matches = (rule: SingleRule, event: Partial<EventRow>): boolean => rule.matches(eventRow('e', event));
const logsource = (product = '', category = '', service = '') => ({ product, category, service });

describe('field_name_mapping', () => {
  const pipeline = pipelineOf(
    `${head}  - {type: field_name_mapping, mapping: {Src: src_ip, User: 'fields[user]', Both: [src_ip, 'fields[Peer]']}}\n`
  );

  test('to a column, and to a key that has the name of a column', () => {
    expect(matches(ruleOf(pipeline, '{Src: 192.0.2.1}'), { src_ip: '192.0.2.1' })).toBe(true);
    expect(matches(ruleOf(pipeline, '{Src: 192.0.2.1}'), { fields: { Src: '192.0.2.1' } })).toBe(false);
    expect(matches(ruleOf(pipeline, '{User: ada}'), { fields: { user: 'ada' } })).toBe(true);
    expect(matches(ruleOf(pipeline, '{User: ada}'), { user: 'ada' })).toBe(false);
  });
  test('names that nothing maps: columns are columns, all others keys, in their own case', () => {
    expect(matches(ruleOf(pipeline, '{user: ada}'), { user: 'ada' })).toBe(true);
    expect(matches(ruleOf(pipeline, '{user: ada}'), { fields: { user: 'ada' } })).toBe(false);
    expect(matches(ruleOf(pipeline, '{src: x}'), { fields: { src: 'x' } })).toBe(true);
    expect(matches(ruleOf(pipeline, '{toString: x}'), {})).toBe(false);
  });
  test('to several: any of them', () => {
    const rule = ruleOf(pipeline, '{Both: 192.0.2.1}');
    expect(matches(rule, { src_ip: '192.0.2.1' })).toBe(true);
    expect(matches(rule, { src_ip: '192.0.2.2', fields: { Peer: '192.0.2.1' } })).toBe(true);
    expect(matches(rule, { src_ip: '192.0.2.2', fields: { Peer: '192.0.2.3' } })).toBe(false);
  });
  test('to several: missing only when all are, and the value of the first that is there', () => {
    const missing = ruleOf(pipeline, '{Both: null}');
    expect(matches(missing, {})).toBe(true);
    expect(matches(missing, { fields: { Peer: '192.0.2.1' } })).toBe(false);
    expect(missing.fieldValue(eventRow('e', { fields: { Peer: 'p' } }), 'Both')).toBe('p');
    expect(missing.fieldValue(eventRow('e', { src_ip: 's', fields: { Peer: 'p' } }), 'Both')).toBe('s');
    expect(missing.fieldValue(eventRow('e', {}), 'Both')).toBeNull();
  });
  test('neq over several: none of them may be it', () => {
    const rule = ruleOf(pipeline, '{Both|neq: 192.0.2.1}');
    expect(matches(rule, { src_ip: '192.0.2.2' })).toBe(true);
    expect(matches(rule, { src_ip: '192.0.2.2', fields: { Peer: '192.0.2.1' } })).toBe(false);
  });
  test('both sides of fieldref', () => {
    const rule = ruleOf(pipeline, '{Src|fieldref: User}');
    expect(matches(rule, { src_ip: 'a', fields: { user: 'a' } })).toBe(true);
    expect(matches(rule, { src_ip: 'a', user: 'a' })).toBe(false);
  });
  test('a field that is written as places are stays a key', () => {
    const rule = ruleOf(pipeline, '{"fields[user]": ada}');
    expect(matches(rule, { fields: { 'fields[user]': 'ada' } })).toBe(true);
    expect(matches(rule, { fields: { user: 'ada' } })).toBe(false);
  });
  test('a hostile name is a bound parameter, whether a rule writes it or a target', () => {
    const hostile = `x']) OR 1=1 --`;
    const mapped = pipelineOf(`${head}  - {type: field_name_mapping, mapping: {F: "fields[${hostile}]"}}\n`);
    for (const rule of [ruleOf(pipeline, `{"${hostile}": a}`), ruleOf(mapped, '{F: a}')]) {
      const { sql, params } = rule.compile();
      expect(sql).not.toContain('1=1');
      expect(Object.values(params)).toContain(hostile);
      expect(matches(rule, { fields: { [hostile]: 'a' } })).toBe(true);
    }
  });
});

describe('field_name_prefix_mapping', () => {
  const pipeline = pipelineOf(
    `${head}  - {type: field_name_prefix_mapping, mapping: {a.b.: '', a.: [x., y.]}}\n`,
    `${head}  - {type: field_name_mapping, mapping: {Src: src_ip}}\n`
  );
  const placesOf = (field: string) => planOf(pipeline, logsource('test')).places(field).map(placeName);

  test('the first prefix that holds, and what follows sees the new name', () => {
    expect(placesOf('a.b.Src')).toEqual(['src_ip']);
    expect(placesOf('a.c')).toEqual(['fields[x.c]', 'fields[y.c]']);
  });
  test('other names stay', () => expect(placesOf('b.a.c')).toEqual(['fields[b.a.c]']));
});

describe('change_logsource', () => {
  const pipeline = pipelineOf(
    `${head}  - {type: change_logsource, logsources: [{product: p, category: one}, {category: two, service: ''}], rule_conditions: [{type: logsource, category: many}]}\n`
  );

  test('to several: any of them', () => {
    const rule = ruleOf(pipeline, '{f: x}', '{category: many}');
    const event = { fields: { f: 'x' } };
    expect(matches(rule, { ...event, product: 'p', category: 'one' })).toBe(true);
    expect(matches(rule, { ...event, product: 'q', category: 'one' })).toBe(false);
    expect(matches(rule, { ...event, product: 'q', category: 'two' })).toBe(true);
    expect(matches(rule, { ...event, product: 'q', category: 'two', service: 's' })).toBe(false);
    expect(matches(rule, { ...event, category: 'many' })).toBe(false);
  });
  test('other rules read their own', () => {
    expect(planOf(pipeline, logsource('p', 'other')).routes).toEqual([{ product: 'p', category: 'other' }]);
  });
});

describe('add_condition', () => {
  const pipeline = pipelineOf(
    `${head}  - {type: add_condition, conditions: {Program|startswith: [cron, at]}, rule_conditions: [{type: logsource, service: cron}]}\n`,
    `${head}  - {type: field_name_mapping, mapping: {Program: program}}\n`
  );

  test('holds beside the rule, its fields mapped by what comes after', () => {
    const rule = ruleOf(pipeline, '{f: x}', '{service: cron}');
    const event = { service: 'cron', fields: { f: 'x' } };
    expect(matches(rule, { ...event, program: 'crond' })).toBe(true);
    expect(matches(rule, { ...event, program: 'sshd' })).toBe(false);
    expect(matches(rule, { ...event, program: 'crond', fields: { f: 'y' } })).toBe(false);
    expect(matches(rule, { ...event, fields: { f: 'x', Program: 'crond' } })).toBe(false);
  });
  test('not for other rules', () => {
    expect(matches(ruleOf(pipeline, '{f: x}', '{service: at}'), { service: 'at', fields: { f: 'x' } })).toBe(true);
  });
  test('also in SQL', () => {
    const { sql, params } = ruleOf(pipeline, '{f: x}', '{service: cron}').compile();
    expect(sql).toContain('lower(program)');
    expect(Object.values(params)).toContain('cron');
  });
});

describe('rule conditions', () => {
  const placed = (conditions: string) =>
    pipelineOf(`${head}  - {type: field_name_mapping, mapping: {F: src_ip}, ${conditions}}\n`);
  const both = 'rule_conditions: [{type: logsource, product: a}, {type: logsource, category: b}]';
  const kind = (pipeline: Pipeline, ...parts: string[]) => resolveField(pipeline, logsource(...parts), 'F').kind;

  test('all must hold', () => {
    expect(kind(placed(both), 'a', 'b')).toBe('column');
    expect(kind(placed(both), 'a', 'c')).toBe('key');
  });
  test('one must hold with rule_cond_op: or', () => {
    expect(kind(placed(`${both}, rule_cond_op: or`), 'a', 'c')).toBe('column');
    expect(kind(placed(`${both}, rule_cond_op: or`), 'c', 'c')).toBe('key');
  });
  test('an empty part holds for a rule that does not say it', () => {
    const pipeline = placed(`rule_conditions: [{type: logsource, product: a, service: ''}]`);
    expect(kind(pipeline, 'a')).toBe('column');
    expect(kind(pipeline, 'a', '', 's')).toBe('key');
  });
  test('see what change_logsource made before them, and with several only what holds for each', () => {
    const change = (to: string) =>
      `${head}  - {type: change_logsource, logsources: [${to}], rule_conditions: [{type: logsource, product: a}]}\n`;
    const mapping = `${head}  - {type: field_name_mapping, mapping: {F: src_ip}, rule_conditions: [{type: logsource, product: b}]}\n`;
    expect(kind(pipelineOf(change('{product: b}'), mapping), 'a')).toBe('column');
    expect(kind(pipelineOf(mapping, change('{product: b}')), 'a')).toBe('key');
    expect(kind(pipelineOf(change('{product: b}, {product: c}'), mapping), 'a')).toBe('key');
  });
});

describe('order', () => {
  const map = (from: string, to: string, priority: number) =>
    `name: T\npriority: ${priority}\ntransformations:\n  - {type: field_name_mapping, mapping: {${from}: ${to}}}\n`;

  test('by priority, the lower first, and each sees what the one before made', () => {
    expect(resolveField(pipelineOf(map('b', 'src_ip', 20), map('a', 'b', 10)), logsource('t'), 'a')).toEqual({
      kind: 'column',
      column: 'src_ip',
    });
  });
  test('at equal priority as given', () => {
    const [first, second] = [map('a', 'src_ip', 0), map('a', 'dst_ip', 0)];
    expect(resolveField(pipelineOf(first, second), logsource('t'), 'a')).toMatchObject({ column: 'src_ip' });
    expect(resolveField(pipelineOf(second, first), logsource('t'), 'a')).toMatchObject({ column: 'dst_ip' });
  });
});
