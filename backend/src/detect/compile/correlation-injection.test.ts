import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import type { CorrelationRule, RuleMatch } from '../rule.ts';
import { correlation, match, start, storeMatches, windowsOf } from './correlation-fixture.ts';
import { correlationOf, uuidOf } from './rule-fixture.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

/** Texts that end, comment out or parametrise a statement when somebody pastes them into one. */
const attacks = [
  "x' OR 1=1 --",
  "x') OR (1=1",
  "x']) OR 1 --",
  '"; DROP TABLE rule_match; --',
  '`',
  '\\',
  "\\'",
  "'/* */'",
  '{p0:String}',
  '{x:Identifier}',
  '${p0}',
  "\0' OR 1",
  "'\n OR 1 -- ",
  '\u2019 OR \uFF07',
  '5:a,5:b',
  '-',
  '%_?*',
  "1e5') --",
];

/** Every name of the rule is `text`, or derived from it: rules, group-by, alias, fields. */
function ruleNamed(text: string, type: string, condition: string): CorrelationRule {
  const quoted = JSON.stringify(text);
  const named = JSON.stringify(`rule ${text}`);
  const single = `title: t\nid: ${uuidOf('a')}\nname: ${named}\nlogsource: {product: test}\ndetection:\n  s: {f: x}\n  condition: s\n`;
  const inner = correlation(
    `type: event_count\nrules: [${named}]\ngroup-by: [${quoted}]\ntimespan: 10s\ncondition: {gte: 1}`,
    'inner'
  );
  const body = `type: ${type}\nrules: [inner, ${named}]\ngroup-by: [${quoted}, alias]\ntimespan: 10s\ncondition: ${condition}\naliases:\n  alias: {inner: ${quoted}, ${named}: ${quoted}}`;
  return correlationOf([single, inner, correlation(body)].join('---\n'));
}

const shapes: readonly (readonly [string, (text: string) => string])[] = [
  ['event_count', () => '{gte: 2}'],
  ['value_count', (text) => `{field: [${JSON.stringify(text)}, v], gte: 2}`],
  ['value_sum', () => '{field: v, gte: 3}'],
  ['value_avg', () => '{field: v, gte: 1.5}'],
  ['value_median', () => '{field: v, eq: 1.5}'],
  ['value_percentile', () => '{field: v, percentile: 100, eq: 2}'],
  ['temporal', () => '{gte: 2}'],
  ['temporal_ordered', () => '{gte: 2}'],
];

describe.each(shapes)('%s', (type, condition) => {
  test('names of rules, fields and groups cannot change the query', async () => {
    const wanted = ruleNamed('harmless', type, condition('harmless'));
    const scope = { runId: 'r', groups: [], fromMs: 0, toMs: 1 };
    for (const text of attacks) {
      const rule = ruleNamed(text, type, condition(text));
      expect(rule.compileWindows(scope).sql).toBe(wanted.compileWindows(scope).sql);
      expect(rule.compileGroups(scope).sql).toBe(wanted.compileGroups(scope).sql);
    }
    const [text = ''] = attacks;
    const rule = ruleNamed(text, type, condition(text));
    const matches = [match('a', 0, { [text]: 'x', v: '1' }), match('a', 1, { [text]: 'x', v: '2' })];
    expect(await windowsOf(db, rule, matches)).toMatchObject([{ group: { [text]: 'x', alias: 'x' }, events: 2 }]);
  });

  test('group values, counted values and read numbers cannot either', async () => {
    const rule = ruleNamed('g', type, condition('g'));
    const attacked = (g: string): RuleMatch[] => [match('a', 0, { g, v: '1' }), match('a', 1, { g, v: '2' })];
    const hostile = attacks.map((text, second) => match('a', 40 + second, { g: 'values', v: text }));
    const found = await windowsOf(db, rule, [...attacks.flatMap(attacked), ...hostile]);
    const groups = found.map(({ group }) => group['g']).filter((one) => one !== 'values');
    expect(groups.sort()).toEqual([...attacks].sort());
    expect(new Set(found.map(({ events }) => events))).toContain(2);
  });
});

test('the run is bound too, and what is not asked for is not read', async () => {
  const rule = ruleNamed('g', 'event_count', '{gte: 2}');
  await storeMatches(db, 'real', [match('a', 0, { g: 'x' }), match('a', 1, { g: 'x' })]);
  for (const text of attacks) {
    const scope = { runId: text, groups: [{ g: text, alias: text }], fromMs: start, toMs: start + 1000 };
    const statement = rule.compileWindows(scope);
    expect(statement.sql).toBe(rule.compileWindows({ ...scope, runId: 'real', groups: [] }).sql);
  }
  const other = { runId: attacks[0] ?? '', groups: [{ g: 'x', alias: 'x' }], fromMs: start, toMs: start + 1000 };
  const limits = { timeoutMs: 10_000, rowsMax: 10 };
  const { firingWindowRow } = await import('../rule.ts');
  expect(await db.store.compiled('test.windows', rule.compileWindows(other), firingWindowRow, limits)).toEqual([]);
});
