import { describe, expect, test } from 'vitest';
import { parseRuleFile } from '../parse/rule-file.ts';
import { defaultPipeline } from '../pipeline/default-pipeline.ts';
import { readTarget, type Pipeline, type Transformation } from '../pipeline/pipeline.ts';
import { compileRules } from './compile-rules.ts';

const base =
  'title: base\nid: 00000000-0000-4000-8000-000000000001\nname: base\nlogsource: { product: test }\ndetection:\n  s: { Seen: x }\n  condition: s\n';
const outer =
  'title: outer\nid: 00000000-0000-4000-8000-000000000002\ncorrelation: { type: event_count, rules: [base], timespan: 5m, condition: { gte: 2 } }\n';
const always = { logsources: [], join: 'and' } as const;
const maps = (from: string, to: string): Transformation => ({
  when: always,
  kind: 'field_name_mapping',
  mapping: new Map([[from, [readTarget(to)]]]),
});

/** Hashes of the rule and of a correlation over it. */
function hashes(...transformations: Transformation[]): string[] {
  const pipeline: Pipeline = { transformations };
  return compileRules(parseRuleFile(`${base}---\n${outer}`, 'a.yml').rules, pipeline).rules.map(
    ({ meta }) => meta.hash
  );
}

describe('the hash of a rule and of correlations over it', () => {
  const plain = hashes();

  test('is that of its text when the pipeline leaves it as it is', () => {
    expect(plain[0]).toBe(parseRuleFile(base, 'a.yml').rules[0]?.meta.hash);
    expect(hashes(maps('Other', 'user'))).toEqual(plain);
    expect(compileRules(parseRuleFile(base, 'a.yml').rules, defaultPipeline).rules[0]?.meta.hash).toBe(plain[0]);
  });

  test.each<[string, Transformation[]]>([
    ['a field has another place', [maps('Seen', 'user')]],
    ['a field that findings are grouped by has another place', [maps('user', 'fields[who]')]],
    ['it reads other events', [{ when: always, kind: 'change_logsource', logsources: [{ product: 'other' }] }]],
    ['a condition is added', [{ when: always, kind: 'add_condition', expression: { kind: 'exists', field: 'f' } }]],
  ])('changes when %s', (_name, transformations) => {
    const changed = hashes(...transformations);
    expect(changed[0]).not.toBe(plain[0]);
    expect(changed[1]).not.toBe(plain[1]);
    expect(changed).toEqual(hashes(...transformations));
  });
});
