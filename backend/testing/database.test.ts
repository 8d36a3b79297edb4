import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { defineQuery } from '../src/store/query.ts';
import { testDatabase, type TestDatabase } from './database.ts';

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
