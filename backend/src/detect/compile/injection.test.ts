import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import { eventRow, selectedIds, singleOf, storeEvents } from './rule-fixture.ts';
import { SqlParameters } from './sql-parameters.ts';

/** Texts that end, comment out or parametrise a statement when somebody pastes them into one. */
const attacks = [
  "x' OR 1=1 --",
  "x') OR (1=1",
  '"; DROP TABLE event; --',
  '`',
  '\\',
  "\\'",
  "\\\\'",
  "'/* */'",
  '--',
  '/*',
  '{run:String}',
  '{p0:String}',
  '{x:Identifier}',
  '${p0}',
  '%s%%_',
  "\0' OR 1",
  "'\n OR 1 -- ",
  '\u2019 OR \uFF07',
  '$$x$$',
  "b'; SELECT",
];

/** The text as a Sigma value that means it literally, in double-quoted YAML. */
const literal = (text: string): string => JSON.stringify(text.replace(/[\\*?]/g, '\\$&'));

/** What the text becomes in each position of a rule; every one must match the attack's own event and no other. */
const positions: Readonly<Record<string, (text: string) => string>> = {
  value: (text) => `  s:\n    f: ${literal(text)}\n  condition: s`,
  'list of values': (text) => `  s:\n    f: [${literal(text)}, nothing]\n  condition: s`,
  contains: (text) => `  s:\n    f|contains: [${literal(text)}, nothing]\n  condition: s`,
  startswith: (text) => `  s:\n    f|startswith: ${literal(text)}\n  condition: s`,
  'a wildcard pattern': (text) =>
    `  s:\n    f: ${JSON.stringify(`*${text.replace(/[\\*?]/g, '\\$&')}*!*`)}\n  condition: s`,
  'a regular expression': (text) => `  s:\n    f|re: ${JSON.stringify(`^\\Q${text}\\E`)}\n  condition: s`,
  'a field name': (text) => `  s:\n    ${JSON.stringify(text.replaceAll('|', ''))}: name\n  condition: s`,
  'a referenced field': (text) => `  s:\n    g|fieldref: ${literal(text)}\n  condition: s`,
  keyword: (text) => `  s: [${literal(`${text}!`)}]\n  condition: s`,
};

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  const own = attacks.map((text, index) =>
    eventRow(`attack ${index}`, {
      run_id: 'attacks',
      message: `${text}!`,
      fields: { f: `${text}!`, [text]: 'name', g: 'name' },
    })
  );
  const exact = attacks.map((text, index) => eventRow(`exact ${index}`, { run_id: 'exact', fields: { f: text } }));
  const bystanders = [
    eventRow('bystander', { run_id: 'attacks', fields: { f: 'x' } }),
    eventRow('empty', { run_id: 'exact' }),
  ];
  await storeEvents(db.store, [...own, ...exact, ...bystanders]);
});
afterAll(() => db.drop());

describe('a rule cannot change the query it becomes', () => {
  const pairs = Object.keys(positions).flatMap((position) => attacks.map((text, index) => ({ position, text, index })));

  test.each(pairs)('$position: $text', async ({ position, text, index }) => {
    const rule = singleOf(positions[position]?.(text) ?? '');
    const run = position === 'value' || position === 'list of values' ? 'exact' : 'attacks';
    const own = eventRow(run === 'exact' ? `exact ${index}` : `attack ${index}`, {}).id;
    const selected = await selectedIds(db.store, run, rule);
    expect(selected.has(own)).toBe(true);
    // Other attacks may hold the same text; the bystander never does.
    expect(selected.has(eventRow('bystander', {}).id)).toBe(false);
    if (run === 'exact') expect([...selected]).toEqual([own]);
    // The statement's text is the same whatever the value.
    expect(rule.compile().sql).toBe(singleOf(positions[position]?.('harmless') ?? '').compile().sql);
  });

  test('a prefix of parameters is a name, nothing else', () => {
    expect(() => new SqlParameters("p' OR 1")).toThrow(RangeError);
    expect(() => new SqlParameters('')).toThrow(RangeError);
  });

  test('a log source is bound like any value', async () => {
    const rule = singleOf('  s:\n    f: x\n  condition: s');
    expect(rule.compile()).toEqual({
      sql: '((product = {p0:String}) AND ifNull(lower(fields[{p1:String}]) = {p2:String}, 0))',
      params: { p0: 'test', p1: 'f', p2: 'x' },
    });
    expect((await selectedIds(db.store, 'attacks', rule)).size).toBe(1);
  });
});
