import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase, type TestDatabase } from '../testing/database.ts';
import { eventRow, rulesOf, storeEvents } from '../src/detect/compile/rule-fixture.ts';
import { firingWindowRow } from '../src/detect/rule.ts';
import { convertRule, readableSql } from './convert.ts';
import { sqlLiteral, withLiterals } from './literal-sql.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const limits = { timeoutMs: 20_000, rowsMax: 1000 };
// prettier-ignore
const hostile = ['', "'", '\\', "\\'", "' OR 1 --", '\n\t\0\x1b', '{p0:String}', '%_*?', '\u212A\u{1F600}', '`"', '/*', '\\x41', '*/;DROP TABLE event'];

describe('literals', () => {
  it.each(hostile)('%j comes back from the engine as it was', async (text) => {
    const sql = `SELECT ${sqlLiteral(text)} AS text, length(${sqlLiteral(text)}) AS bytes`;
    const row = z.object({ text: z.string(), bytes: z.coerce.number() });
    expect(await db.store.compiled('test.literal', { sql, params: {} }, row, limits)).toEqual([
      { text, bytes: Buffer.byteLength(text) },
    ]);
  });

  it('refuses a value that has no literal', () => {
    expect(() => withLiterals('SELECT {a:String}', {})).toThrow(/no literal/);
  });
});

describe('converted rules run as they are printed', () => {
  it('selects what the rule matches, whatever stands in it', async () => {
    const events = hostile.map((text, at) => eventRow(`hostile ${at}`, { fields: { f: `x${text}y` } }));
    await storeEvents(db.store, events);
    for (const [at, text] of hostile.entries()) {
      const value = JSON.stringify(`x${text.replace(/\\(?=[*?\\]|$)|[*?]/g, '\\$&')}y`);
      const id = `00000000-0000-4000-8000-0000000001${String(at).padStart(2, '0')}`;
      const rules = rulesOf(
        `title: A rule\nid: ${id}\nlogsource: { product: test }\ndetection:\n  s:\n    f|cased: ${value}\n  condition: s\n`
      );
      const [rule] = rules;
      if (rule === undefined) throw new Error('no rule');
      const sql = readableSql(convertRule(rule, rules));
      const found = await db.store.compiled(
        'test.converted',
        { sql, params: {} },
        z.object({ id: z.string() }),
        limits
      );
      expect(
        found.map((row) => row.id),
        sql
      ).toEqual([events[at]?.id]);
    }
  });

  it('finds the windows of a correlation in the events themselves', async () => {
    const rules = rulesOf(
      [
        'title: Base\nid: 00000000-0000-4000-8000-000000000201\nname: base\nlogsource: { product: test }\ndetection:\n  s: { f: failed }\n  condition: s\n',
        'title: Many\nid: 00000000-0000-4000-8000-000000000202\ncorrelation:\n  type: event_count\n  rules: [base]\n  group-by: [who]\n  timespan: 5m\n  condition: { gte: 3 }\n',
        'title: Different\nid: 00000000-0000-4000-8000-000000000203\ncorrelation:\n  type: value_count\n  rules: [base]\n  timespan: 5m\n  condition: { field: who, gte: 2 }\n',
      ].join('---\n')
    );
    const at = (who: string, seconds: number) =>
      eventRow(`many ${who} ${seconds}`, {
        ts: new Date(Date.parse('2026-11-21T08:00:00.000Z') + seconds * 1000).toISOString(),
        fields: { f: 'failed', who },
      });
    await storeEvents(db.store, [at('a', 0), at('a', 120), at('a', 300), at('b', 3000), at('b', 3100), at('c', 9000)]);
    const windowsOf = async (title: string) => {
      const rule = rules.find((one) => one.meta.title === title);
      if (rule === undefined) throw new Error('no rule');
      const sql = readableSql(convertRule(rule, rules));
      return db.store.compiled('test.converted_windows', { sql, params: {} }, firingWindowRow, limits);
    };
    expect(await windowsOf('Many')).toMatchObject([{ group_values: ['a'], triggers: 1, events: 3 }]);
    expect(await windowsOf('Different')).toEqual([]);
  });
});
