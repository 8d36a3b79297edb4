import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import { compileExpression } from '../evaluate/evaluate.ts';
import { EventView } from '../evaluate/event-view.ts';
import { and, not, or, type Expression, type PatternPart } from '../parse/ast.ts';
import { timePartBounds, timeParts } from '../parse/event-time.ts';
import { addressHex, readNetwork } from '../parse/ip-address.ts';
import { patternOf } from '../parse/sigma-string.ts';
import { defaultPipeline } from '../pipeline/default-pipeline.ts';
import { resolveField, type FieldSource } from '../pipeline/pipeline.ts';
import { expressionSql } from './expression-sql.ts';
import { eventNear, oddTexts, pick, seededRandom, type Random } from './event-generator.ts';
import { eventRow, storeEvents } from './rule-fixture.ts';
import { SqlParameters } from './sql-parameters.ts';

const rules = 120;
const eventsPerRule = 45;
/** Rules per statement. */
const batch = 12;
/** Columns of each kind, and keys of `fields`, one of them that objects have by nature. */
const fields = [
  'f',
  'g',
  '__proto__',
  'host',
  'command_line',
  'CommandLine',
  'src_ip',
  'severity',
  'message',
  'dst_port',
];
const timeFields = ['f', 'g', 'host', 'ts', 'ts'];
// prettier-ignore
const regexes = ['a.c', '^a', 'c$', '(?i)abc', '[^a]b', '\\d+', 'a{2,3}', '(a|b)*c', '\\bx', '\\x{e4}', '\\pL\\z', '', '(?i)k', '(?i)\u03C3', '(?i)[\u00E0-\u00E5]', '\\s', '\\w\\W', '[[:alpha:]]$', '.', '^.{2}$', '\\Q*?\\E', '\\n', '\\x00'];
const networks = ['192.0.2.0/24', '10.0.0.0/8', '0.0.0.0/0', '::1', '2001:db8::/32', '::/0', '::ffff:0:0/96'];

function randomPattern(random: Random): ReturnType<typeof patternOf> {
  const parts: PatternPart[] = [];
  for (let count = random(5); count > 0; count -= 1) {
    parts.push(random(3) === 0 ? { wildcard: pick(random, ['*', '?'] as const) } : { text: pick(random, oddTexts) });
  }
  return patternOf(parts);
}

function randomLeaf(random: Random): Expression {
  const field = pick(random, fields);
  const cased = random(4) === 0;
  const leaves: readonly (() => Expression)[] = [
    () => ({ kind: 'text', field, pattern: randomPattern(random), cased }),
    () => ({ kind: 'text', field, pattern: randomPattern(random), cased }),
    () => ({ kind: 'text', field, pattern: patternOf([{ text: `${pick(random, oddTexts)}x` }]), cased }),
    () => ({ kind: 'exists', field }),
    () => ({ kind: 'regex', field, source: pick(random, regexes), flags: pick(random, ['', 'i', 's', 'm', 'ims']) }),
    () => ({
      kind: 'compare',
      field,
      operator: pick(random, ['lt', 'lte', 'gt', 'gte'] as const),
      number: random(9) - 4.5,
    }),
    () => {
      const network = readNetwork(pick(random, networks));
      if (network === undefined) throw new Error('a network');
      return { kind: 'cidr', field, ...network };
    },
    () => {
      const place = pick(random, ['equals', 'contains', 'startswith', 'endswith'] as const);
      return { kind: 'fieldref', field, other: pick(random, fields), place, cased };
    },
    () => {
      const part = pick(random, timeParts);
      const operator = pick(random, ['eq', 'lt', 'lte', 'gt', 'gte'] as const);
      const { min, max } = timePartBounds[part];
      const number = part === 'year' ? 2015 + random(20) : min + random(max - min + 1);
      return { kind: 'time_part', field: pick(random, timeFields), part, operator, number };
    },
    () => ({ kind: 'keyword', pattern: randomPattern(random), cased }),
    () => ({ kind: 'keyword_regex', source: pick(random, regexes), flags: '' }),
  ];
  return pick(random, leaves)();
}

function randomExpression(random: Random, depth: number): Expression {
  const shape = depth === 0 ? 0 : random(5);
  const items = (): Expression[] => Array.from({ length: 1 + random(4) }, () => randomExpression(random, depth - 1));
  if (shape === 1 || shape === 2) return or(items());
  if (shape === 3) return and(items());
  return shape === 4 ? not(randomExpression(random, depth - 1)) : randomLeaf(random);
}

const source = (field: string): FieldSource =>
  resolveField(defaultPipeline, { product: 'test', category: '', service: '' }, field);

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

test(`evaluator and SQL agree on ${rules * eventsPerRule} random pairs of rule and event`, async () => {
  const random = seededRandom(20_261_121);
  const cases = Array.from({ length: rules }, (_, number) => {
    const expression = randomExpression(random, 3);
    const events = Array.from({ length: eventsPerRule }, (_one, index) =>
      eventRow(`${number} ${index}`, { ...eventNear(expression, source, random), run_id: `r${number}` })
    );
    return { run: `r${number}`, expression, events };
  });
  await storeEvents(
    db.store,
    cases.flatMap(({ events }) => events)
  );
  const selected = new Set<string>();
  for (let first = 0; first < rules; first += batch) {
    const parts = cases.slice(first, first + batch).map(({ run, expression }) => {
      const parameters = new SqlParameters(`${run}p`);
      const sql = `(run_id = '${run}' AND ${expressionSql(expression, { parameters, source })})`;
      return { sql, params: parameters.params };
    });
    const statement = {
      sql: `SELECT id FROM event WHERE ${parts.map(({ sql }) => sql).join(' OR ')}`,
      params: Object.assign({}, ...parts.map(({ params }) => params)) as Record<string, unknown>,
    };
    const limits = { timeoutMs: 20_000, rowsMax: batch * eventsPerRule };
    const found = await db.store.compiled('test.differential', statement, z.object({ id: z.string() }), limits);
    for (const { id } of found) selected.add(id);
  }
  let matched = 0;
  for (const { expression, events } of cases) {
    const view = new EventView();
    const decide = compileExpression(expression, { view, source });
    const matches = events.map((event) => {
      view.open(event);
      return decide();
    });
    matched += matches.filter(Boolean).length;
    const differing = events.filter((event, index) => selected.has(event.id) !== matches[index]);
    expect(differing, JSON.stringify(expression)).toEqual([]);
  }
  // Neither backend may agree by always saying the same.
  expect(matched).toBeGreaterThan(rules * eventsPerRule * 0.2);
  expect(matched).toBeLessThan(rules * eventsPerRule * 0.8);
}, 120_000);

test('addresses are read as the engine reads them', async () => {
  // prettier-ignore
  const texts = ['192.0.2.1', '192.0.2.01', '192.0.2', '192.0.2.1.5', '192.0.2.256', ' 192.0.2.1', '192.0.2.1 ', '0x7f.1.1.1', '1.2.3.4/8', '::', '::1', '1::', '::ffff:192.0.2.1', '::FFFF:c000:201', '2001:DB8::1', '2001:db8:0:0:0:0:0:1', '2001:db8:0:0:0:0:0:0:1', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7::', '1::2:3:4:5:6:7:8', '::1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8::', '1:2:3:4:5:6:7::8', '1:2:3:4:5:6::1.2.3.4', '1::2:3:4:5:6:7:8:9', '1:::2', ':::1', '1:::', '1:::2::3', '1::2:::3', '1.00112.3.4', '::1.00112.3.4', '::2:3:4:5:6:7:8', '1::2::3', ':::', ':', '1:', ':1', 'fe80::1%eth0', '[::1]', '12345::', 'g::', '::1.2.3.4', '1:2:3:4:5:6:1.2.3.4', '1.2.3.4::', '::1.2.3.4:5', '', 'x', '1', '001.2.3.4', '1.2.3.4\n', '\u0661.2.3.4', '0:0:0:0:0:0:0:0:', '00001::', '01.2.3.4', '1.02.3.4', '1.2.003.4', '1.2.3.0004', '1.2.3.00', '1.2.3.000', '00.0.0.0', '1.2.3.012', '1.02.03.04', '::ffff:1.2.3.04', '::ffff:01.2.3.4', '1.2.3.', '.1.2.3', '1..2.3', '1.2.3.4.', '-1.2.3.4', '+1.2.3.4', '999.1.1.1', '1.1.1.1000'];
  const statement = {
    sql: 'SELECT t, lower(hex(toIPv6OrNull(t))) AS h FROM (SELECT arrayJoin({texts:Array(String)}) AS t)',
    params: { texts },
  };
  const row = z.object({ t: z.string(), h: z.string().nullable() });
  const rows = await db.store.compiled('test.addresses', statement, row, { timeoutMs: 5000, rowsMax: 100 });
  expect(Object.fromEntries(rows.map(({ t }) => [t, addressHex(t) ?? null]))).toEqual(
    Object.fromEntries(rows.map(({ t, h }) => [t, h]))
  );
});
