import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import type { CorrelationRule, RuleMatch } from '../rule.ts';
import { lastSeconds, match, ruleOf, start, windowsOf } from './correlation-fixture.ts';
import { uuidOf } from './rule-fixture.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const over = (type: string, condition: string, more = ''): CorrelationRule =>
  ruleOf(`type: ${type}\nrules: [a]\ngroup-by: [g]\ntimespan: 5m\ncondition: {field: v, ${condition}}${more}`);
/** One match a second from 0 with these values; undefined: the field is missing. */
const values = (...list: (string | undefined)[]): RuleMatch[] =>
  list.map((v, second) => match('a', second, v === undefined ? {} : { v }));

describe('value_sum', () => {
  test('the sum of the window, its ends included', async () => {
    const rule = over('value_sum', 'gt: 100');
    expect(await lastSeconds(db, rule, values('60', '40'))).toEqual([]);
    expect(await lastSeconds(db, rule, values('60', '41'))).toEqual([1]);
    expect(await lastSeconds(db, rule, [match('a', 0, { v: '60' }), match('a', 300, { v: '41' })])).toEqual([300]);
    expect(await lastSeconds(db, rule, [match('a', 0, { v: '60' }), match('a', 300.001, { v: '41' })])).toEqual([]);
  });
  test('decimals are exact, whatever the order in which they come', async () => {
    const rule = over('value_sum', 'eq: 0.6');
    for (const list of [
      ['0.1', '0.2', '0.3'],
      ['0.3', '0.2', '0.1'],
      ['1e-1', '.2', '3E-1'],
    ]) {
      expect(await lastSeconds(db, rule, values(...list))).toEqual([2]);
    }
    expect(await lastSeconds(db, over('value_sum', 'eq: 0.6'), values('0.1', '0.2', '0.300000001'))).toEqual([]);
  });
  test('a great number beside small ones takes nothing from them', async () => {
    const matches = [match('a', 0, { v: '1e30' }), match('a', 400, { v: '0.5' }), match('a', 500, { v: '0.25' })];
    expect(await lastSeconds(db, over('value_sum', 'eq: 0.75'), matches)).toEqual([500]);
  });
  test('negative numbers count, and several comparisons are a range', async () => {
    const rule = over('value_sum', 'gte: -1.5, lt: 0');
    expect(await lastSeconds(db, rule, values('-2', '0.5'))).toEqual([1]);
    expect(await lastSeconds(db, rule, values('-2', '2'))).toEqual([]);
  });
  test('neq', async () => {
    expect(await lastSeconds(db, over('value_sum', 'neq: 3'), values('3'))).toEqual([]);
    expect(await lastSeconds(db, over('value_sum', 'neq: 3'), values('3', '-0.000000001'))).toEqual([1]);
  });
  test('an event that two rules match counts once, by the first rule that reads a number', async () => {
    const rule = ruleOf(
      'type: value_sum\nrules: [b, a]\ntimespan: 5m\ncondition: {field: size, gte: 10}\naliases:\n  size: {a: v, b: w}'
    );
    const twice = (fields: Record<string, string>, name = 'x'): RuleMatch[] =>
      ['a', 'b'].map((leg) => match(leg, 1, fields, uuidOf(name)));
    expect(await lastSeconds(db, rule, twice({ v: '10', w: '9' }))).toEqual([]);
    expect(await lastSeconds(db, rule, twice({ v: '9', w: '10' }))).toEqual([1]);
    expect(await lastSeconds(db, rule, twice({ v: '10', w: 'none' }))).toEqual([1]);
    expect(await lastSeconds(db, rule, [...twice({ v: '5', w: '5' }), ...twice({ v: '5', w: '5' }, 'y')])).toEqual([1]);
    expect(rule.fieldsOf(uuidOf('a'))).toEqual(['v']);
    expect(rule.fieldsOf(uuidOf('b'))).toEqual(['w']);
  });
});

describe('values that are no numbers', () => {
  const unread: readonly (string | undefined)[] = [undefined, '', 'x', '1,5', '0x10', '1e40', ' 7', 'NaN', 'Infinity'];
  test.each(['value_sum', 'value_avg', 'value_median', 'value_percentile'])(
    '%s leaves them out: without any number it does not fire, below a bound neither',
    async (type) => {
      const rule = over(type, `lt: 100${type === 'value_percentile' ? ', percentile: 50' : ''}`);
      expect(await lastSeconds(db, rule, values(...unread))).toEqual([]);
      expect(await windowsOf(db, rule, values(...unread, '7'))).toMatchObject([{ events: 1, triggers: 1 }]);
      expect(await lastSeconds(db, rule, values('100', ...unread))).toEqual([]);
    }
  );
  test('they are no triggers either', async () => {
    const rule = over('value_sum', 'gte: 1');
    expect(await windowsOf(db, rule, values('1', 'x'))).toMatchObject([{ events: 1, triggers: 1 }]);
  });
});

describe('value_avg', () => {
  test('is compared without rounding', async () => {
    expect(await lastSeconds(db, over('value_avg', 'gt: 0.333333333'), values('1', '0', '0'))).toEqual([2]);
    expect(await lastSeconds(db, over('value_avg', 'gt: 0.333333334'), values('0', '0', '1'))).toEqual([]);
    expect(await lastSeconds(db, over('value_avg', 'eq: 2.5'), values('1', '4'))).toEqual([1]);
  });
  test('of the window alone', async () => {
    const matches = [match('a', 0, { v: '1000' }), match('a', 301, { v: '1' }), match('a', 302, { v: '3' })];
    expect(await lastSeconds(db, over('value_avg', 'gte: 2, lte: 2'), matches)).toEqual([302]);
  });
});

describe('value_median', () => {
  test('of an odd number of values the middle one', async () => {
    expect(await lastSeconds(db, over('value_median', 'eq: 5'), values('9', '1', '5'))).toEqual([2]);
    expect(await lastSeconds(db, over('value_median', 'gt: 5'), values('1', '5', '9'))).toEqual([]);
  });
  test('of an even number the mean of the middle two', async () => {
    expect(await lastSeconds(db, over('value_median', 'eq: 2.5'), values('1', '4'))).toEqual([1]);
    expect(await lastSeconds(db, over('value_median', 'gt: 2.5'), values('1', '4'))).toEqual([]);
    expect(await lastSeconds(db, over('value_median', 'gt: 2.4'), values('1', '4'))).toEqual([1]);
    expect(await lastSeconds(db, over('value_median', 'lt: 2.6, gt: 2.4'), values('1', '1', '4', '4'))).toEqual([3]);
  });
  test('half a billionth lies above 0 and below 1 billionth', async () => {
    const rule = over('value_median', 'gt: 0, lt: 0.000000001');
    expect(await lastSeconds(db, rule, values('0', '0.000000001'))).toEqual([1]);
  });
  test('equal values', async () => {
    expect(await lastSeconds(db, over('value_median', 'eq: 3'), values('3', '3', '3', '3'))).toEqual([3]);
    expect(await lastSeconds(db, over('value_median', 'neq: 3'), values('3', '3', '3', '3'))).toEqual([]);
  });
  test('far values do not move it, those that left the window neither', async () => {
    const matches = [match('a', 0, { v: '1000' }), ...['1', '3', '1e20'].map((v, at) => match('a', 301 + at, { v }))];
    expect(await lastSeconds(db, over('value_median', 'eq: 3'), matches)).toEqual([303]);
  });
});

test('value_median: the neighbours of the middle, in windows that end at every millisecond', async () => {
  const rule = ruleOf('type: value_median\nrules: [a]\ntimespan: 1s\ncondition: {field: v, eq: 5}');
  // Half of the values is at most 0, the other half at least 10; every 500th time brings those two.
  const matches = Array.from({ length: 1100 }, (_, at) =>
    [-(at % 500), 10 + 2 * (at % 500)].map((v) => match('a', at / 1000, { v: String(v) }))
  ).flat();
  expect(await windowsOf(db, rule, matches)).toMatchObject([{ triggers: 2200 }]);
});

describe('value_percentile', () => {
  const ten = ['10', '1', '9', '2', '8', '3', '7', '4', '6', '5'];
  const at = (percentile: string, bound: string): CorrelationRule =>
    over('value_percentile', `percentile: ${percentile}, ${bound}`);
  const lastOfTen = async (rule: CorrelationRule): Promise<boolean> =>
    (
      await windowsOf(
        db,
        rule,
        values(...ten).map((one) => ({ ...one, tsMs: start }))
      )
    ).length > 0;

  test.each([
    ['0', 1],
    ['0.001', 1],
    ['10', 1],
    ['10.001', 2],
    ['50', 5],
    ['50.1', 6],
    ['90', 9],
    ['95', 10],
    ['99.999', 10],
    ['100', 10],
  ])('the nearest rank: percentile %s of 1 to 10 is %d', async (percentile, value) => {
    expect(await lastOfTen(at(percentile, `eq: ${value}`))).toBe(true);
    expect(await lastOfTen(at(percentile, `neq: ${value}`))).toBe(false);
    expect(await lastOfTen(at(percentile, `gte: ${value}, lte: ${value}`))).toBe(true);
    expect(await lastOfTen(at(percentile, `gt: ${value}`))).toBe(false);
    expect(await lastOfTen(at(percentile, `lt: ${value}`))).toBe(false);
  });
  test('of one value it is that value', async () => {
    expect(await lastSeconds(db, at('99', 'gt: 4'), values('5'))).toEqual([0]);
  });
});
