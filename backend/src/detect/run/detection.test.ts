import { EventEmitter, once } from 'node:events';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import {
  allFindings,
  insertEvents,
  liveFindings,
  ruleId,
  rulesOf,
  shownBy,
  singleRule,
  testDetection,
  testEvent,
  testNowMs,
} from './fixture.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const failures = rulesOf(singleRule(1, 'login_failed'));
let address = 0;
/** Every test has its own address, and so its own groups. */
const nextAddress = (): string => `192.0.2.${(address += 1)}`;
const findingsOf = async (srcIp: string) =>
  (await liveFindings(db.store)).filter((finding) => finding.group_values['src_ip'] === srcIp);

describe('findings of single-event rules', () => {
  it('are one per episode and group, with what proves them', async () => {
    const srcIp = nextAddress();
    const events = [0, 100, 400, 701].map((at) => testEvent('login_failed', at, { srcIp, user: 'root' }));
    const other = testEvent('login', 50, { srcIp });
    await insertEvents(db.store, [...events, other]);
    const report = await testDetection(db.store, failures).runOnce();
    expect(report).toMatchObject({ ranges: 1, rows: 5, matches: 4, findings: 2 });
    const [first, second] = await findingsOf(srcIp);
    expect(first).toMatchObject({
      rule_id: ruleId(1),
      rev: 1,
      count: 3,
      late_count: 0,
      first_ms: testNowMs,
      last_ms: testNowMs + 400_000,
      hosts: ['web-1'],
      users: ['root'],
      src_ips: [srcIp],
      title: 'Rule 1',
    });
    expect(first?.event_ids).toEqual(events.slice(0, 3).map((event) => event.id));
    expect(second).toMatchObject({ count: 1, first_ms: testNowMs + 701_000 });
    for (const finding of [first, second]) {
      if (finding !== undefined) expect(await shownBy(db.store, finding)).toEqual(finding.event_ids);
    }
  });

  it('grow, count late events, and join: the older keeps its id, the younger is superseded', async () => {
    const srcIp = nextAddress();
    const detection = testDetection(db.store, failures);
    const at = (...seconds: number[]) => seconds.map((second) => testEvent('login_failed', second, { srcIp }));
    await insertEvents(db.store, at(1000));
    await detection.runOnce();
    await insertEvents(db.store, at(500));
    await detection.runOnce();
    const [early, late] = await findingsOf(srcIp);
    expect([early?.count, late?.count]).toEqual([1, 1]);
    await insertEvents(db.store, at(750, 1100));
    await detection.runOnce();
    const joined = (await allFindings(db.store)).filter((finding) => finding.group_values['src_ip'] === srcIp);
    const live = joined.filter((finding) => finding.superseded_by === '');
    expect(live).toHaveLength(1);
    // Both were stored at the same moment of the test's clock: the earlier in event time counts as the older.
    expect(live[0]).toMatchObject({ finding_id: early?.finding_id, rev: 2, count: 4, late_count: 1 });
    expect(joined.find((finding) => finding.superseded_by !== '')).toMatchObject({
      finding_id: late?.finding_id,
      superseded_by: early?.finding_id,
      count: 1,
      rev: 2,
    });
  });

  it('keep runs, and missing values, apart from everything else', async () => {
    const srcIp = nextAddress();
    const events = [
      testEvent('login_failed', 0, { srcIp }),
      testEvent('login_failed', 1, { srcIp, runId: 'run-1' }),
      testEvent('login_failed', 2, { srcIp: null, runId: srcIp }),
      testEvent('login_failed', 2, { srcIp: '', runId: srcIp }),
    ];
    await insertEvents(db.store, events);
    await testDetection(db.store, failures).runOnce();
    const found = (await liveFindings(db.store)).filter((one) => events.some(({ id }) => one.event_ids.includes(id)));
    expect(found.map((one) => [one.run_id, one.group_values['src_ip'], one.count])).toEqual(
      expect.arrayContaining([['', srcIp, 1], ['run-1', srcIp, 1], [srcIp, null, 1], [srcIp, '', 1]]) // prettier-ignore
    );
    for (const one of found) expect(await shownBy(db.store, one)).toEqual(one.event_ids);
  });

  it('do nothing when nothing arrived', async () => {
    expect(await testDetection(db.store, failures).runOnce()).toEqual({ ranges: 0, rows: 0, matches: 0, findings: 0 });
  });

  it('are not raised by a rule that only a correlation reads', async () => {
    const srcIp = nextAddress();
    const rules = rulesOf(`${singleRule(1, 'login_failed')}
title: Burst
id: ${ruleId(2)}
level: high
correlation: { type: event_count, rules: [rule_1], group-by: [src_ip], timespan: 5m, condition: { gte: 3 } }
`);
    const detection = testDetection(db.store, rules);
    await insertEvents(
      db.store,
      [0, 120].map((at) => testEvent('login_failed', at, { srcIp }))
    );
    await detection.runOnce();
    expect(await findingsOf(srcIp)).toEqual([]);
    const last = [testEvent('login_failed', 300, { srcIp }), testEvent('login_failed', 301, { srcIp: nextAddress() })];
    await insertEvents(db.store, last);
    await detection.runOnce();
    const [burst, ...rest] = await findingsOf(srcIp);
    expect(rest).toEqual([]);
    expect(burst).toMatchObject({ rule_id: ruleId(2), count: 1, first_ms: testNowMs, last_ms: testNowMs + 300_000 });
    expect(burst?.event_ids).toHaveLength(3);
    expect(burst === undefined ? [] : await shownBy(db.store, burst)).toEqual(burst?.event_ids);
  });
});

describe('isolation', () => {
  it('a rule that throws is noted, and its neighbours find what there is', async () => {
    const srcIp = nextAddress();
    const [good] = failures;
    const [bad] = rulesOf(singleRule(9, 'login_failed'));
    if (good?.kind !== 'single' || bad?.kind !== 'single') throw new Error('two single rules');
    const throwing = {
      ...bad,
      matches: () => {
        throw new Error('broken on purpose');
      },
    };
    await insertEvents(db.store, [testEvent('login_failed', 0, { srcIp })]);
    const detection = testDetection(db.store, [throwing, good]);
    await detection.runOnce();
    expect((await findingsOf(srcIp)).map((finding) => finding.rule_id)).toEqual([ruleId(1)]);
    expect(detection.health().find((item) => item.name === 'detection.rules')).toMatchObject({
      state: 'warning',
      value: 1,
      detail: expect.stringContaining('broken on purpose') as string,
    });
  });

  it('a correlation whose query fails is noted in the ledger, and everything else is found', async () => {
    const srcIp = nextAddress();
    const rules = rulesOf(`${singleRule(1, 'login_failed')}
title: Burst
id: ${ruleId(3)}
level: high
correlation: { type: event_count, rules: [rule_1], generate: true, group-by: [src_ip], timespan: 5m, condition: { gte: 1 } }
`);
    const broken = rules.map((rule) =>
      rule.kind === 'single'
        ? rule
        : { ...rule, compileWindows: () => ({ sql: 'SELECT nothing FROM nowhere', params: {} }) }
    );
    await insertEvents(db.store, [testEvent('login_failed', 0, { srcIp })]);
    const detection = testDetection(db.store, broken);
    await detection.runOnce();
    expect((await findingsOf(srcIp)).map((finding) => finding.rule_id)).toEqual([ruleId(1)]);
    const noted = await db.store.compiled(
      'test.errors',
      { sql: 'SELECT error FROM rule_run WHERE rule_id = {id:String}', params: { id: ruleId(3) } },
      z.object({ error: z.string() }),
      { timeoutMs: 5000, rowsMax: 10 }
    );
    expect(noted).toEqual([{ error: expect.stringContaining('correlation.windows failed: code 60') as string }]);
    // The match was stored: the next one of the group sees both.
    await insertEvents(db.store, [testEvent('login_failed', 1, { srcIp })]);
    await testDetection(db.store, rules).runOnce();
    expect((await findingsOf(srcIp)).map(({ rule_id, count }) => [rule_id, count])).toEqual([[ruleId(1), 2], [ruleId(3), 1]]); // prettier-ignore
  });
});

describe('the loop', () => {
  it('finds what arrives, hints at it, and ends promptly', async () => {
    const srcIp = nextAddress();
    const hints = new EventEmitter();
    const hinted = once(hints, 'finding');
    const detection = testDetection(db.store, failures, { onFinding: (hint) => hints.emit('finding', hint.findingId) });
    detection.start();
    await insertEvents(db.store, [testEvent('login_failed', 0, { srcIp })]);
    const [id] = (await hinted) as unknown[];
    expect((await findingsOf(srcIp)).map((finding) => finding.finding_id)).toEqual([id]);
    const began = performance.now();
    await detection.stop();
    expect(performance.now() - began).toBeLessThan(2000);
    expect(detection.health().map((item) => [item.name, item.state])).toEqual([
      ['detection.lag', 'ok'],
      ['detection.gaps', 'ok'],
      ['detection.rules', 'ok'],
    ]);
  });
});
