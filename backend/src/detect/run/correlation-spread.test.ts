import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import type { RuleMatch } from '../rule.ts';
import {
  type TestEvent,
  emptyDetection,
  insertEvents,
  liveFindings,
  randomOf,
  ruleId,
  rulesOf,
  singleRule,
  testDetection,
  testEvent,
} from './fixture.ts';

/** A group that is cut across those of an inner correlation: one event of an address changes what another user's are. */

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const rules = rulesOf(
  [
    singleRule(1, 'a'),
    `
title: Many from one address
id: ${ruleId(10)}
name: many
correlation: { type: event_count, rules: [rule_1], group-by: [src_ip], timespan: 60s, condition: { gte: 3 } }
---`,
    `
title: Of one user
id: ${ruleId(11)}
correlation: { type: event_count, rules: [many], group-by: [user], timespan: 60s, condition: { gte: 2 } }
---`,
    `
title: Exactly one of one user
id: ${ruleId(12)}
correlation: { type: event_count, rules: [many], group-by: [user], timespan: 20s, condition: { eq: 1 } }
---`,
  ].join('')
);

async function detected(events: readonly TestEvent[], sizes: () => number): Promise<unknown[]> {
  await emptyDetection(db.store);
  const detection = testDetection(db.store, rules);
  for (let at = 0; at < events.length;) {
    const size = sizes();
    await insertEvents(db.store, events.slice(at, at + size));
    await detection.runOnce();
    at += size;
  }
  const live = await liveFindings(db.store);
  return live
    .map((one) => `${one.rule_id} ${one.group_values['user']} ${one.first_ms} ${one.last_ms} ${one.count}`)
    .sort();
}

function offline(events: readonly TestEvent[]): string[] {
  const matches: RuleMatch[] = events.map(({ id, tsMs, srcIp, user }) => {
    return { ruleId: ruleId(1), eventId: id, tsMs, fields: { src_ip: srcIp, user } };
  });
  return rules
    .flatMap((rule) => {
      if (rule.kind !== 'correlation' || !rule.raisesFindings) return [];
      const scope = { groups: matches.flatMap((one) => rule.groupsOf(one)), fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
      return rule.windows(matches, scope).map(({ group, firstMs, lastMs, triggers }) => {
        return `${rule.meta.id} ${group['user']} ${firstMs} ${lastMs} ${triggers}`;
      });
    })
    .sort();
}

it("a late match of one user makes another user's finding, and can take it away", async () => {
  const of = (at: number, user: string): TestEvent => testEvent('a', at, { user });
  const late = [of(0, 'ann'), of(10, 'bob'), of(12, 'bob'), of(5, 'ann')];
  expect(offline(late)).toContainEqual(expect.stringContaining(`${ruleId(11)} bob`));
  // Without the last one only bob's second event is a trigger.
  expect(offline(late.slice(0, 3))).not.toContainEqual(expect.stringContaining(`${ruleId(11)} bob`));
  expect(await detected(late, () => 1)).toEqual(offline(late));
});

it('live findings equal one offline evaluation over all events, in whatever pieces they came', async () => {
  const random = randomOf(5);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const events = Array.from({ length: 60 }, () => {
    const more = { srcIp: pick(['192.0.2.1', '192.0.2.2', null]), user: pick(['ann', 'bob', 'cy', null]) };
    return testEvent('a', Math.floor(random() * 400), more);
  });
  const wanted = offline(events);
  expect(wanted.length).toBeGreaterThan(10);
  expect(await detected(events, () => 1 + Math.floor(random() * 12))).toEqual(wanted);
}, 120_000);
