import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ServiceError } from '../error.ts';
import { defineQuery } from './query.ts';
import { splitStatements } from './sql-statements.ts';
import type { Store } from './store.ts';

interface MigrationFile {
  name: string;
  sha256: string;
  statements: readonly string[];
}

const appliedMigrations = defineQuery({
  name: 'schema_migration.applied',
  sql: `SELECT name, argMin(sha256, applied_at) AS sha256 FROM schema_migration GROUP BY name ORDER BY name`,
  params: z.object({}),
  row: z.object({ name: z.string(), sha256: z.string() }),
  timeoutMs: 10_000,
  rowsMax: 10_000,
});

const migrationTable = `CREATE TABLE IF NOT EXISTS schema_migration
(
    name String COMMENT 'file name',
    sha256 String COMMENT 'of the file as applied, hex',
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = MergeTree ORDER BY name`;

/**
 * Applies the numbered files of `dir` in order, each once. The database must exist (createDatabase).
 * Throws service.internal naming the file when an applied file has changed, is missing, or would come before an applied one.
 * Safe to run again, after a crash too: every statement is idempotent, and a file is noted after its last statement.
 */
export async function migrate(store: Store, dir: string): Promise<{ applied: readonly string[] }> {
  const files = readMigrations(dir);
  await store.execute('schema_migration.create', migrationTable);
  const done = await store.rows(appliedMigrations, {});
  refuseDifferences(files, done, dir);
  const applied: string[] = [];
  for (const file of files.slice(done.length)) {
    for (const [index, statement] of file.statements.entries()) {
      await store.execute(`migration ${file.name}, statement ${index + 1}`, statement);
    }
    await store.insert('schema_migration', [{ name: file.name, sha256: file.sha256 }]);
    applied.push(file.name);
  }
  return { applied };
}

function readMigrations(dir: string): MigrationFile[] {
  const names = readdirSync(dir)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return names.map((name, index) => {
    const number = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1];
    if (Number(number) !== index + 1) {
      throw refuse(`${dir} must hold 0001_name.sql, 0002_name.sql and so on, without gaps; ${name} does not fit`);
    }
    const text = readFileSync(path.join(dir, name), 'utf8');
    return { name, sha256: createHash('sha256').update(text).digest('hex'), statements: splitStatements(text) };
  });
}

function refuseDifferences(
  files: readonly MigrationFile[],
  done: readonly { name: string; sha256: string }[],
  dir: string
): void {
  for (const [index, old] of done.entries()) {
    const file = files.find(({ name }) => name === old.name);
    if (file === undefined) {
      throw refuse(`${old.name} was applied to this database, but is missing in ${dir}: is this an older release?`);
    }
    if (file.sha256 !== old.sha256) {
      throw refuse(
        `${old.name} was applied to this database and has changed since. Put the old file back, and write a new one for the change.`
      );
    }
    if (files[index]?.name !== old.name) {
      throw refuse(
        `${files[index]?.name ?? ''} comes before ${old.name}, which is applied already. Give it the next number.`
      );
    }
  }
}

function refuse(message: string): ServiceError {
  return new ServiceError('service.internal', message);
}
