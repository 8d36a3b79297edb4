import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import { firingWindowRow, type CorrelationRule, type FiringWindow, type RuleMatch } from '../rule.ts';
import { correlationOf, uuidOf } from './rule-fixture.ts';

/** Rules a, b, c over fields that only their matches' fields matter for, and one correlation or more. */
function withRules(correlations: string): string {
  const single = (name: string): string =>
    `title: ${name}\nid: ${uuidOf(name)}\nname: ${name}\nlogsource: {product: test}\ndetection:\n  s: {f: ${name}}\n  condition: s\n`;
  return [single('a'), single('b'), single('c'), correlations].join('---\n');
}

function correlation(body: string, name = 'outer'): string {
  return `title: ${name}\nid: ${uuidOf(name)}\nname: ${name}\ncorrelation:\n  ${body.trim().replaceAll('\n', '\n  ')}\n`;
}

const start = Date.parse('2026-11-21T08:00:00.000Z');
let number = 0;

/** A match of rule `name` so many seconds after the start. */
function match(name: string, seconds: number, fields: Record<string, string | null> = {}, eventId?: string): RuleMatch {
  number += 1;
  return { ruleId: uuidOf(name), eventId: eventId ?? uuidOf(`event ${number}`), tsMs: start + seconds * 1000, fields };
}

const allTime = { fromMs: start - 100_000_000, toMs: start + 100_000_000 };
let db: TestDatabase;
let run = 0;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

function byGroupAndTime(windows: readonly FiringWindow[]): FiringWindow[] {
  const key = (window: FiringWindow): string => `${JSON.stringify(window.group)} ${window.lastMs}`;
  return [...windows].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Windows by SQL over stored matches, held equal to the reference; `times` limits the triggers. */
async function windowsOf(
  rule: CorrelationRule,
  matches: readonly RuleMatch[],
  times = allTime
): Promise<FiringWindow[]> {
  run += 1;
  const runId = `run ${run}`;
  const rows = matches.map(({ ruleId, eventId, tsMs, fields }) => {
    const at = new Date(tsMs).toISOString();
    return { rule_id: ruleId, event_id: eventId, ts: at, received_at: at, run_id: runId, fields };
  });
  await db.store.insert('rule_match', rows);
  const groups = matches.flatMap((one) => rule.groupsOf(one));
  const scope = { groups, ...times };
  const statement = rule.compileWindows({ runId, ...scope });
  const found = await db.store.compiled('test.windows', statement, firingWindowRow, {
    timeoutMs: 20_000,
    rowsMax: 10_000,
  });
  const bySql = byGroupAndTime(found.map((row) => rule.windowOf(row)));
  expect(bySql).toEqual(byGroupAndTime(rule.windows(matches, scope)));
  return bySql;
}

/** Seconds of the last trigger of each firing window. */
async function lastSeconds(rule: CorrelationRule, matches: readonly RuleMatch[]): Promise<number[]> {
  return (await windowsOf(rule, matches)).map((window) => (window.lastMs - start) / 1000);
}

describe('event_count', () => {
  const rule = correlationOf(
    withRules(correlation('type: event_count\nrules: [a]\ngroup-by: [g]\ntimespan: 5m\ncondition: {gte: 3}'))
  );
  const at = (...seconds: number[]): RuleMatch[] => seconds.map((second) => match('a', second, { g: 'x' }));

  test('27 counts over the whole timespan, its ends included', async () => {
    expect(await windowsOf(rule, at(0, 120, 300))).toMatchObject([
      { group: { g: 'x' }, firstMs: start, lastMs: start + 300_000, triggers: 1, events: 3 },
    ]);
    expect(await lastSeconds(rule, at(0, 120, 301))).toEqual([]);
  });
  test('27 windows are not cut at fixed borders', async () => {
    expect(await lastSeconds(rule, at(290, 295, 305))).toEqual([305]);
  });
  test('a missing group value is a group of its own, beside the empty text', async () => {
    const missing = [match('a', 0), match('a', 1, { g: null }), match('a', 2)];
    const empty = [match('a', 0, { g: '' }), match('a', 1, { g: '' })];
    expect(await windowsOf(rule, [...missing, ...empty])).toMatchObject([{ group: { g: null }, events: 3 }]);
  });
  test('groups do not mix', async () => {
    expect(await lastSeconds(rule, [...at(0, 1), match('a', 2, { g: 'X' })])).toEqual([]);
  });
  test('a match stored twice counts once', async () => {
    const [one, two] = at(0, 1);
    if (one === undefined || two === undefined) throw new Error('two matches');
    expect(await lastSeconds(rule, [one, one, two])).toEqual([]);
  });
  test('an event that matches two referenced rules counts once', async () => {
    const both = correlationOf(
      withRules(correlation('type: event_count\nrules: [a, b]\ngroup-by: g\ntimespan: 5m\ncondition: {gte: 3}'))
    );
    const twice = ['e1', 'e2'].flatMap((id, index) => ['a', 'b'].map((name) => match(name, index, {}, uuidOf(id))));
    expect(await lastSeconds(both, twice)).toEqual([]);
    expect(await windowsOf(both, [...twice, match('b', 3)])).toMatchObject([{ events: 3, triggers: 1 }]);
  });
  test('ranges and inequality hold together', async () => {
    const ranged = correlationOf(
      withRules(correlation('type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {gt: 1, lte: 3, neq: 2}'))
    );
    expect(await lastSeconds(ranged, at(0, 1, 2, 3))).toEqual([2]);
  });
  test('triggers further apart than the timespan are two windows, nearer ones are one', async () => {
    expect(await lastSeconds(rule, at(0, 1, 2, 302, 303, 304, 400))).toEqual([2, 400]);
  });
  test('triggers outside the asked interval are left out, matches before it are read', async () => {
    const matches = at(0, 100, 200, 300);
    const times = { fromMs: start + 250_000, toMs: start + 260_000 };
    expect(await windowsOf(rule, matches, times)).toEqual([]);
    expect(await windowsOf(rule, matches, { fromMs: start + 300_000, toMs: start + 300_000 })).toMatchObject([
      { triggers: 1, events: 4, firstMs: start },
    ]);
  });
  test('only the earliest hundred event ids are carried', async () => {
    const many = Array.from({ length: 130 }, (_, index) => match('a', index, { g: 'x' }));
    const [window] = await windowsOf(rule, many);
    expect(window?.events).toBe(130);
    expect(window?.eventIds).toEqual(many.slice(0, 100).map(({ eventId }) => eventId));
  });
  test('group values cannot change the query', async () => {
    const odd = ["x') OR 1=1 --", "\\'", '{p0:String}', 'a\0b', '\n', '5:a,5:b', '-'];
    const matches = odd.flatMap((g) => [0, 1, 2].map((second) => match('a', second, { g })));
    expect((await windowsOf(rule, matches)).map(({ group }) => group['g']).sort()).toEqual([...odd].sort());
  });
});

describe('value_count', () => {
  const rule = correlationOf(
    withRules(correlation('type: value_count\nrules: [a]\ngroup-by: [g]\ntimespan: 5m\ncondition: {gte: 2, field: v}'))
  );
  test('29 counts distinct values, missing ones ignored', async () => {
    expect(await lastSeconds(rule, [match('a', 0, { v: 'a' }), match('a', 1, { v: 'a' })])).toEqual([]);
    expect(await lastSeconds(rule, [match('a', 0, { v: 'a' }), match('a', 1, { v: 'b' })])).toEqual([1]);
    expect(await lastSeconds(rule, [match('a', 0, { v: 'a' }), match('a', 1), match('a', 2, { v: null })])).toEqual([]);
  });
  test('a value leaves with the last of its matches', async () => {
    const matches = [
      match('a', 0, { v: 'a' }),
      match('a', 200, { v: 'a' }),
      match('a', 500, { v: 'b' }),
      match('a', 501, { v: 'b' }),
    ];
    expect(await lastSeconds(rule, matches)).toEqual([500]);
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
    expect(await lastSeconds(tuples, matches)).toEqual([3]);
  });
});

describe('temporal', () => {
  const text = (type: string, more = ''): string =>
    withRules(correlation(`type: ${type}\nrules: [a, b]\ngroup-by: [g]\ntimespan: 5m${more}`));
  const both = correlationOf(text('temporal'));
  const ordered = correlationOf(text('temporal_ordered'));

  test('28 all rules within the timespan, in any order, in one group', async () => {
    expect(await lastSeconds(both, [match('b', 0), match('a', 200)])).toEqual([200]);
    expect(await lastSeconds(both, [match('a', 0), match('a', 9)])).toEqual([]);
    expect(await lastSeconds(both, [match('b', 0, { g: 'x' }), match('a', 1, { g: 'y' })])).toEqual([]);
    expect(await lastSeconds(both, [match('b', 0), match('a', 301)])).toEqual([]);
  });
  test('28 ordered asks the order; equal times satisfy it', async () => {
    expect(await lastSeconds(ordered, [match('b', 0), match('a', 10)])).toEqual([]);
    expect(await lastSeconds(ordered, [match('b', 0), match('a', 10), match('b', 20)])).toEqual([20]);
    expect(await lastSeconds(ordered, [match('b', 5), match('a', 5)])).toEqual([5]);
    expect(await lastSeconds(ordered, [match('a', 0), match('b', 301)])).toEqual([]);
  });
  test('29 an extended condition looks at the trailing window', async () => {
    const extended = correlationOf(text('temporal', '\ncondition: a and not b'));
    expect(await lastSeconds(extended, [match('b', 0), match('a', 10)])).toEqual([]);
    expect(await lastSeconds(extended, [match('a', 0)])).toEqual([0]);
    expect(await lastSeconds(extended, [match('a', 0), match('b', 10)])).toEqual([0]);
    expect(await lastSeconds(extended, [match('b', 0), match('a', 301)])).toEqual([301]);
  });
  test('late matches count: the order of arrival does not matter', async () => {
    expect(await lastSeconds(ordered, [match('b', 20), match('a', 10)])).toEqual([20]);
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
    expect(await windowsOf(aliased, [from, match('b', 1, { dst_ip: '192.0.2.1' })])).toMatchObject([
      { group: { ip: '192.0.2.1' }, events: 2 },
    ]);
    expect(await windowsOf(aliased, [from, match('b', 1, { dst_ip: '192.0.2.9' })])).toEqual([]);
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
    expect(await lastSeconds(rule, [...failed(0), match('b', 300, { ip: 'x' })])).toEqual([300]);
  });
  test('30 the success before, with too few, or of another group: does not', async () => {
    expect(await lastSeconds(rule, [match('b', 0, { ip: 'x' }), ...failed(30)])).toEqual([]);
    expect(await lastSeconds(rule, [...failed(0).slice(1), match('b', 300, { ip: 'x' })])).toEqual([]);
    expect(await lastSeconds(rule, [...failed(0), match('b', 300, { ip: 'y' })])).toEqual([]);
  });
  test('it reads the single rules behind it and says how far a match reaches', () => {
    expect(rule.references).toEqual([uuidOf('a'), uuidOf('b')]);
    expect(rule.fieldsOf(uuidOf('a'))).toEqual(['ip']);
    expect(rule.reachMs).toBe(1_200_000);
    expect(rule.groupsOf(match('a', 0, { ip: 'x' }))).toEqual([{ ip: 'x' }]);
  });
});

describe('the SQL equals the reference', () => {
  const shapes = [
    'type: event_count\nrules: [a, b]\ngroup-by: [g, h]\ntimespan: 10s\ncondition: {gte: 3}',
    'type: event_count\nrules: [a]\ntimespan: 7s\ncondition: {lt: 3}',
    'type: value_count\nrules: [a, c]\ngroup-by: [g]\ntimespan: 9s\ncondition: {gt: 1, neq: 4, field: v}',
    'type: temporal\nrules: [a, b, c]\ngroup-by: [g]\ntimespan: 6s',
    'type: temporal\nrules: [a, b, c]\ngroup-by: [g]\ntimespan: 6s\ncondition: (a or b) and not c',
    'type: temporal_ordered\nrules: [b, a, c]\ngroup-by: [g]\ntimespan: 8s',
    'type: temporal_ordered\nrules: [a, inner]\ngroup-by: [g]\ntimespan: 8s',
    'type: event_count\nrules: [inner]\ngroup-by: [g]\ntimespan: 8s\ncondition: {eq: 2}',
  ];
  const inner = correlation(
    'type: event_count\nrules: [b, c]\ngroup-by: [h, g]\ntimespan: 5s\ncondition: {gte: 2}',
    'inner'
  );

  test.each(shapes)('%j over random matches', async (shape) => {
    const rule = correlationOf(withRules(`${inner}---\n${correlation(shape)}`));
    let state = shape.length;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    // An event that several rules match has one time and one set of fields.
    const sharedValue = (id: string, place: number): string | null =>
      [null, '', 'x', 'y'][id.charCodeAt(place) % 4] ?? null;
    const shared = (name: string): RuleMatch => {
      const id = uuidOf(`shared ${random(8)}`);
      const fields = { g: sharedValue(id, 3), h: sharedValue(id, 4), v: sharedValue(id, 5) };
      return match(name, Number.parseInt(id.slice(0, 2), 16) / 8, fields, id);
    };
    const value = (): string | null => [null, '', 'x', 'y'][random(4)] ?? null;
    let fired = 0;
    for (let round = 0; round < 6; round += 1) {
      const matches = Array.from({ length: 5 + random(60) }, () => {
        const name = ['a', 'b', 'c'][random(3)] ?? 'a';
        if (random(4) === 0) return shared(name);
        return match(name, random(80) / 2, { g: value(), h: value(), v: value() });
      });
      const from = start + random(10) * 1000;
      fired += (await windowsOf(rule, matches, { fromMs: from, toMs: from + random(60) * 1000 })).length;
    }
    expect(fired).toBeGreaterThan(0);
  });
});
