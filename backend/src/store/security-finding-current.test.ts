import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingFilter, findingQuery, timelineQuery } from '@loglake/contract/finding';
import { testDatabase } from '../../testing/database.ts';
import { findingRowOf, storeFindings } from '../../testing/sample-finding.ts';
import { findingTimeline, findingsPerRule, listFindings, summariseFindings } from './security-finding-current.ts';

let db: Awaited<ReturnType<typeof testDatabase>>;
beforeAll(async () => {
  db = await testDatabase();
  await storeFindings(db.store, [
    findingRowOf('a', { severity: 'low', last_ts: '2026-11-21 08:00:01.000' }),
    findingRowOf('b', { severity: 'critical', last_ts: '2026-11-21 08:00:02.000', hosts: ["o'host"] }),
    findingRowOf('c', { severity: 'critical', last_ts: '2026-11-21 08:00:03.000', users: ['Émile'] }),
    findingRowOf('d', { severity: 'medium', run_id: 'run-1', last_ts: '2026-11-21 08:00:04.000' }),
    findingRowOf('e', { superseded_by: 'a' }),
    findingRowOf('a', { revision: 2, severity: 'high', last_ts: '2026-11-21 08:00:05.000', rule_id: 'rule-2' }),
  ]);
});
afterAll(() => db.drop());

const ids = async (query: Record<string, unknown>) =>
  (await listFindings(db.store, findingQuery.parse(query))).items.map((finding) => finding.findingId);

describe('findings as they stand', () => {
  it('show the newest revision, newest first, without scenario runs and superseded ones', async () => {
    expect(await ids({})).toEqual(['a', 'c', 'b']);
  });

  it('show scenario runs when asked to', async () => {
    expect(await ids({ runs: 'include' })).toEqual(['a', 'd', 'c', 'b']);
    expect(await ids({ runs: 'only' })).toEqual(['d']);
    expect(await ids({ runId: 'run-1' })).toEqual(['d']);
    expect(await ids({ runId: 'run-2' })).toEqual([]);
  });

  it('sort by severity, then time', async () => {
    expect(await ids({ sort: 'severity' })).toEqual(['c', 'b', 'a']);
  });

  it.each(['lastSeen', 'severity', 'createdAt'])('page by %s without loss or repeat', async (sort) => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listFindings(db.store, findingQuery.parse({ sort, limit: 1, runs: 'include', cursor }));
      seen.push(...page.items.map((finding) => finding.findingId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && seen.length < 10);
    expect([...seen].sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('refuse a cursor that is not ours', async () => {
    for (const cursor of ['nonsense', Buffer.from('{"key":"x"}').toString('base64url')]) {
      await expect(ids({ cursor })).rejects.toMatchObject({ code: 'request.invalid' });
    }
  });

  it.each([
    [{ severity: 'critical' }, ['c', 'b']],
    [{ severity: 'low' }, []],
    [{ state: 'new', ruleId: 'rule-2' }, ['a']],
    [{ state: 'resolved' }, []],
    [{ host: "o'host" }, ['b']],
    [{ host: "o' OR 1=1 --" }, []],
    [{ text: 'émi' }, ['c']],
    [{ text: '%' }, []],
    [{ srcIp: '192.0.2.7', user: 'root' }, ['a', 'b']],
    [{ from: '2026-11-21T08:00:03.000Z' }, ['a', 'c']],
    [{ to: '2026-11-21T08:00:03.000Z' }, ['b']],
    [{ assignee: 'nobody' }, []],
  ])('filter by %j', async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  it('are counted by state, severity and rule', async () => {
    const summary = await summariseFindings(db.store, findingFilter.parse({}));
    expect(summary).toMatchObject({ total: '3', open: '3', byState: { new: '3', resolved: '0' } });
    expect(summary.bySeverity).toEqual({ informational: '0', low: '0', medium: '0', high: '1', critical: '2' });
    expect(summary.topRules.map((rule) => [rule.ruleId, rule.count])).toEqual([
      ['rule-1', '2'],
      ['rule-2', '1'],
    ]);
  });

  it('make a timeline by first seen', async () => {
    const { buckets } = await findingTimeline(db.store, timelineQuery.parse({ bucketSeconds: 60 }));
    expect(buckets).toEqual([
      { from: '2026-11-21T08:00:00.000Z', severity: 'critical', count: '2' },
      { from: '2026-11-21T08:00:00.000Z', severity: 'high', count: '1' },
    ]);
  });

  it('are counted per rule, real ones only', async () => {
    const perRule = await findingsPerRule(db.store);
    expect(perRule.get('rule-1')?.count).toBe('2');
    expect(perRule.get('rule-2')?.lastMatchAt).toBe('2026-11-21T08:00:05.000Z');
  });
});
