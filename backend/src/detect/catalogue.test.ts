import { describe, expect, it } from 'vitest';
import { getRule, listRules, type LoadedRules, type RuleStops } from './catalogue.ts';
import { rulesOf, uuidOf } from './compile/rule-fixture.ts';
import type { SingleRule } from './rule.ts';

function rule(id: string, title: string, path: string): SingleRule {
  return {
    kind: 'single',
    meta: { id, hash: 'h', title, description: '', level: 'high', status: 'test', tags: [], falsePositives: [], references: [], path, source: `title: ${title}` },
    logsource: { product: 'linux', category: '', service: 'sshd' },
    filters: [{ id: '', title: 'Backups', path: 'backups.yml' }],
    routes: [{ product: 'linux', service: 'sshd' }],
    groupBy: ['host'],
    gapMs: 300_000,
    raisesFindings: true,
    expression: { kind: 'exists', field: 'fields[f]' },
    matches: () => false,
    fieldValue: () => null,
    placesOf: (key) => [{ kind: 'key', key }],
    compile: () => ({ sql: '0', params: {} }),
  }; // prettier-ignore
}

const loaded: LoadedRules = {
  rules: [rule('2', 'Zeta', 'zeta.yml'), rule('1', 'Alpha', 'alpha.yml')],
  issues: [
    { code: 'sigma.modifier', message: 'unknown modifier', path: 'broken.yml', line: 3, column: 5 },
    { code: 'sigma.warning', message: 'odd', path: 'alpha.yml' },
  ],
  warnings: [{ code: 'sigma.warn.tag', message: 'no namespace', path: 'alpha.yml', line: 9, column: 7 }],
};

describe('rule catalogue', () => {
  it('lists rules by title with what they did, then the files that could not be loaded with why', () => {
    const rules = listRules(loaded, new Map([['1', { count: '7', lastMatchAt: '2026-11-21T08:00:00.000Z' }]]));
    expect(rules.map((one) => [one.id, one.findings, one.issues.length])).toEqual([
      ['1', '7', 1],
      ['2', '0', 0],
      ['broken.yml', '0', 1],
    ]);
    expect(rules[2]?.status).toBe('not loaded');
    expect(rules.map(({ warnings, filters }) => [warnings.length, filters.length])).toEqual([
      [1, 1],
      [0, 1],
      [0, 0],
    ]);
  });

  it('warns of a correlation whose rule is stopped, and only of that', () => {
    const text = `title: Base\nid: ${uuidOf('base')}\nname: base\nlogsource: {product: test}\ndetection:\n  s: {f: x}\n  condition: s\n`;
    const above = `title: Above\nid: ${uuidOf('above')}\ncorrelation: {type: event_count, rules: [base], group-by: [g], timespan: 5m, condition: {gte: 3}}\n`;
    const rules = { rules: rulesOf(`${text}---\n${above}`), issues: [], warnings: [] };
    const warned = (stops?: RuleStops): string[] =>
      listRules(rules, new Map(), stops).flatMap(({ title, warnings }) =>
        warnings.map(({ code }) => `${title} ${code}`)
      );
    const disabled = new Map([[uuidOf('base'), { reason: 'noise', actor: 'anna', atMs: 0 }]]);
    expect(warned()).toEqual([]);
    expect(warned({ disabled, heldAs: () => undefined })).toEqual(['Above rule.reads_stopped']);
    const heldAs: RuleStops['heldAs'] = ({ id }) =>
      id === uuidOf('base') ? { reason: 'slow', sinceMs: 0 } : undefined;
    expect(warned({ disabled: new Map(), heldAs })).toEqual(['Above rule.reads_stopped']);
    const self = new Map([[uuidOf('above'), { reason: 'noise', actor: 'anna', atMs: 0 }]]);
    expect(warned({ disabled: self, heldAs: () => undefined })).toEqual([]);
  });

  it('gives a rule its text, and refuses one that is not there', () => {
    expect(getRule(loaded, new Map(), '2').source).toBe('title: Zeta');
    expect(() => getRule(loaded, new Map(), 'broken.yml')).toThrow('There is no rule');
  });
});
