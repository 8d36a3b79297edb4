import { afterAll, beforeAll, expect, it } from 'vitest';
import { ruleRunQuery } from '@loglake/contract/rule';
import { testDatabase } from '../../testing/database.ts';
import { listRuleRuns } from './rule-run-list.ts';

let db: Awaited<ReturnType<typeof testDatabase>>;
beforeAll(async () => {
  db = await testDatabase();
  const shared = {
    stream: 's',
    partition: 'p',
    owner: 'o',
    rule_set_hash: 'h',
    rows_read: 10,
    matches: 1,
    findings: 1,
    folded: 0,
    duration_ms: 3,
  };
  await db.store.insert('rule_run', [
    { ...shared, at: '2026-11-21 08:00:00.000', lo: 1, hi: 4, rule_id: '' },
    { ...shared, at: '2026-11-21 08:00:00.000', lo: 1, hi: 4, rule_id: 'r1', error: 'broke' },
    { ...shared, at: '2026-11-21 08:00:01.000', lo: '18446744073709551615', hi: '18446744073709551615', rule_id: '' },
  ]); // prettier-ignore
});
afterAll(() => db.drop());

it('pages the ledger newest first, without loss or repeat, 64-bit numbers whole', async () => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listRuleRuns(db.store, ruleRunQuery.parse({ limit: 1, cursor }));
    seen.push(...page.items.map((run) => `${run.lo} ${run.ruleId}`));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && seen.length < 10);
  expect(seen).toEqual(['18446744073709551615 ', '1 r1', '1 ']);
});

it('shows one rule with its error, and nothing for a rule that never ran', async () => {
  const { items } = await listRuleRuns(db.store, ruleRunQuery.parse({ ruleId: 'r1' }));
  expect(items.map((run) => [run.error, run.at])).toEqual([['broke', '2026-11-21T08:00:00.000Z']]);
  expect((await listRuleRuns(db.store, ruleRunQuery.parse({ ruleId: 'r2' }))).items).toEqual([]);
});

it('refuses a cursor that is not ours', async () => {
  await expect(listRuleRuns(db.store, ruleRunQuery.parse({ cursor: 'x' }))).rejects.toMatchObject({
    code: 'request.invalid',
  });
});
