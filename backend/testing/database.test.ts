import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { defineQuery } from '../src/store/query.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { tablesOf } from './renew-tables.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

test('a test database has every table', async () => {
  const tables = await db.store.rows(
    defineQuery({
      name: 'test.tables',
      sql: `SELECT name FROM system.tables WHERE database = {database:String} ORDER BY name`,
      params: z.object({ database: z.string() }),
      row: z.object({ name: z.string() }),
      timeoutMs: 5000,
      rowsMax: 100,
    }),
    { database: db.store.database }
  );
  expect(tables.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['event', 'finding_activity', 'raw_log', 'schema_migration', 'security_finding_current'])
  );
});

test('one that was given back is as new for the next, and gone for whoever had it', async () => {
  const first = await testDatabase();
  const asMade = await tablesOf(first.store);
  const uuid = async ({ store }: TestDatabase) =>
    (await store.compiled('test.uuid', { sql: `SELECT toString(uuid) AS uuid FROM system.tables WHERE database = currentDatabase() AND name = 'rule_set'`, params: {} }, z.object({ uuid: z.string() }), { timeoutMs: 5000, rowsMax: 1 }))[0]?.uuid; // prettier-ignore
  const before = await uuid(first);
  for (const sql of [
    `INSERT INTO rule_set (rule_set_hash, rule_id, rule_hash) VALUES ('a', 'b', 'c')`,
    'ALTER TABLE event MODIFY SETTING remove_empty_parts = 1',
    'DROP TABLE lease_beat',
    'CREATE TABLE aside (a UInt8) ENGINE = MergeTree ORDER BY a',
  ]) {
    await first.store.execute('test.change', sql);
  }
  expect(await tablesOf(first.store)).not.toEqual(asMade);
  await first.drop();
  const next = await testDatabase();
  expect(next.store.database).toBe(first.store.database);
  expect(await tablesOf(next.store)).toEqual(asMade);
  expect(await uuid(next)).not.toBe(before);
  await expect((async () => first.store.ping())()).rejects.toThrow('given back');
  await next.drop();
});
