import { XMLParser } from 'fast-xml-parser';
import { SyntaxValidator } from 'fast-xml-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase, type TestDatabase } from '../../backend/testing/database.ts';
import { dashboardFiles } from '../src/dashboard-file.ts';
import { composeService } from './compose.ts';
import { textOf } from './repository.ts';
import { anyRow } from './panel-query.ts';

const text = textOf('provisioning/clickhouse/users.d/loglake.xml');
const user = z.looseObject({
  password: z.object({ from_env: z.string() }).optional(),
  profile: z.string().optional(),
  grants: z.object({ query: z.array(z.string()) }).optional(),
});
const { clickhouse } = z
  .object({
    clickhouse: z.object({
      profiles: z.record(z.string(), z.looseObject({})),
      users: z.record(z.string(), user),
    }),
  })
  .parse(
    new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', isArray: (name) => name === 'query' }).parse(text)
  );
const grantsOf = (name: string) => clickhouse.users[name]?.grants?.query ?? [];
const readable = grantsOf('grafana').map((query) => query.replace('GRANT SELECT ON loglake.', ''));

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());
const rows = (sql: string, params: Record<string, unknown> = {}) =>
  db.store.compiled('test.users', { sql, params }, anyRow, { timeoutMs: 10_000, rowsMax: 1000 });

/** Rejects when the engine cannot parse the statement; nothing is run. */
const parsed = (statement: string) => rows('SELECT formatQuery({statement:String}) AS text', { statement });

describe('provisioning/clickhouse/users.d/loglake.xml', () => {
  it('is well-formed', () => {
    expect(SyntaxValidator.validate(text)).toBe(true);
    expect(() => SyntaxValidator.validate(text.replace('</users>', ''))).toThrow();
  });

  it('takes every password from a variable that docker-compose.yml gives the server', () => {
    const variables = Object.entries(clickhouse.users).flatMap(([name, { password }]) => {
      expect({ name, given: password !== undefined }).toEqual({ name, given: name !== 'default' });
      return password === undefined ? [] : [password.from_env];
    });
    expect(Object.keys(composeService('clickhouse').environment)).toEqual(expect.arrayContaining(variables));
    expect(new Set(variables).size).toBe(3);
  });

  it('names settings that the engine has', async () => {
    const names = Object.values(clickhouse.profiles)
      .flatMap((profile) => Object.keys(profile))
      .filter((name) => name !== 'constraints');
    const known = await rows('SELECT name FROM system.settings WHERE name IN {names:Array(String)}', { names });
    expect(known.map(({ name }) => name).sort()).toEqual([...new Set(names)].sort());
  });

  it('grants in SQL that the engine parses, on tables that exist', async () => {
    const existing = (
      await rows(`SELECT name FROM system.tables WHERE database = {database:String}`, { database: db.store.database })
    ).map(({ name }) => name);
    for (const query of Object.keys(clickhouse.users).flatMap(grantsOf)) {
      await expect(parsed(`${query} TO somebody`)).resolves.toHaveLength(1);
      const table = / ON loglake\.(\w+|\*)$/.exec(query)?.[1] ?? '*';
      if (table !== '*') expect(existing).toContain(table);
    }
    await expect(parsed('GRANT READ ALL ON loglake.event TO somebody')).rejects.toThrow();
  });
});

describe('docs/how-to/existing-clickhouse.md', () => {
  it('shows SQL that the engine parses', async () => {
    const block = /```sql\n([^`]*)```/.exec(textOf('docs/how-to/existing-clickhouse.md'))?.[1] ?? '';
    const statements = block
      .split(';')
      .map((one) => one.trim())
      .filter((one) => one !== '');
    expect(statements.length).toBeGreaterThan(10);
    for (const statement of statements) await expect(parsed(statement)).resolves.toHaveLength(1);
  });
});

describe('Grafana in ClickHouse', () => {
  it('may only read, under limits that it cannot lift', () => {
    expect(clickhouse.users['grafana']?.profile).toBe('grafana');
    expect(clickhouse.profiles['grafana']).toMatchObject({ readonly: 1, allow_ddl: 0, result_overflow_mode: 'throw' });
    for (const limit of ['max_execution_time', 'max_memory_usage', 'max_result_rows', 'max_bytes_to_read']) {
      expect(Number(clickhouse.profiles['grafana']?.[limit])).toBeGreaterThan(0);
    }
    const { constraints } = z
      .looseObject({ constraints: z.record(z.string(), z.looseObject({ max: z.number() })) })
      .parse(clickhouse.profiles['grafana']);
    expect(Object.keys(constraints)).toEqual(['max_execution_time']);
    for (const query of grantsOf('grafana')) expect(query).toMatch(/^GRANT SELECT ON loglake\.\w+$/);
  });

  it('may read every table that a dashboard asks, and what the view behind it reads', () => {
    const tables = new Set(
      dashboardFiles.flatMap(({ build }) =>
        [...JSON.stringify(build()).matchAll(/\b(?:FROM|JOIN) (\w+)/g)].map((match) => match[1])
      )
    );
    expect(tables.size).toBeGreaterThan(3);
    expect(readable).toEqual(expect.arrayContaining([...tables]));
    const view = textOf('backend/migrations/0005_security_finding.sql').split('CREATE OR REPLACE VIEW')[1] ?? '';
    const behind = [...view.matchAll(/\bFROM (\w+)/g)].map((match) => match[1]);
    expect(behind.length).toBeGreaterThan(1);
    expect(readable).toEqual(expect.arrayContaining(behind));
  });

  it('may not read the audit log, nor the engine of the ledger beyond its progress', () => {
    for (const table of ['audit_log', 'ledger_claim', 'rule_match', '*']) expect(readable).not.toContain(table);
  });
});

describe('a collector in ClickHouse', () => {
  it('may insert raw lines and nothing else', () => {
    expect(grantsOf('collector')).toEqual(['GRANT INSERT ON loglake.raw_log']);
  });
});
