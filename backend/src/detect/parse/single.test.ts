import { expect, test } from 'vitest';
import { rule } from './parse-fixture.ts';
import { parseRuleFile } from './rule-file.ts';

const text = rule('  sel: {f: a}\n  no_b: {g: b}\n  unused: {h: c}\n  condition: [sel and not 1 of no_*, no_b]');

test('a rule keeps its selections by name, and its conditions as written, so that a result can be explained', () => {
  const [parsed] = parseRuleFile(text, 'x.yml').rules;
  if (parsed?.kind !== 'single') throw new Error('a single rule');
  expect(
    [...parsed.selections].map(([name, { at, expression }]) => [name, at.line, at.column, expression.kind])
  ).toEqual([
    ['sel', 6, 3, 'text'],
    ['no_b', 7, 3, 'text'],
    ['unused', 8, 3, 'text'],
  ]);
  expect(parsed.conditions).toMatchObject([
    {
      kind: 'and',
      items: [
        { kind: 'name', name: 'sel', at: { line: 9, column: 15 } },
        { kind: 'not', item: { kind: 'of', quantifier: 'some', pattern: 'no_*', at: { line: 9, column: 32 } } },
      ],
    },
    { kind: 'name', name: 'no_b', at: { line: 9, column: 38 } },
  ]);
  const [first] = parsed.expression.kind === 'or' ? parsed.expression.items : [];
  expect(first).toMatchObject({ kind: 'and', items: [parsed.selections.get('sel')?.expression, { kind: 'not' }] });
  expect(parsed.filters).toEqual([]);
});

test('a taxonomy is read where a pipeline maps it', () => {
  const foreign = `taxonomy: ours\n${text}`;
  expect(parseRuleFile(foreign, 'x.yml').rules).toEqual([]);
  const { rules, issues } = parseRuleFile(foreign, 'x.yml', { taxonomies: new Set(['ours']) });
  expect([rules[0]?.meta.taxonomy, issues]).toEqual(['ours', []]);
  expect(parseRuleFile(text, 'x.yml').rules[0]?.meta.taxonomy).toBe('sigma');
});
