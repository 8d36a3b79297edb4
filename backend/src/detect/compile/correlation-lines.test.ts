import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import type { CorrelationRule, FiringWindow, RuleMatch } from '../rule.ts';
import { lastSeconds, match, ruleOf, start, storeMatches, windowsBySql, windowsOf } from './correlation-fixture.ts';
import { uuidOf } from './rule-fixture.ts';

/** Event-time lines of all eight types: each fires when both of two matches stand in 10 seconds, and not by one alone. */
let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

interface Line {
  readonly rule: CorrelationRule;
  /** The two matches, earlier one first; one of them fires nothing. */
  readonly pair: readonly [first: Given, second: Given];
}
type Given = readonly [rule: string, fields: Record<string, string>];

const of = (type: string, rest: string): CorrelationRule =>
  ruleOf(`type: ${type}\ngroup-by: [g]\ntimespan: 10s\n${rest}`);
const v = (value: string): Given => ['a', { v: value }];

// prettier-ignore
const lines: Readonly<Record<string, Line>> = {
  event_count: { rule: of('event_count', 'rules: [a]\ncondition: {gte: 2}'), pair: [v('1'), v('1')] },
  value_count: { rule: of('value_count', 'rules: [a]\ncondition: {field: v, gte: 2}'), pair: [v('1'), v('2')] },
  value_sum: { rule: of('value_sum', 'rules: [a]\ncondition: {field: v, gte: 7}'), pair: [v('3'), v('4')] },
  value_avg: { rule: of('value_avg', 'rules: [a]\ncondition: {field: v, eq: 3.5}'), pair: [v('3'), v('4')] },
  value_median: { rule: of('value_median', 'rules: [a]\ncondition: {field: v, eq: 3.5}'), pair: [v('4'), v('3')] },
  // The lower of two is the percentile 50; the second one is low enough alone.
  value_percentile: { rule: of('value_percentile', 'rules: [a]\ncondition: {field: v, percentile: 50, lt: 4}'), pair: [v('4'), v('3.9')] },
  temporal: { rule: of('temporal', 'rules: [a, b]'), pair: [['b', {}], ['a', {}]] },
  temporal_ordered: { rule: of('temporal_ordered', 'rules: [a, b]'), pair: [['a', {}], ['b', {}]] },
  'temporal with a condition': { rule: of('temporal', 'rules: [a, b, c]\ncondition: a and b and not c'), pair: [['b', {}], ['a', {}]] },
  'temporal_ordered with a condition': { rule: of('temporal_ordered', 'rules: [a, b, c]\ncondition: a and b and not c'), pair: [['a', {}], ['b', {}]] },
};
const cases = Object.entries(lines).map(([name, line]) => ({ name, ...line }));

const at = (seconds: number, [name, fields]: Given, g: string | null = 'x', id?: string): RuleMatch =>
  match(name, seconds, g === null ? fields : { ...fields, g }, id);

/** Several cases in one statement, each a group of its own: seconds of the last trigger and events of those that fire. */
async function lastByCase(
  rule: CorrelationRule,
  given: Record<string, readonly RuleMatch[]>
): Promise<Record<string, number[]>> {
  const matches = Object.entries(given).flatMap(([name, list]) => {
    return list.map((one) => ({
      ...one,
      eventId: uuidOf(`${name} ${one.eventId}`),
      fields: { ...one.fields, g: name },
    }));
  });
  const found = await windowsOf(db, rule, matches);
  const seen = found.map(({ group, lastMs, events }): [string, number[]] => [
    group['g'] ?? '',
    [(lastMs - start) / 1000, events],
  ]);
  return Object.fromEntries(seen);
}

describe.each(cases)('$name', ({ name, rule, pair: [first, second] }) => {
  // value_percentile fires by its low second value alone; the others need both.
  const alone = name === 'value_percentile';
  const both = (a: number, b: number, g: string | null = 'x'): RuleMatch[] => [at(a, first, g), at(b, second, g)];

  test('borders, equal times, one alone, one stored twice', async () => {
    const [one = at(0, first), two = at(0, second)] = both(0, 4);
    const found = await lastByCase(rule, {
      'exactly the timespan': both(0, 10),
      'a millisecond more': both(0, 10.001),
      'equal times': both(5, 5),
      'the first alone': [at(0, first)],
      'the second alone': [at(0, second)],
      'each stored twice': [one, two, one, two],
      'one stored twice': [one, one],
    });
    const fired = { 'exactly the timespan': [10, 2], 'equal times': [5, 2], 'each stored twice': [4, 2] };
    expect(found).toEqual(alone ? { ...fired, 'a millisecond more': [10.001, 1], 'the second alone': [0, 1] } : fired);
  });
  test('groups do not mix; a missing value is a group, the empty text another', async () => {
    const three = [...both(0, 1, null), ...both(2, 3, ''), ...both(4, 5, 'X')];
    const parted = alone ? [] : [at(4, first, 'x'), at(4.5, second, 'y'), at(4, first, 'z'), at(20, second, null)];
    const found = await windowsOf(db, rule, [...three, ...parted]);
    const eventsOf = new Map(found.map(({ group, events }) => [group['g'], events]));
    expect(found).toHaveLength(3);
    expect(eventsOf).toEqual(new Map([[null, 2], ['', 2], ['X', 2]])); // prettier-ignore
  });
  test('late and disordered: every order and every cut in batches gives the same windows', async () => {
    const matches = [...both(0, 9), ...both(9.5, 12), ...both(40, 50), ...both(70, 80.001), ...both(3, 3, 'y')];
    const groups = matches.flatMap((one) => rule.groupsOf(one));
    const scope = { groups, fromMs: start - 1000, toMs: start + 100_000 };
    const wanted = await windowsOf(db, rule, matches, scope);
    expect(wanted.length).toBeGreaterThanOrEqual(3);
    const found: FiringWindow[][] = [];
    for (const seed of [3, 7]) {
      const runId = `${name} ${seed}`;
      const shuffled = matches
        .map((_, index) => matches[(index * seed + seed) % 10])
        .filter((one) => one !== undefined);
      expect(new Set(shuffled).size).toBe(10);
      for (const batch of [shuffled.slice(0, seed), shuffled.slice(seed)]) await storeMatches(db, runId, batch);
      found.push(await windowsBySql(db, rule, { runId, ...scope }));
    }
    expect(found).toEqual([wanted, wanted]);
  });
  test('runs do not mix', async () => {
    await storeMatches(db, `${name} real`, [at(0, first)]);
    await storeMatches(db, `${name} scenario`, [at(4, second)]);
    const scope = { groups: [{ g: 'x' }], fromMs: start, toMs: start + 10_000 };
    expect(await windowsBySql(db, rule, { runId: `${name} real`, ...scope })).toEqual([]);
    expect(await windowsBySql(db, rule, { runId: `${name} scenario`, ...scope })).toHaveLength(alone ? 1 : 0);
  });
});

describe('triggers and windows', () => {
  const rule = lines['event_count']?.rule ?? ruleOf('');
  const times = (...seconds: number[]): RuleMatch[] => seconds.map((second) => at(second, v('1')));

  test('a window that fires at several triggers is one, with all of them', async () => {
    expect(await windowsOf(db, rule, times(0, 4, 8, 12))).toMatchObject([
      { firstMs: start, lastMs: start + 12_000, triggers: 3, events: 4 },
    ]);
  });
  test('triggers a timespan apart are one window, a millisecond more makes two', async () => {
    expect(await lastSeconds(db, rule, times(0, 1, 11))).toEqual([11]);
    expect(await lastSeconds(db, rule, times(0, 1, 11, 21, 31.001, 32))).toEqual([21, 32]);
    expect(await lastSeconds(db, rule, times(0, 1, 10.9, 11.001))).toEqual([11.001]);
    expect(await lastSeconds(db, rule, times(0, 1, 11.001, 11.002))).toEqual([1, 11.002]);
  });
  test('a late match joins two windows, and can end one', async () => {
    expect(await lastSeconds(db, rule, times(0, 1, 20, 21))).toEqual([1, 21]);
    expect(await lastSeconds(db, rule, times(0, 1, 20, 21, 11))).toEqual([21]);
    const exact = of('event_count', 'rules: [a]\ncondition: {eq: 2}');
    expect(await lastSeconds(db, exact, times(0, 4))).toEqual([4]);
    expect(await lastSeconds(db, exact, times(0, 4, 4))).toEqual([]);
  });
  test('an event that two referenced rules match is one event and one trigger', async () => {
    const two = of('event_count', 'rules: [a, b]\ncondition: {gte: 2}');
    const id = uuidOf('seen twice');
    const twice = ['a', 'b'].map((name) => at(1, [name, {}], 'x', id));
    expect(await windowsOf(db, two, twice)).toEqual([]);
    expect(await windowsOf(db, two, [...twice, at(2, ['b', {}])])).toMatchObject([{ events: 2, triggers: 1 }]);
  });
});

describe('an extended condition of temporal_ordered', () => {
  const ordered = (condition: string, rules = '[a, b, c]'): CorrelationRule =>
    of('temporal_ordered', `rules: ${rules}\ncondition: ${condition}`);
  const seen = (text: string): RuleMatch[] =>
    Array.from(text)
      .map((name, second) => at(second, [name, {}]))
      .filter((one) => one.ruleId !== uuidOf('-'));

  // prettier-ignore
  test.each<[string, Record<string, number>]>([
    ['a and b and c', { abc: 2, acb: -1, acbc: 3, cba: -1, ab: -1 }],
    ['c and b and a', { cba: -1, abc: 2 }],
    ['(a or b) and c', { ac: 1, bc: 1, cab: -1, ab: -1, cabc: 3 }],
    ['a and c and not b', { 'a-c': 2, abc: -1, bac: -1, acb: 1, ca: -1, 'b---------ac': 11, 'b--------ac': -1 }],
    ['a and (b or not c)', { a: 0, ac: 0, cab: 2, cba: -1 }],
    ['not (a and b) and c', { abc: -1, bc: 1, ac: 1, ab: -1 }],
    ['a and b or c and not a', { ba: -1, c: 0, bac: -1, cab: 2 }],
    ['not a and not b and not c', { abc: -1 }],
  ])('%s', async (condition, wanted) => {
    const found = await lastByCase(ordered(condition), Object.fromEntries(Object.keys(wanted).map((text) => [text, seen(text)])));
    const seconds = Object.keys(wanted).map((text) => [text, found[text]?.[0] ?? -1]);
    expect(Object.fromEntries(seconds)).toEqual(wanted);
  });
  test('the order is that of rules, not of the condition; without rules that of the condition', async () => {
    expect(await lastSeconds(db, ordered('b and a and not c'), seen('ba'))).toEqual([]);
    const bare = of('temporal_ordered', 'condition: b and a and not c');
    expect(await lastSeconds(db, bare, seen('ba'))).toEqual([1]);
    expect(await lastSeconds(db, bare, seen('ab'))).toEqual([]);
  });
});

describe('a number of different rules', () => {
  const counted = (condition: string): CorrelationRule => of('temporal', `rules: [a, b, c]\ncondition: ${condition}`);
  const seen = (text: string): RuleMatch[] => Array.from(text).map((name, second) => at(second, [name, {}]));
  test('of temporal is compared', async () => {
    expect(await lastSeconds(db, counted('{gte: 2}'), seen('aaa'))).toEqual([]);
    expect(await lastSeconds(db, counted('{gte: 2}'), seen('aac'))).toEqual([2]);
    expect(await lastSeconds(db, counted('{eq: 2}'), seen('acb'))).toEqual([1]);
    expect(await lastSeconds(db, counted('{lt: 2}'), seen('ac'))).toEqual([0]);
  });
  test('of temporal_ordered it can only say all', async () => {
    const all = of('temporal_ordered', 'rules: [a, b]\ncondition: {gte: 2}');
    expect(await lastSeconds(db, all, seen('ab'))).toEqual([1]);
    expect(await lastSeconds(db, all, seen('ba'))).toEqual([]);
  });
});
