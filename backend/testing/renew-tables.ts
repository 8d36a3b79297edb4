import { z } from 'zod';
import { defineQuery } from '../src/store/query.ts';
import type { Store } from '../src/store/store.ts';

/** A table or view of a test database. */
export interface TestTable {
  readonly name: string;
  /** Its CREATE statement. */
  readonly sql: string;
}

const tables = defineQuery({
  name: 'test.tables',
  sql: `SELECT name, create_table_query AS sql,
      (SELECT groupUniqArray(table) FROM system.parts WHERE database = currentDatabase()) AS touched,
      has(touched, name) AS used
    FROM system.tables WHERE database = currentDatabase() ORDER BY name`,
  params: z.object({}),
  row: z.object({ name: z.string(), sql: z.string(), used: z.coerce.boolean() }),
  timeoutMs: 10_000,
  rowsMax: 1000,
});

/** What there is in the database. */
export async function tablesOf(store: Store): Promise<readonly TestTable[]> {
  return (await store.rows(tables, {})).map(({ name, sql }) => ({ name, sql }));
}

/**
 * Makes the database as it was when `wanted` was read: what it had not goes, and every table that differs or ever held
 * a part is made anew, with a uuid of its own and block numbers from 1. The list of migrations keeps its rows.
 */
export async function renewTables(store: Store, wanted: readonly TestTable[]): Promise<void> {
  const found = new Map((await store.rows(tables, {})).map((table) => [table.name, table]));
  for (const { name, sql } of wanted) {
    const now = found.get(name);
    found.delete(name);
    if (now !== undefined && now.sql === sql && (!now.used || name === 'schema_migration')) continue;
    await store.execute('test.renew', sql.replace(/^CREATE (?:OR REPLACE )?/, 'CREATE OR REPLACE '));
  }
  for (const name of found.keys()) await store.execute('test.drop', `DROP TABLE \`${name}\``);
}
