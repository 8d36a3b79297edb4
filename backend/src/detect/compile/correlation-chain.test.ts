import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import type { RuleMatch } from '../rule.ts';
import { correlation, lastSeconds, match, ruleOf, windowsOf } from './correlation-fixture.ts';
import { uuidOf } from './rule-fixture.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

/** Three failures of one computer in 10 seconds. */
const many = correlation(
  'type: event_count\nrules: [a]\ngroup-by: [computer]\ntimespan: 10s\ncondition: {gte: 3}',
  'many'
);
const failure = (second: number, computer: string, user: string, more: Record<string, string> = {}): RuleMatch =>
  match('a', second, { computer, user, ...more });
const success = (second: number, user: string): RuleMatch => match('b', second, { user });

describe('the outer one uses its own group-by only', () => {
  const rule = ruleOf('type: temporal_ordered\nrules: [many, b]\ngroup-by: [user]\ntimespan: 1m', many);

  test('which are fields of the events at which the inner one fires', async () => {
    const failures = [failure(0, 'pc', 'ann'), failure(1, 'pc', 'bob'), failure(2, 'pc', 'cy')];
    expect(await windowsOf(db, rule, [...failures, success(5, 'cy')])).toMatchObject([
      { group: { user: 'cy' }, events: 2 },
    ]);
    expect(await windowsOf(db, rule, [...failures, success(5, 'ann')])).toEqual([]);
    expect(await windowsOf(db, rule, [...failures, success(1, 'cy')])).toEqual([]);
  });
  test('the inner one still counts by its own', async () => {
    const spread = [failure(0, 'pc', 'cy'), failure(1, 'laptop', 'cy'), failure(2, 'pc', 'cy')];
    expect(await lastSeconds(db, rule, [...spread, success(5, 'cy')])).toEqual([]);
    expect(await lastSeconds(db, rule, [...spread, failure(3, 'pc', 'cy'), success(5, 'cy')])).toEqual([5]);
  });
  test('a match of one user can make a trigger of another one: the rule says that it spreads', () => {
    expect(rule.spreads).toBe(true);
    expect(rule.groupsOf(failure(0, 'pc', 'ann'))).toEqual([{ user: 'ann' }]);
    expect([...rule.fieldsOf(uuidOf('a'))].sort()).toEqual(['computer', 'user']);
    expect(rule.fieldsOf(uuidOf('b'))).toEqual(['user']);
    const same = ruleOf('type: temporal\nrules: [many, b]\ngroup-by: [computer]\ntimespan: 1m', many);
    expect(same.spreads).toBe(false);
    expect(ruleOf('type: temporal\nrules: [many, b]\ntimespan: 1m', many).spreads).toBe(false);
  });
});

describe('aliases over an inner correlation', () => {
  test('name a field of its events', async () => {
    const rule = ruleOf(
      'type: temporal\nrules: [many, b]\ngroup-by: [who]\ntimespan: 1m\naliases:\n  who: {many: user, b: account}',
      many
    );
    const failures = [0, 1, 2].map((second) => failure(second, 'pc', 'cy'));
    expect(await lastSeconds(db, rule, [...failures, match('b', 4, { account: 'cy', user: 'no' })])).toEqual([4]);
    expect(await lastSeconds(db, rule, [...failures, match('b', 4, { account: 'no', user: 'cy' })])).toEqual([]);
  });
  test("or an alias of its own, read by each of its rules' fields", async () => {
    const inner = correlation(
      'type: temporal\nrules: [a, b]\ngroup-by: [ip]\ntimespan: 10s\naliases:\n  ip: {a: src, b: dst}',
      'inner'
    );
    const rule = ruleOf('type: event_count\nrules: [inner]\ngroup-by: [ip]\ntimespan: 1m\ncondition: {gte: 1}', inner);
    const from = match('a', 0, { src: '192.0.2.1', dst: '192.0.2.9' });
    expect(await windowsOf(db, rule, [from, match('b', 1, { dst: '192.0.2.1' })])).toMatchObject([
      { group: { ip: '192.0.2.1' }, triggers: 1 },
    ]);
    expect(await windowsOf(db, rule, [from, match('b', 1, { dst: '192.0.2.9' })])).toEqual([]);
    expect(rule.spreads).toBe(false);
    expect(rule.groupsOf(from)).toEqual([{ ip: '192.0.2.1' }]);
  });
});

describe('values over inner correlations', () => {
  const failures = (sizes: readonly string[]): RuleMatch[] =>
    sizes.map((size, second) => failure(second, 'pc', 'cy', { size }));
  test.each([
    ['value_sum', 'gte: 12', ['100', '100', '5', '7'], [3]],
    ['value_sum', 'gte: 13', ['100', '100', '5', '7'], []],
    ['value_avg', 'eq: 6', ['100', '100', '5', '7'], [3]],
    ['value_median', 'eq: 7', ['1', '1', '5', '7', '9'], [4]],
    ['value_percentile', 'percentile: 100, eq: 9', ['50', '50', '5', '7', '9'], [4]],
    ['value_count', 'gte: 3', ['1', '2', '5', '7'], []],
    ['value_count', 'gte: 2', ['1', '2', '5', '7'], [3]],
  ])('%s {%s} reads the events at which the inner one fires', async (type, condition, sizes, seconds) => {
    const body = `type: ${type}\nrules: [many]\ngroup-by: [computer]\ntimespan: 1m\ncondition: {field: size, ${condition}}`;
    expect(await lastSeconds(db, ruleOf(body, many), failures(sizes))).toEqual(seconds);
  });
  test('and a value may be what the inner one computes over', async () => {
    const heavy = correlation(
      'type: value_sum\nrules: [a]\ngroup-by: [user]\ntimespan: 10s\ncondition: {field: size, gt: 10}',
      'heavy'
    );
    const rule = ruleOf('type: temporal_ordered\nrules: [heavy, b]\ngroup-by: [user]\ntimespan: 1m', heavy);
    const sent = (...sizes: string[]): RuleMatch[] => sizes.map((size, at) => failure(at, 'pc', 'cy', { size }));
    expect(await lastSeconds(db, rule, [...sent('6', '5'), success(9, 'cy')])).toEqual([9]);
    expect(await lastSeconds(db, rule, [...sent('5', '5'), success(9, 'cy')])).toEqual([]);
  });
});

test('four deep, each reading fields of the events at the bottom', async () => {
  const level = (name: string, inner: string): string =>
    correlation(`type: event_count\nrules: [${inner}]\ngroup-by: [computer]\ntimespan: 10s\ncondition: {gte: 2}`, name);
  const body = 'type: value_count\nrules: [three]\ngroup-by: [user]\ntimespan: 1m\ncondition: {field: size, gte: 2}';
  const rule = ruleOf(body, level('one', 'a'), level('two', 'one'), level('three', 'two'));
  const line = (...sizes: string[]): RuleMatch[] => sizes.map((size, at) => failure(at, 'pc', 'cy', { size }));
  // Triggers: of one from the second on, of two from the third, of three from the fourth.
  expect(await windowsOf(db, rule, line('1', '2', '3', '4', '5'))).toMatchObject([
    { group: { user: 'cy' }, triggers: 1 },
  ]);
  expect(await lastSeconds(db, rule, line('1', '2', '3', '4'))).toEqual([]);
  expect(rule.reachMs).toBe(90_000);
});
