import { describe, expect, test } from 'vitest';
import { item, places, rule } from './parse-fixture.ts';
import { parseRuleFile } from './rule-file.ts';

/** Ten values, then lists of ten times the list before: 10 to the power of `levels`. */
function laughs(levels: number): string {
  const lists = Array.from({ length: levels }, (_, level) => {
    const inner = level === 0 ? 'ha' : `*l${level - 1}`;
    return `l${level}: &l${level} [${Array.from({ length: 10 }, () => inner).join(', ')}]\n`;
  });
  return `${lists.join('')}${item('f: a')}`;
}

describe('aliases', () => {
  test('ten lines that name a billion values are refused at once', () => {
    const started = performance.now();
    expect(places(laughs(3))).toEqual([]);
    const found = parseRuleFile(laughs(10), 'x.yml');
    expect(found.rules).toEqual([]);
    expect(found.issues.map(({ code }) => code)).toEqual(['sigma.yaml']);
    expect(found.issues[0]?.line).toBeGreaterThan(3);
    expect(performance.now() - started).toBeLessThan(2000);
  });
  test('so are long texts named often', () => {
    const text = `t: &t ${'x'.repeat(100_000)}\nmany: [${Array.from({ length: 30 }, () => '*t').join(', ')}]\n${item('f: a')}`;
    expect(places(text)).toEqual(['sigma.yaml 2:88']);
  });
  test('an alias inside its own anchor is refused', () => {
    expect(places(`a: &a {b: *a}\n${item('f: a')}`)).toEqual(['sigma.yaml 1:11']);
    expect(places(`a: &a [[*a]]\n${item('f: a')}`)).toEqual(['sigma.yaml 1:9']);
    expect(places(rule('  s: &s\n    <<: *s\n    f: a\n  condition: s'))).toEqual(['sigma.yaml 7:9', 'sigma.yaml 7:9']);
  });
  test('nesting is bounded, aliases included', () => {
    const nested = (depth: number, inner: string): string => '{a: '.repeat(depth) + inner + '}'.repeat(depth);
    expect(places(`x: ${nested(190, 'b')}\n${item('f: a')}`)).toEqual([]);
    expect(places(`x: &x ${nested(150, 'b')}\ny: ${nested(150, '*x')}\n${item('f: a')}`)).toEqual(['sigma.yaml 1:203']);
    for (const depth of [1000, 1101, 1458]) {
      const found = places(`x: &x ${nested(depth, 'b')}\ny: ${nested(depth, '*x')}\n${item('f: a')}`);
      expect(found[0]).toMatch(/^sigma\.yaml 1:/);
    }
  });
  test('what is wrong in a value is said once, where the value stands', () => {
    const text = rule('  s: {f|cidr: &n [10.0.0.0/33, 10.0.0.0/8]}\n  t: {g|cidr: *n}\n  condition: s or t');
    expect(places(text)).toEqual(['sigma.cidr 6:19']);
  });
  test('anchors end with their document', () => {
    expect(places(`${item('f: &v a')}---\n${item('f: *v')}`)).toEqual(['sigma.yaml 16:8']);
  });
  test('a document with the same values written out gives the same rule', () => {
    const written = parseRuleFile(rule("  s: {f: [a, 'b*'], g: [a, 'b*']}\n  condition: s"), 'x.yml').rules[0];
    const shared = parseRuleFile(rule("  s: {f: &v [a, 'b*'], g: *v}\n  condition: s"), 'x.yml').rules[0];
    if (written?.kind !== 'single' || shared?.kind !== 'single') throw new Error('two single rules');
    expect(shared.expression).toEqual(written.expression);
    expect(shared.meta.hash).not.toBe(written.meta.hash);
  });
});
