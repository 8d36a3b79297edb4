import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { emptyDatabase, migrationsDir, type TestDatabase } from '../../testing/database.ts';
import { migrate } from './migrate.ts';

let db: TestDatabase;
let dir: string;
beforeEach(async () => {
  db = await emptyDatabase();
  dir = mkdtempSync(path.join(tmpdir(), 'loglake-migrations-'));
});
afterEach(async () => {
  rmSync(dir, { recursive: true });
  await db.drop();
});

const write = (name: string, text: string) => writeFileSync(path.join(dir, name), text);
const read = async (sql: string) =>
  await db.store.compiled('test.read', { sql, params: {} }, z.looseObject({}), { timeoutMs: 5000, rowsMax: 100 });

test('files are applied in order, each once, and noted with their hash', async () => {
  write(
    '0001_first.sql',
    `CREATE TABLE a (n Int8 COMMENT 'one; two') ENGINE = Memory; -- done;\nINSERT INTO a VALUES (1);`
  );
  write('0002_second.sql', 'INSERT INTO a SELECT n + 1 FROM a');
  expect(await migrate(db.store, dir)).toEqual({ applied: ['0001_first.sql', '0002_second.sql'] });
  expect(await migrate(db.store, dir)).toEqual({ applied: [] });
  expect(await read('SELECT n FROM a ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
  const noted = await read('SELECT name, length(sha256) AS hash FROM schema_migration ORDER BY name');
  expect(noted).toEqual([{ name: '0001_first.sql', hash: '64' }, { name: '0002_second.sql', hash: '64' }]); // prettier-ignore
});

test('a file that failed half way is applied again, and only then noted', async () => {
  write('0001_half.sql', 'CREATE TABLE IF NOT EXISTS a (n Int8) ENGINE = Memory; SELEKT 1;');
  await expect(migrate(db.store, dir)).rejects.toThrow('migration 0001_half.sql, statement 2 failed: code 62');
  expect(await read('SELECT name FROM schema_migration')).toEqual([]);
  write('0001_half.sql', 'CREATE TABLE IF NOT EXISTS a (n Int8) ENGINE = Memory; INSERT INTO a VALUES (1);');
  expect(await migrate(db.store, dir)).toEqual({ applied: ['0001_half.sql'] });
});

test('an applied file that changed is refused by name, and nothing after it is applied', async () => {
  write('0001_first.sql', 'CREATE TABLE a (n Int8) ENGINE = Memory');
  await migrate(db.store, dir);
  write('0001_first.sql', 'CREATE TABLE a (n Int16) ENGINE = Memory');
  write('0002_second.sql', 'DROP TABLE a');
  await expect(migrate(db.store, dir)).rejects.toThrow(
    '0001_first.sql was applied to this database and has changed since'
  );
  expect(await read('SELECT * FROM a')).toEqual([]);
});

test('an applied file that is missing is refused by name', async () => {
  write('0001_first.sql', 'CREATE TABLE a (n Int8) ENGINE = Memory');
  write('0002_second.sql', 'CREATE TABLE b (n Int8) ENGINE = Memory');
  await migrate(db.store, dir);
  rmSync(path.join(dir, '0002_second.sql'));
  await expect(migrate(db.store, dir)).rejects.toThrow('0002_second.sql was applied to this database, but is missing');
});

test.each([['0002_gap.sql'], ['1_short.sql'], ['0001-name.sql']])(
  'a file out of the row is refused: %s',
  async (name) => {
    write(name, 'SELECT 1');
    await expect(migrate(db.store, dir)).rejects.toThrow(`${name} does not fit`);
  }
);

test('the migrations of this release leave no statement that cannot run twice', async () => {
  for (const name of readdirSync(migrationsDir)) copyFileSync(path.join(migrationsDir, name), path.join(dir, name));
  await migrate(db.store, dir);
  await db.store.execute('test.forget', 'TRUNCATE TABLE schema_migration');
  expect((await migrate(db.store, dir)).applied.length).toBeGreaterThan(5);
});
