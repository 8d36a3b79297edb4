import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import type { DetectionRule, RuleMatch } from '../rule.ts';
import {
  type TestEvent,
  emptyDetection,
  allFindings,
  insertEvents,
  liveFindings,
  randomOf,
  ruleId,
  rulesOf,
  singleRule,
  testDetection,
  testEvent,
  testNowMs,
} from './fixture.ts';

/** Events up to 24 hours late, in any order, ranges done twice: live correlations equal one evaluation over all matches. */

let db: TestDatabase;
beforeEach(async () => {
  db = await testDatabase();
});
afterEach(() => db.drop());

const correlation = (number: number, body: string): string => `
title: Correlation ${number}
id: ${ruleId(number)}
correlation: { ${body}, group-by: [src_ip], timespan: 10m }
---`;

const bases = [singleRule(1, 'a'), singleRule(2, 'b'), singleRule(3, 'c')];
const rules = rulesOf(
  [
    ...bases,
    correlation(11, 'type: event_count, rules: [rule_1], condition: { gte: 3 }'),
    correlation(12, 'type: value_count, rules: [rule_1, rule_2], condition: { field: user, gte: 3 }'),
    correlation(13, 'type: value_sum, rules: [rule_1, rule_3], condition: { field: user, gt: 9 }'),
    correlation(14, 'type: value_avg, rules: [rule_1], condition: { field: user, gt: 4 }'),
    correlation(15, 'type: value_median, rules: [rule_1, rule_2], condition: { field: user, gte: 4 }'),
    correlation(16, 'type: value_percentile, rules: [rule_1], condition: { field: user, percentile: 90, gte: 6 }'),
    correlation(17, 'type: temporal, rules: [rule_1, rule_2, rule_3]'),
    correlation(18, 'type: temporal_ordered, rules: [rule_2, rule_1]'),
    // A late match can take away what these found.
    correlation(19, 'type: event_count, rules: [rule_1], condition: { eq: 2 }'),
    correlation(20, 'type: value_avg, rules: [rule_1], condition: { field: user, lt: 3 }'),
    correlation(21, 'type: temporal, rules: [rule_1, rule_2], condition: rule_1 and not rule_2'),
  ].join('')
);
const types = 11;

interface Found {
  readonly rule: string;
  readonly srcIp: string | null;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
  readonly eventIds: readonly string[];
}

const sorted = (found: readonly Found[]): string[] => found.map((one) => JSON.stringify(one)).sort();

function offline(events: readonly TestEvent[], of: readonly DetectionRule[] = rules): Found[] {
  const number: Readonly<Record<string, number>> = { a: 1, b: 2, c: 3 };
  const matches: RuleMatch[] = events.map(({ id, tsMs, srcIp, user, action }) => {
    return { ruleId: ruleId(number[action] ?? 0), eventId: id, tsMs, fields: { src_ip: srcIp, user } };
  });
  return of.flatMap((rule) => {
    if (rule.kind !== 'correlation') return [];
    const groups = matches.flatMap((one) => rule.groupsOf(one));
    return rule.windows(matches, { groups, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }).map((window) => {
      const { firstMs, lastMs, triggers: count, eventIds } = window;
      return { rule: rule.meta.id, srcIp: window.group['src_ip'] ?? null, firstMs, lastMs, count, eventIds };
    });
  });
}

async function live(): Promise<Found[]> {
  return (await liveFindings(db.store)).map((row) => ({
    rule: row.rule_id,
    srcIp: row.group_values['src_ip'] ?? null,
    firstMs: row.first_ms,
    lastMs: row.last_ms,
    count: row.count,
    eventIds: row.event_ids,
  }));
}

/** In bursts over 24 hours, so that windows fill, and with lone events between. */
function events(random: () => number, count: number): TestEvent[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  return Array.from({ length: count }, () => {
    const at = pick([-86_400, -50_000, -49_000, -20_000, -600, 0]) + Math.floor(random() * 1500);
    const more = { srcIp: pick(['192.0.2.1', '192.0.2.1', '2001:db8::1', null]), user: pick(['1', '2', '4', '7', 'x', null]) }; // prettier-ignore
    return testEvent(pick(['a', 'a', 'a', 'b', 'c']), Math.min(at, 0), more);
  });
}

it.each([1])(
  'random order, up to 24 h late, a lost ledger: the same as offline over all matches (seed %i)',
  async (seed) => {
    const random = randomOf(seed);
    const all = events(random, 80);
    const pieces = { at: 0, count: 0 };
    let detection = testDetection(db.store, rules, { rangeRowsMax: 60 });
    while (pieces.at < all.length) {
      const size = 10 + Math.floor(random() * 25);
      await insertEvents(db.store, all.slice(pieces.at, pieces.at + size));
      pieces.at += size;
      pieces.count += 1;
      await detection.runOnce();
      if (pieces.count !== 2) continue;
      // All ranges are done again: those claimed before under the same keys.
      await db.store.execute('test.lost', 'TRUNCATE TABLE ledger_done');
      detection = testDetection(db.store, rules, { rangeRowsMax: 60 });
      await detection.runOnce();
    }
    const expected = offline(all);
    expect(new Set(expected.map(({ rule }) => rule)).size).toBe(types);
    expect(sorted(await live())).toEqual(sorted(expected));
    const gone = (await allFindings(db.store)).filter((row) => row.superseded_by !== '');
    const taken = gone.filter((row) => row.superseded_by === row.finding_id);
    expect(taken.length).toBeGreaterThan(0);
  },
  240_000
);

it('a match 24 h late joins two findings, moves the beginning of one, and takes one away', async () => {
  const of = (id: number): DetectionRule[] => rules.filter(({ kind, meta }) => kind === 'single' || meta.id === ruleId(id)); // prettier-ignore
  const at = (second: number): TestEvent => testEvent('a', -86_400 + second);
  const first = [at(0), at(10), at(20), at(1000), at(1010), at(1020)];
  const found = async (id: number, ...ranges: TestEvent[][]): Promise<Found[]> => {
    await emptyDetection(db.store);
    const detection = testDetection(db.store, of(id));
    for (const range of ranges) {
      await insertEvents(db.store, range);
      await detection.runOnce();
    }
    expect(sorted(await live())).toEqual(sorted(offline(ranges.flat(), of(id))));
    return live();
  };
  expect(await found(11, first)).toHaveLength(2);
  // Three in 600 s: at 580 with 10 and 20, and from there on without a pause.
  expect(await found(11, first, [at(580)])).toHaveLength(1);
  const [moved] = await found(11, first.slice(3), [at(990)]);
  expect(moved?.firstMs).toBe(testNowMs - 86_400_000 + 990_000);
  expect(await found(19, [at(0), at(10)])).toHaveLength(1);
  expect(await found(19, [at(0), at(10)], [at(5), at(10)])).toHaveLength(1);
  expect(await found(19, [at(0), at(10)], [at(0), at(0)])).toHaveLength(0);
}, 60_000);

it('one group of many that is late by 24 h: each is read in its own time', async () => {
  const three = rules.filter(({ kind, meta }) => kind === 'single' || meta.id === ruleId(11));
  const all = Array.from({ length: 40 }, (_, group) =>
    [0, 1, 2].map((second) =>
      testEvent('a', (group % 20 === 3 ? -86_400 : group * -30) + second, { srcIp: `192.0.2.${group}` })
    )
  ).flat();
  const detection = testDetection(db.store, three);
  for (const range of [all.filter((_, at) => at % 3 > 0), all.filter((_, at) => at % 3 === 0)]) {
    await insertEvents(db.store, range);
    await detection.runOnce();
  }
  expect(sorted(await live())).toEqual(sorted(offline(all, three)));
  expect(await live()).toHaveLength(40);
}, 60_000);

it('groups with long values, more text than a statement may carry', async () => {
  const every = rulesOf([bases[0], correlation(32, 'type: event_count, rules: [rule_1], condition: { gte: 2 }').replace('src_ip', 'user')].join('')); // prettier-ignore
  const users = Array.from({ length: 300 }, (_, number) => `${number}-${'x'.repeat(5000)}`);
  await insertEvents(db.store, users.flatMap((user) => [testEvent('a', 0, { user }), testEvent('a', 1, { user })])); // prettier-ignore
  await testDetection(db.store, every).runOnce();
  expect((await liveFindings(db.store)).filter(({ count }) => count === 1)).toHaveLength(300);
}, 60_000);

describe('what is no longer kept', () => {
  const wide = rulesOf(
    [bases[0], correlation(30, 'type: event_count, rules: [rule_1], condition: { gte: 3 }').replace('10m', '48h')].join('') // prettier-ignore
  );
  const days = (count: number): number => testNowMs + count * 86_400_000;
  const at = (day: number): TestEvent => testEvent('a', day * 86_400, { receivedMs: days(day) });
  /** Three of 48 hours by day 0; later one more, when those that arrived 8 days before are gone. */
  const foundWhen = async (day: number): Promise<number[]> => {
    await insertEvents(db.store, [at(-1.9), at(-1), at(0)]);
    await testDetection(db.store, wide).runOnce();
    for (const table of ['rule_match', 'rule_match_group']) {
      await db.store.execute('test.expired', `DELETE FROM ${table} WHERE received_at < fromUnixTimestamp64Milli({ms:Int64}, 'UTC')`, { ms: days(day - 8) }); // prettier-ignore
    }
    await insertEvents(db.store, [
      { ...at(0.5), receivedMs: days(day) },
      { ...at(1), receivedMs: days(day) },
    ]);
    await testDetection(db.store, wide, { clock: () => days(day) }).runOnce();
    return (await liveFindings(db.store)).map((row) => row.count).sort();
  };
  it('a finding is recomputed while all that it stands on is kept', async () => {
    expect(await foundWhen(4.9)).toEqual([3]);
  });
  it('and later stays as it is, with another one after it: it does not shrink', async () => {
    expect(await foundWhen(6.5)).toEqual([1, 2]);
  });
});

describe('a changed rule', () => {
  const text = [bases[0], correlation(31, 'type: event_count, rules: [rule_1], condition: { gte: 3 }')].join('');
  const [old, other] = [text, text.replace('action: a', 'action: [a, b]')].map(rulesOf);
  it('its correlation counts matches of its current text only, and keeps what it found before', async () => {
    const detection = testDetection(db.store, old ?? []);
    await insertEvents(db.store, [testEvent('a', 0), testEvent('a', 1)]);
    await detection.runOnce();
    detection.setRules(other ?? []);
    await insertEvents(db.store, [testEvent('b', 2), testEvent('a', 3)]);
    await detection.runOnce();
    expect(await live()).toEqual([]);
    await insertEvents(db.store, [testEvent('b', 4)]);
    await detection.runOnce();
    expect((await live()).map(({ count, firstMs }) => [count, firstMs])).toEqual([[1, testNowMs + 2000]]);
  });
  it('with the same text all of them count', async () => {
    const detection = testDetection(db.store, old ?? []);
    await insertEvents(db.store, [testEvent('a', 0), testEvent('a', 1)]);
    await detection.runOnce();
    // Another threshold of the correlation: the matches are those of the same rule.
    detection.setRules(rulesOf(text.replace('gte: 3', 'gte: 4')));
    await insertEvents(db.store, [testEvent('a', 2), testEvent('a', 3)]);
    await detection.runOnce();
    expect((await live()).map(({ count, firstMs }) => [count, firstMs])).toEqual([[1, testNowMs]]);
  });
  it('a finding of the text before is not taken away by what the current one does not find', async () => {
    const detection = testDetection(db.store, old ?? []);
    await insertEvents(db.store, [testEvent('a', 0), testEvent('a', 1), testEvent('a', 2)]);
    await detection.runOnce();
    detection.setRules(other ?? []);
    await insertEvents(db.store, [testEvent('b', 1)]);
    await detection.runOnce();
    expect((await live()).map(({ count }) => count)).toEqual([1]);
  });
});
