import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import type { CorrelationRule, RuleMatch, SingleRule } from '../rule.ts';
import {
  type TestEvent,
  emptyDetection,
  insertEvents,
  liveFindings,
  randomOf,
  ruleId,
  rulesOf,
  shownBy,
  singleRule,
  testDetection,
  testEvent,
} from './fixture.ts';

/** Live findings after a stream that came late, out of order and in pieces equal one evaluation over all events. */

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const correlation = (number: number, body: string): string => `
title: Correlation ${number}
id: ${ruleId(number)}
level: high
correlation: { ${body}, group-by: [src_ip], timespan: 60s }
---`;

const rules = rulesOf(
  [
    singleRule(1, 'a').replace('gap: 300s', 'gap: 20s'),
    singleRule(2, 'b'),
    singleRule(3, 'c').replace('gap: 300s', 'gap: 5s'),
    correlation(11, 'type: event_count, rules: [rule_1], generate: true, condition: { gte: 4 }'),
    correlation(12, 'type: value_count, rules: [rule_1], condition: { field: user, gte: 3 }'),
    correlation(13, 'type: temporal_ordered, rules: [rule_1, rule_2]'),
    correlation(14, 'type: temporal, rules: [rule_1, rule_2]'),
    // A late match can end a window of these: what was stored must go.
    correlation(15, 'type: event_count, rules: [rule_1], condition: { eq: 2 }'),
  ].join('')
);

interface Expected {
  readonly rule: string;
  readonly srcIp: string | null;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
  readonly eventIds: readonly string[];
}

const byTime = (a: TestEvent, b: TestEvent): number => a.tsMs - b.tsMs || (a.id < b.id ? -1 : 1);

/** From the definition: sort, cut where neighbours are further apart than the gap. */
function offlineSingle(rule: SingleRule, events: readonly TestEvent[]): Expected[] {
  const episodes: TestEvent[][] = [];
  for (const event of [...events].sort(byTime)) {
    const newest = episodes.at(-1)?.at(-1);
    if (newest !== undefined && event.tsMs - newest.tsMs <= rule.gapMs) episodes.at(-1)?.push(event);
    else episodes.push([event]);
  }
  return episodes.map((run) => ({
    rule: rule.meta.id,
    srcIp: run[0]?.srcIp ?? null,
    firstMs: run[0]?.tsMs ?? 0,
    lastMs: run.at(-1)?.tsMs ?? 0,
    count: run.length,
    eventIds: run.slice(0, 100).map((event) => event.id),
  }));
}

/** The in-memory reference of the correlation, over all matches at once. */
function offlineCorrelation(rule: CorrelationRule, srcIp: string | null, events: readonly TestEvent[]): Expected[] {
  const matches: RuleMatch[] = events.map((event) => ({
    ruleId: ruleId({ a: 1, b: 2, c: 3 }[event.action] ?? 0),
    eventId: event.id,
    tsMs: event.tsMs,
    fields: { src_ip: event.srcIp, user: event.user },
  }));
  const scope = { groups: [{ src_ip: srcIp }], fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
  return rule.windows(matches, scope).map((window) => ({
    rule: rule.meta.id,
    srcIp,
    firstMs: window.firstMs,
    lastMs: window.lastMs,
    count: window.triggers,
    eventIds: window.eventIds,
  }));
}

function offline(events: readonly TestEvent[]): Expected[] {
  return [...new Set(events.map((event) => event.srcIp))].flatMap((srcIp) => {
    const of = events.filter((event) => event.srcIp === srcIp);
    return rules.flatMap((rule) => {
      if (!rule.raisesFindings) return [];
      if (rule.kind === 'correlation') return offlineCorrelation(rule, srcIp, of);
      const action = { [ruleId(1)]: 'a', [ruleId(2)]: 'b', [ruleId(3)]: 'c' }[rule.meta.id];
      return offlineSingle(rule, of.filter((event) => event.action === action)); // prettier-ignore
    });
  });
}

const order = (list: readonly Expected[]): Expected[] =>
  [...list].sort((a, b) => {
    const [left, right] = [a, b].map(
      (one) => `${one.rule} ${one.srcIp ?? '-'} ${one.firstMs} ${one.eventIds[0] ?? ''}`
    );
    return (left ?? '') < (right ?? '') ? -1 : 1;
  });

function randomEvents(random: () => number, count: number): TestEvent[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  return Array.from({ length: count }, () =>
    testEvent(pick(['a', 'a', 'a', 'b', 'c', 'none']), Math.floor(random() * 1000) * 0.5, {
      srcIp: pick(['192.0.2.1', '192.0.2.2', '', null]),
      user: pick(['root', 'admin', 'test', 'oracle', null]),
      receivedMs: testEvent('x', 0).receivedMs - (random() < 0.2 ? 86_400_000 : 0),
    })
  );
}

for (const seed of [1, 2]) {
  it(`live findings equal one offline evaluation over all events (seed ${seed})`, async () => {
    await emptyDetection(db.store);
    const random = randomOf(seed);
    const events = randomEvents(random, 150);
    const detection = testDetection(db.store, rules, { rangeRowsMax: 15 });
    for (let at = 0; at < events.length;) {
      const size = 1 + Math.floor(random() * 25);
      await insertEvents(db.store, events.slice(at, at + size));
      at += size;
      if (random() < 0.5) await detection.runOnce();
    }
    await detection.runOnce();
    const live = await liveFindings(db.store);
    const found = live.map((finding) => ({
      rule: finding.rule_id,
      srcIp: finding.group_values['src_ip'] ?? null,
      firstMs: finding.first_ms,
      lastMs: finding.last_ms,
      count: finding.count,
      eventIds: finding.event_ids,
    }));
    expect(order(found)).toEqual(order(offline(events)));
    expect(found.length).toBeGreaterThan(20);
    const kinds = new Set(found.map(({ rule }) => rule));
    expect(kinds.size).toBeGreaterThanOrEqual(6);
    for (const finding of live.slice(0, 8)) {
      const shown = await shownBy(db.store, finding);
      expect(shown.slice(0, finding.event_ids.length)).toEqual(finding.event_ids);
    }
  }, 120_000);
}
