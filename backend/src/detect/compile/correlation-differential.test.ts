import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import type { RuleMatch } from '../rule.ts';
import {
  correlation,
  match,
  ruleOf,
  start,
  storeMatches,
  windowsByReference,
  windowsBySql,
} from './correlation-fixture.ts';
import { uuidOf } from './rule-fixture.ts';

/** The SQL equals the reference: hundreds of random sets of matches, each a group of its own, in one statement a rule. */
const sets = 120;
const seed = 20_261_121;

const counting = correlation(
  'type: event_count\nrules: [b, c]\ngroup-by: [set, h]\ntimespan: 5s\ncondition: {gte: 2}',
  'counting'
);
const summing = correlation(
  'type: value_sum\nrules: [a, d]\ngroup-by: [set]\ntimespan: 6s\ncondition: {field: n, gt: 1}',
  'summing'
);
const deeper = correlation(
  'type: temporal\nrules: [counting, d]\ngroup-by: [set, g]\ntimespan: 4s\ncondition: counting or d',
  'deeper'
);

const shapes: readonly (readonly [string, ...string[]])[] = [
  ['type: event_count\nrules: [a, b]\ngroup-by: [set, g, h]\ntimespan: 10s\ncondition: {gte: 3}'],
  ['type: event_count\nrules: [a, b, c]\ngroup-by: [set]\ntimespan: 3s\ncondition: {lt: 3, neq: 1}'],
  ['type: event_count\nrules: [a]\ngroup-by: set\ntimespan: 7s\ncondition: {eq: 2}'],
  ['type: value_count\nrules: [a, c]\ngroup-by: [set, g]\ntimespan: 9s\ncondition: {gt: 1, neq: 4, field: n}'],
  ['type: value_count\nrules: [a, c, d]\ngroup-by: [set]\ntimespan: 4s\ncondition: {lte: 2, field: [g, h]}'],
  ['type: temporal\nrules: [a, b, c]\ngroup-by: [set, g]\ntimespan: 12s'],
  ['type: temporal\nrules: [a, b, c, d]\ngroup-by: [set]\ntimespan: 3s\ncondition: (a or b) and not (c and not d)'],
  ['type: temporal\nrules: [a, b, c, d]\ngroup-by: [set]\ntimespan: 3s\ncondition: {gte: 2, lt: 4}'],
  ['type: temporal_ordered\nrules: [b, a, c]\ngroup-by: [set, g]\ntimespan: 20s'],
  ['type: temporal_ordered\nrules: [b, a, c]\ngroup-by: [set]\ntimespan: 5s'],
  ['type: temporal_ordered\nrules: [b, a, c, d]\ngroup-by: [set]\ntimespan: 5s\ncondition: b and (a or c) and not d'],
  ['type: temporal_ordered\nrules: [a, b, c, d]\ngroup-by: [set]\ntimespan: 6s\ncondition: (a and b or c and d) and not (a and c)'],
  ['type: value_sum\nrules: [a, b]\ngroup-by: [set, g]\ntimespan: 9s\ncondition: {field: n, gt: 0.3}'],
  ['type: value_sum\nrules: [a, b]\ngroup-by: [set]\ntimespan: 2s\ncondition: {field: n, gte: -1, lt: 0.3}'],
  ['type: value_sum\nrules: [a, c]\ngroup-by: [set]\ntimespan: 8s\ncondition: {field: x, eq: 0.3}\naliases: {x: {a: n, c: m}}'],
  ['type: value_avg\nrules: [a, b, c]\ngroup-by: [set]\ntimespan: 6s\ncondition: {field: n, lte: 0.1}'],
  ['type: value_avg\nrules: [a, b, c]\ngroup-by: [set, g]\ntimespan: 16s\ncondition: {field: n, neq: 0.2, gt: 0}'],
  ['type: value_median\nrules: [a, b, c]\ngroup-by: [set]\ntimespan: 5s\ncondition: {field: n, gte: 0.15, lt: 1}'],
  ['type: value_median\nrules: [a, b]\ngroup-by: [set, g]\ntimespan: 11s\ncondition: {field: n, eq: 0.15}'],
  ['type: value_median\nrules: [a, b, d]\ngroup-by: [set]\ntimespan: 1s\ncondition: {field: m, neq: 2}'],
  ['type: value_percentile\nrules: [a, b, c]\ngroup-by: [set]\ntimespan: 9s\ncondition: {field: n, percentile: 90, gt: 0.2}'],
  ['type: value_percentile\nrules: [a, b, c]\ngroup-by: [set, g]\ntimespan: 9s\ncondition: {field: m, percentile: 33.3, lte: 1, neq: 0}'],
  ['type: value_percentile\nrules: [a]\ngroup-by: [set]\ntimespan: 5s\ncondition: {field: m, percentile: 0, eq: 0}'],
  ['type: temporal_ordered\nrules: [a, counting]\ngroup-by: [set]\ntimespan: 8s', counting],
  ['type: temporal_ordered\nrules: [counting, a]\ngroup-by: [set, h]\ntimespan: 8s', counting],
  ['type: event_count\nrules: [counting]\ngroup-by: [set, g]\ntimespan: 8s\ncondition: {eq: 2}', counting],
  ['type: value_avg\nrules: [counting, a]\ngroup-by: [set, g]\ntimespan: 8s\ncondition: {field: m, gt: 1}', counting],
  ['type: value_median\nrules: [summing]\ngroup-by: [set, g]\ntimespan: 9s\ncondition: {field: n, gt: 0.1}', summing],
  ['type: value_count\nrules: [deeper, summing]\ngroup-by: [set, x]\ntimespan: 7s\ncondition: {field: m, gte: 2}\naliases: {x: {deeper: h, summing: g}}', counting, deeper, summing],
]; // prettier-ignore

/** Numbers from 0 below `below`, the same for the same seed. */
function randomOf(from: number): (below: number) => number {
  let state = from;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

function matchesOf(set: string, random: (below: number) => number): RuleMatch[] {
  const pick = (list: readonly (string | null)[]): string | null => list[random(list.length)] ?? null;
  const seconds = 4 + random(40);
  return Array.from({ length: 2 + random(24) }, (_, event) => {
    const fields = {
      set,
      g: pick(['x', 'x', 'y', '', null]),
      h: pick(['x', 'y', null]),
      n: pick(['0.1', '0.1', '0.2', '.2', '0.3', '-1', '1e-1', '2', '', 'none', null, '1e20']),
      m: pick(['0', '1', '1', '2', '2', '3', 'x', null]),
    };
    const at = random(3) === 0 ? random(seconds) : random(seconds * 1000) / 1000;
    // One event may match several rules: it has one time and one set of fields.
    const rules = ['a', 'b', 'c', 'd'].filter(() => random(3) === 0);
    const matched = rules.length === 0 ? ['a'] : rules;
    const found = matched.map((name) => match(name, at, fields, uuidOf(`${set} ${event}`)));
    return random(8) === 0 ? [...found, ...found] : found;
  }).flat();
}

let db: TestDatabase;
const random = randomOf(seed);
const matches = Array.from({ length: sets }, (_, set) => matchesOf(`set ${set}`, random)).flat();
beforeAll(async () => {
  db = await testDatabase();
  // In pieces, and not by time: the order of arrival says nothing.
  for (let piece = 0; piece < 3; piece += 1) {
    await storeMatches(db, 'random', matches.filter((_, index) => index % 3 === piece)); // prettier-ignore
  }
});
afterAll(() => db.drop());

test.each(shapes)(`%j over ${sets} random sets of matches (seed ${seed})`, async (body, ...inner) => {
  const rule = ruleOf(body, ...inner);
  const groups = matches.flatMap((one) => rule.groupsOf(one));
  const scope = { groups, fromMs: start + 5000, toMs: start + 30_000 };
  const bySql = await windowsBySql(db, rule, { runId: 'random', ...scope });
  expect(bySql).toEqual(windowsByReference(rule, matches, scope));
  // A shape that never or always fires would prove nothing.
  expect(bySql.length).toBeGreaterThan(10);
});
