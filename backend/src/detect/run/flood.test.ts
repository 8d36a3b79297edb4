import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import { evidenceMax } from '../../findings/episode.ts';
import { defineQuery } from '../../store/query.ts';
import type { Store } from '../../store/store.ts';
import { emptyDetection, rulesOf, ruleId, singleRule, testDetection, testNowMs } from './fixture.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const number = z.coerce.number();
const outcome = defineQuery({
  name: 'test.flood',
  sql: `SELECT rule_id, count() AS findings, sum(count) AS matches, max(length(event_ids)) AS evidence, max(revision) AS revisions
    FROM (SELECT * FROM security_finding ORDER BY revision DESC LIMIT 1 BY finding_id) WHERE superseded_by = ''
    GROUP BY rule_id ORDER BY rule_id`,
  params: z.object({}),
  row: z.object({ rule_id: z.string(), findings: number, matches: number, evidence: number, revisions: number }),
  timeoutMs: 30_000,
  rowsMax: 10,
});
const folded = defineQuery({
  name: 'test.folded',
  sql: `SELECT sum(matches) AS matches, sum(folded) AS folded FROM rule_run WHERE rule_id = {rule:String}`,
  params: z.object({ rule: z.string() }),
  row: z.object({ matches: number, folded: number }),
  timeoutMs: 30_000,
  rowsMax: 1,
});
const rows = defineQuery({
  name: 'test.rows',
  sql: `SELECT (SELECT count() FROM security_finding) + (SELECT count() FROM finding_contribution) AS n`,
  params: z.object({}),
  row: z.object({ n: number }),
  timeoutMs: 30_000,
  rowsMax: 1,
});

/** Of each ten rows four match rule 1 and one in a hundred rule 2; addresses repeat after `groups`. A row a millisecond. */
async function fill(store: Store, count: number, groups: number, from: number): Promise<void> {
  await store.execute(
    'test.fill',
    `INSERT INTO event (id, raw_id, ts, ts_quality, received_at, parser, product, category, service, host, src_ip, action, message)
     SELECT generateUUIDv4(), generateUUIDv4(), fromUnixTimestamp64Milli({now:Int64} + number), 'exact',
       fromUnixTimestamp64Milli({now:Int64}), 'test', 'linux', 'authentication', 'sshd', 'web-1',
       concat('a', toString(intDiv(number, 10) % {groups:UInt32})),
       multiIf(number % 10 < 4, 'loud', number % 100 = 99, 'rare', 'quiet'), 'm'
     FROM numbers({from:UInt32}, {count:UInt32})`,
    { now: testNowMs, groups, count, from }
  );
}

describe('a rule that matches 40 % of all rows', () => {
  it.each([
    { groups: 4, ranges: 5 },
    { groups: 4000, ranges: 2 },
  ])('is counted exactly in $groups groups, says what it folded, and takes nothing from others', async (of) => {
    const count = 40_000;
    await emptyDetection(db.store);
    const detection = testDetection(db.store, rulesOf(singleRule(1, 'loud') + singleRule(2, 'rare')));
    for (let range = 0; range < of.ranges; range += 1) {
      await fill(db.store, count / of.ranges, of.groups, (range * count) / of.ranges);
      await detection.runOnce();
    }
    const [loud, rare] = await db.store.rows(outcome, {});
    expect(loud).toMatchObject({ rule_id: ruleId(1), findings: of.groups, matches: count * 0.4 });
    expect(loud?.evidence).toBe(Math.min(evidenceMax, (count * 0.4) / of.groups));
    expect(loud?.revisions).toBeLessThanOrEqual(of.ranges);
    expect(rare).toMatchObject({ rule_id: ruleId(2), matches: count / 100 });

    const [run] = await db.store.rows(folded, { rule: ruleId(1) });
    const beyond = Math.max(0, (count * 0.4) / of.groups - evidenceMax) * of.groups;
    expect(run).toEqual({ matches: count * 0.4, folded: beyond });

    // One row of each kind per group and range at most, however many matches.
    const [stored] = await db.store.rows(rows, {});
    expect(stored?.n).toBeLessThanOrEqual(2 * of.ranges * (of.groups + (rare?.findings ?? 0)));
  });
});
