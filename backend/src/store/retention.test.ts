import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { testDatabase, type TestDatabase } from '../../testing/database.ts';
import { applyRetention, removeExpiredFindings } from './retention.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const read = async (sql: string) =>
  await db.store.compiled('test.read', { sql, params: {} }, z.looseObject({}), { timeoutMs: 5000, rowsMax: 100 });

const dayMs = 86_400_000;
/** One moment for all rows: the removal counts from the clock of the store. */
const now = Date.now();
const ago = (days: number) => new Date(now - days * dayMs).toISOString();

function finding(id: string, days: number, extra: object = {}): object {
  const times = { first_ts: ago(days), last_ts: ago(days), last_received_at: ago(days), created_at: ago(days) };
  const rule = { rule_id: `rule-${id}`, rule_hash: 'h', title: id, severity: 'low', risk: 1, group_key: `group-${id}` };
  return { finding_id: id, revision: 1, ...rule, count: 1, ...times, updated_at: ago(days), ...extra };
}

function contribution(id: string, days: number): object {
  const times = { first_ts: ago(days), last_ts: ago(days), first_received_at: ago(days), last_received_at: ago(days) };
  const key = { rule_id: `rule-${id}`, rule_hash: 'h', group_key: `group-${id}`, range_key: `${id}|${days}` };
  return { ...key, ordinal: 0, count: 1, ...times };
}

function activity(id: string, version: number, days: number): object {
  const what = { kind: 'comment', state: 'new', comment: 'still here', previous_hash: '', hash: 'x' };
  return { finding_id: id, version, at: ago(days), actor: 'someone', ...what };
}

test('TTLs follow the configuration, and are touched only when they differ', async () => {
  expect(await applyRetention(db.store, { rawDays: 30, eventDays: 90 })).toEqual([]);
  expect(await applyRetention(db.store, { rawDays: 3, eventDays: 90 })).toEqual(['raw_log']);
  expect(await applyRetention(db.store, { rawDays: 3, eventDays: 9 })).toEqual(['event']);
  expect(await applyRetention(db.store, { rawDays: 3, eventDays: 9 })).toEqual([]);
  const [row] = await read(
    `SELECT count() AS n FROM system.tables WHERE database = currentDatabase() AND name IN ('raw_log', 'event') AND engine_full LIKE '%toIntervalDay(%'`
  );
  expect(row).toEqual({ n: '2' });
});

test('raw lines beyond their days go, younger ones stay', async () => {
  await applyRetention(db.store, { rawDays: 30, eventDays: 90 });
  const line = (days: number) => ({ received_at: ago(days), source: 'ttl', raw: `${days} days old` });
  await db.store.insert('raw_log', [line(31), line(29)]);
  await db.store.execute('test.merge', 'OPTIMIZE TABLE raw_log FINAL');
  expect(await read(`SELECT raw FROM raw_log WHERE source = 'ttl'`)).toEqual([{ raw: '29 days old' }]);
});

test('days that are none are refused', async () => {
  await expect(applyRetention(db.store, { rawDays: 0, eventDays: 1 })).rejects.toThrow('rawDays');
  await expect(applyRetention(db.store, { rawDays: 1, eventDays: 1.5 })).rejects.toThrow('eventDays');
});

test('a finding goes with all its rows when its last activity is too old; a late comment or revision keeps it', async () => {
  await db.store.insert('security_finding', [
    finding('gone', 500),
    finding('commented', 500),
    finding('revised', 500),
    finding('revised', 500, { revision: 2, updated_at: ago(5) }),
    finding('young', 3),
  ]);
  const ids = ['gone', 'commented', 'revised', 'young'];
  // Contributions of the same rule and group outside the finding's time belong to another finding.
  await db.store.insert('finding_contribution', [...ids.map((id) => contribution(id, 500)), contribution('gone', 10)]);
  await db.store.insert('finding_activity', [activity('gone', 1, 450), activity('commented', 1, 450), activity('commented', 2, 5)]); // prettier-ignore

  expect(await removeExpiredFindings(db.store, 400)).toBe(1);
  const left = await read('SELECT DISTINCT finding_id AS id FROM security_finding ORDER BY id');
  expect(left.map(({ id }) => id)).toEqual(['commented', 'revised', 'young']);
  expect(await read('SELECT finding_id AS id, version FROM finding_activity ORDER BY id, version')).toEqual([
    { id: 'commented', version: '1' },
    { id: 'commented', version: '2' },
  ]);
  const contributions = await read('SELECT DISTINCT range_key AS k FROM finding_contribution ORDER BY k');
  expect(contributions.map(({ k }) => k)).toEqual(['commented|500', 'gone|10', 'revised|500', 'young|500']);
  expect(await removeExpiredFindings(db.store, 400)).toBe(0);
});

test('more findings than one batch all go', async () => {
  await db.store.insert(
    'security_finding',
    Array.from({ length: 401 }, (_, index) => finding(`many-${index}`, 600))
  );
  expect(await removeExpiredFindings(db.store, 400)).toBe(401);
});

test('the current view shows a finding without activity as new, version 0, with the time of its revision', async () => {
  const view = `SELECT state, version, close_reason, assignee, updated_at = (SELECT max(updated_at) FROM security_finding WHERE finding_id = 'young') AS same FROM security_finding_current WHERE finding_id = 'young'`;
  expect(await read(view)).toEqual([{ state: 'new', version: '0', close_reason: '', assignee: '', same: 1 }]);
  const changed = `SELECT revision, state, version, abs(dateDiff('day', updated_at, now64(3, 'UTC')) - 5) < 2 AS recent FROM security_finding_current WHERE finding_id IN ('commented', 'revised') ORDER BY finding_id`;
  expect(await read(changed)).toEqual([
    { revision: 1, state: 'new', version: '2', recent: 1 },
    { revision: 2, state: 'new', version: '0', recent: 1 },
  ]);
});
