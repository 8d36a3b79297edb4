import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import type { RuleMatch } from '../rule.ts';
import { correlation, lastSeconds, match, start, windowsOf, withRules } from './correlation-fixture.ts';
import { correlationOf, uuidOf } from './rule-fixture.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

describe('event_count', () => {
  const rule = correlationOf(
    withRules(correlation('type: event_count\nrules: [a]\ngroup-by: [g]\ntimespan: 5m\ncondition: {gte: 3}'))
  );
  const at = (...seconds: number[]): RuleMatch[] => seconds.map((second) => match('a', second, { g: 'x' }));

  test('27 counts over the whole timespan, its ends included', async () => {
    expect(await windowsOf(db, rule, at(0, 120, 300))).toMatchObject([
      { group: { g: 'x' }, firstMs: start, lastMs: start + 300_000, triggers: 1, events: 3 },
    ]);
    expect(await lastSeconds(db, rule, at(0, 120, 301))).toEqual([]);
  });
  test('27 windows are not cut at fixed borders', async () => {
    expect(await lastSeconds(db, rule, at(290, 295, 305))).toEqual([305]);
  });
  test('a missing group value is a group of its own, beside the empty text', async () => {
    const missing = [match('a', 0), match('a', 1, { g: null }), match('a', 2)];
    const empty = [match('a', 0, { g: '' }), match('a', 1, { g: '' })];
    expect(await windowsOf(db, rule, [...missing, ...empty])).toMatchObject([{ group: { g: null }, events: 3 }]);
  });
  test('groups do not mix', async () => {
    expect(await lastSeconds(db, rule, [...at(0, 1), match('a', 2, { g: 'X' })])).toEqual([]);
  });
  test('a match stored twice counts once', async () => {
    const [one, two] = at(0, 1);
    if (one === undefined || two === undefined) throw new Error('two matches');
    expect(await lastSeconds(db, rule, [one, one, two])).toEqual([]);
  });
  test('an event that matches two referenced rules counts once', async () => {
    const both = correlationOf(
      withRules(correlation('type: event_count\nrules: [a, b]\ngroup-by: g\ntimespan: 5m\ncondition: {gte: 3}'))
    );
    const twice = ['e1', 'e2'].flatMap((id, index) => ['a', 'b'].map((name) => match(name, index, {}, uuidOf(id))));
    expect(await lastSeconds(db, both, twice)).toEqual([]);
    expect(await windowsOf(db, both, [...twice, match('b', 3)])).toMatchObject([{ events: 3, triggers: 1 }]);
  });
  test('ranges and inequality hold together', async () => {
    const ranged = correlationOf(
      withRules(correlation('type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {gt: 1, lte: 3, neq: 2}'))
    );
    expect(await lastSeconds(db, ranged, at(0, 1, 2, 3))).toEqual([2]);
  });
  test('triggers further apart than the timespan are two windows, nearer ones are one', async () => {
    expect(await lastSeconds(db, rule, at(0, 1, 2, 302, 303, 304, 400))).toEqual([2, 400]);
  });
  test('triggers outside the asked interval are left out, matches before it are read', async () => {
    const matches = at(0, 100, 200, 300);
    const times = { fromMs: start + 250_000, toMs: start + 260_000 };
    expect(await windowsOf(db, rule, matches, times)).toEqual([]);
    expect(await windowsOf(db, rule, matches, { fromMs: start + 300_000, toMs: start + 300_000 })).toMatchObject([
      { triggers: 1, events: 4, firstMs: start },
    ]);
  });
  test('only the earliest hundred event ids are carried', async () => {
    const many = Array.from({ length: 130 }, (_, index) => match('a', index, { g: 'x' }));
    const [window] = await windowsOf(db, rule, many);
    expect(window?.events).toBe(130);
    expect(window?.eventIds).toEqual(many.slice(0, 100).map(({ eventId }) => eventId));
  });
  test('group values cannot change the query', async () => {
    const odd = ["x') OR 1=1 --", "\\'", '{p0:String}', 'a\0b', '\n', '5:a,5:b', '-'];
    const matches = odd.flatMap((g) => [0, 1, 2].map((second) => match('a', second, { g })));
    expect((await windowsOf(db, rule, matches)).map(({ group }) => group['g']).sort()).toEqual([...odd].sort());
  });
});

describe('value_count', () => {
  const rule = correlationOf(
    withRules(correlation('type: value_count\nrules: [a]\ngroup-by: [g]\ntimespan: 5m\ncondition: {gte: 2, field: v}'))
  );
  test('29 counts distinct values, missing ones ignored', async () => {
    expect(await lastSeconds(db, rule, [match('a', 0, { v: 'a' }), match('a', 1, { v: 'a' })])).toEqual([]);
    expect(await lastSeconds(db, rule, [match('a', 0, { v: 'a' }), match('a', 1, { v: 'b' })])).toEqual([1]);
    expect(await lastSeconds(db, rule, [match('a', 0, { v: 'a' }), match('a', 1), match('a', 2, { v: null })])).toEqual(
      []
    );
  });
  test('a value leaves with the last of its matches', async () => {
    const matches = [
      match('a', 0, { v: 'a' }),
      match('a', 200, { v: 'a' }),
      match('a', 500, { v: 'b' }),
      match('a', 501, { v: 'b' }),
    ];
    expect(await lastSeconds(db, rule, matches)).toEqual([500]);
  });
  test('a list of fields counts distinct tuples', async () => {
    const tuples = correlationOf(
      withRules(correlation('type: value_count\nrules: [a]\ntimespan: 5m\ncondition: {gte: 3, field: [v, w]}'))
    );
    const matches = [
      match('a', 0, { v: 'a', w: 'bc' }),
      match('a', 1, { v: 'ab', w: 'c' }),
      match('a', 2, { v: 'a' }),
      match('a', 3, { v: 'a', w: 'x' }),
    ];
    expect(await lastSeconds(db, tuples, matches)).toEqual([3]);
  });
});

describe('temporal', () => {
  const text = (type: string, more = ''): string =>
    withRules(correlation(`type: ${type}\nrules: [a, b]\ngroup-by: [g]\ntimespan: 5m${more}`));
  const both = correlationOf(text('temporal'));
  const ordered = correlationOf(text('temporal_ordered'));

  test('28 all rules within the timespan, in any order, in one group', async () => {
    expect(await lastSeconds(db, both, [match('b', 0), match('a', 200)])).toEqual([200]);
    expect(await lastSeconds(db, both, [match('a', 0), match('a', 9)])).toEqual([]);
    expect(await lastSeconds(db, both, [match('b', 0, { g: 'x' }), match('a', 1, { g: 'y' })])).toEqual([]);
    expect(await lastSeconds(db, both, [match('b', 0), match('a', 301)])).toEqual([]);
  });
  test('28 ordered asks the order; equal times satisfy it', async () => {
    expect(await lastSeconds(db, ordered, [match('b', 0), match('a', 10)])).toEqual([]);
    expect(await lastSeconds(db, ordered, [match('b', 0), match('a', 10), match('b', 20)])).toEqual([20]);
    expect(await lastSeconds(db, ordered, [match('b', 5), match('a', 5)])).toEqual([5]);
    expect(await lastSeconds(db, ordered, [match('a', 0), match('b', 301)])).toEqual([]);
  });
  test('29 an extended condition looks at the trailing window', async () => {
    const extended = correlationOf(text('temporal', '\ncondition: a and not b'));
    expect(await lastSeconds(db, extended, [match('b', 0), match('a', 10)])).toEqual([]);
    expect(await lastSeconds(db, extended, [match('a', 0)])).toEqual([0]);
    expect(await lastSeconds(db, extended, [match('a', 0), match('b', 10)])).toEqual([0]);
    expect(await lastSeconds(db, extended, [match('b', 0), match('a', 301)])).toEqual([301]);
  });
  test('late matches count: the order of arrival does not matter', async () => {
    expect(await lastSeconds(db, ordered, [match('b', 20), match('a', 10)])).toEqual([20]);
  });
  test('aliases give one group from differently named fields', async () => {
    const aliased = correlationOf(
      withRules(
        correlation(
          'type: temporal\nrules: [a, b]\ngroup-by: [ip]\ntimespan: 5m\naliases:\n  ip:\n    a: src_ip\n    b: dst_ip'
        )
      )
    );
    const from = match('a', 0, { src_ip: '192.0.2.1', dst_ip: '192.0.2.9' });
    expect(await windowsOf(db, aliased, [from, match('b', 1, { dst_ip: '192.0.2.1' })])).toMatchObject([
      { group: { ip: '192.0.2.1' }, events: 2 },
    ]);
    expect(await windowsOf(db, aliased, [from, match('b', 1, { dst_ip: '192.0.2.9' })])).toEqual([]);
    expect(aliased.fieldsOf(uuidOf('a'))).toEqual(['src_ip']);
    expect(aliased.fieldsOf(uuidOf('b'))).toEqual(['dst_ip']);
  });
});

describe('a correlation of correlations', () => {
  const failures = correlation(
    'type: event_count\nrules: [a]\ngroup-by: [ip]\ntimespan: 10m\ncondition: {gte: 10}',
    'many'
  );
  const rule = correlationOf(
    withRules(
      `${failures}---\n${correlation('type: temporal_ordered\nrules: [many, b]\ngroup-by: [ip]\ntimespan: 10m')}`
    )
  );
  const failed = (from: number): RuleMatch[] =>
    Array.from({ length: 10 }, (_, index) => match('a', from + index * 30, { ip: 'x' }));

  test('30 ten failures, then a success: fires', async () => {
    expect(await lastSeconds(db, rule, [...failed(0), match('b', 300, { ip: 'x' })])).toEqual([300]);
  });
  test('30 the success before, with too few, or of another group: does not', async () => {
    expect(await lastSeconds(db, rule, [match('b', 0, { ip: 'x' }), ...failed(30)])).toEqual([]);
    expect(await lastSeconds(db, rule, [...failed(0).slice(1), match('b', 300, { ip: 'x' })])).toEqual([]);
    expect(await lastSeconds(db, rule, [...failed(0), match('b', 300, { ip: 'y' })])).toEqual([]);
  });
  test('it reads the single rules behind it and says how far a match reaches', () => {
    expect(rule.references).toEqual([uuidOf('a'), uuidOf('b')]);
    expect(rule.fieldsOf(uuidOf('a'))).toEqual(['ip']);
    expect(rule.reachMs).toBe(1_200_000);
    expect(rule.groupsOf(match('a', 0, { ip: 'x' }))).toEqual([{ ip: 'x' }]);
  });
});
