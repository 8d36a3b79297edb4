import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase, type TestDatabase } from '../../backend/testing/database.ts';
import { expandQuery, type QueryScope, type VariableValue } from '../testing/expand-query.ts';
import { anyRow, awkwardHost, seedDashboards } from '../testing/seed.ts';
import { dashboardFiles } from './dashboard-file.ts';

type Row = z.infer<typeof anyRow>;
const target = z.looseObject({ refId: z.string(), rawSql: z.string(), queryType: z.enum(['timeseries', 'table']) });
const panel = z.looseObject({ title: z.string(), type: z.string(), targets: z.array(target).min(1) });
const variable = z.looseObject({ name: z.string(), type: z.string(), query: z.unknown().optional() });
const dashboard = z.looseObject({
  panels: z.array(panel),
  templating: z.object({ list: z.array(variable) }),
});

const nowMs = Date.now();
const everything: Record<string, VariableValue> = {
  datasource: 'loglake-clickhouse',
  host: { all: ['web1', awkwardHost, 'gw1', 'lab1'] },
  severity: { all: ['critical', 'high', 'medium', 'low', 'informational'] },
  scenarios: 'false',
};
const scopeOf = (variables: Partial<typeof everything> = {}): QueryScope => ({
  fromMs: nowMs - 86_400_000,
  toMs: nowMs + 60_000,
  intervalMs: 60_000,
  variables: { ...everything, ...variables } as Record<string, VariableValue>,
});

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await seedDashboards(db.store, nowMs);
});
afterAll(() => db.drop());

/** Runs what the data source would send, under the limits of Grafana's ClickHouse user. Throws what the engine throws. */
function run(sql: string, scope: QueryScope): Promise<Row[]> {
  return db.store.compiled('dashboard.panel', { sql: expandQuery(sql, scope), params: {} }, anyRow, {
    timeoutMs: 30_000,
    rowsMax: 10_000,
  });
}

const numbersOf = (rows: readonly Row[]) =>
  rows.flatMap((row) => Object.values(row).filter((value) => typeof value === 'number' || /^\d+$/.test(String(value))));

describe.each(dashboardFiles)('dashboards/$file', ({ build }) => {
  const { panels, templating } = dashboard.parse(JSON.parse(JSON.stringify(build())));
  const queries = panels.flatMap(({ title, targets }) =>
    targets.map(({ rawSql, queryType }) => ({ title, rawSql, queryType }))
  );
  const query = (title: string) => {
    const found = queries.find((one) => one.title === title);
    if (found === undefined) throw new Error(`no panel ${title}`);
    return found.rawSql;
  };

  it.each(queries)('$title: the query gives rows with numbers on the real engine', async ({ rawSql, queryType }) => {
    const rows = await run(rawSql, scopeOf());
    expect(rows.length).toBeGreaterThan(0);
    expect(numbersOf(rows).some((value) => Number(value) > 0)).toBe(true);
    if (queryType === 'timeseries') expect(rows[0]).toHaveProperty('time');
  });

  it.each(queries)('$title: several chosen hosts and severities, one with a quote, give rows too', async (one) => {
    const rows = await run(one.rawSql, scopeOf({ host: ['web1', awkwardHost], severity: ['high', 'medium'] }));
    expect(rows.length).toBeGreaterThan(0);
  });

  it.each(templating.list.filter(({ type }) => type === 'query'))('variable $name has options', async (one) => {
    const options = await run(z.string().parse(one.query), scopeOf());
    expect(options.map(({ host }) => host)).toEqual(expect.arrayContaining(['web1', awkwardHost]));
  });

  it('a chosen host leaves the others out', async () => {
    const rows = await run(query('Failed logins by host'), scopeOf({ host: [awkwardHost] }));
    expect(rows.map(({ host }) => host)).toEqual([awkwardHost]);
  });

  it('a chosen severity leaves the others out', async () => {
    const rows = await run(query('Findings'), scopeOf({ severity: ['medium'] }));
    expect(rows.map(({ finding_id }) => finding_id)).toEqual(['finding-2']);
  });

  it('scenario runs count only when the switch is on', async () => {
    const users = async (scenarios: string) =>
      (await run(query('Top users'), scopeOf({ scenarios }))).map(({ user }) => user);
    expect(await users('false')).not.toContain('scenario-user');
    expect(await users('true')).toContain('scenario-user');
    const ids = async (scenarios: string) =>
      (await run(query('Findings'), scopeOf({ scenarios }))).map(({ finding_id }) => finding_id);
    expect(await ids('false')).not.toContain('finding-3');
    expect(await ids('true')).toContain('finding-3');
  });

  it('a finding that was joined into another is not counted', async () => {
    expect(numbersOf(await run(query('Open findings'), scopeOf())).map(Number)).toEqual([2]);
  });

  it('a range without data gives no rows: the checks above can fail', async () => {
    const past = { ...scopeOf(), fromMs: 0, toMs: 86_400_000 };
    for (const title of [
      'Findings over time',
      'Findings',
      'Top rules',
      'Top users',
      'Events by parser',
      'Unmatched lines',
    ]) {
      expect({ title, rows: await run(query(title), past) }).toEqual({ title, rows: [] });
    }
  });

  it('the ages are those of the rows behind them', async () => {
    const [age] = numbersOf(await run(query('Heartbeat age'), scopeOf())).map(Number);
    expect(age).toBeGreaterThanOrEqual(45);
    expect(age).toBeLessThan(200);
    const [lag] = numbersOf(await run(query('Ledger lag'), scopeOf())).map(Number);
    expect(lag).toBeLessThan(200);
  });

  it('a column that does not exist is an error, not an empty panel', async () => {
    await expect(run('SELECT nonsense FROM event WHERE $__timeFilter(ts)', scopeOf())).rejects.toThrow();
  });
});
