import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../backend/testing/database.ts';
import type { QueryScope } from '../testing/expand-query.ts';
import { numbersOf, panelQueries, queryVariables, runPanelQuery, scopeAt } from '../testing/panel-query.ts';
import { awkwardHost, seedDashboards } from '../testing/seed.ts';
import { dashboardFiles } from './dashboard-file.ts';

const nowMs = Date.now();
let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await seedDashboards(db.store, nowMs);
});
afterAll(() => db.drop());
const run = (sql: string, scope: QueryScope) => runPanelQuery(db.store, sql, scope);

describe.each(dashboardFiles)('dashboards/$file', ({ build }) => {
  const queries = panelQueries(build());
  const query = (title: string) => {
    const found = queries.find((one) => one.title === title);
    if (found === undefined) throw new Error(`no panel ${title}`);
    return found.rawSql;
  };

  it.each(queries)('$title: the query gives rows with numbers on the real engine', async ({ rawSql, queryType }) => {
    const rows = await run(rawSql, scopeAt(nowMs));
    expect(rows.length).toBeGreaterThan(0);
    expect(numbersOf(rows).some((value) => value > 0)).toBe(true);
    if (queryType === 'timeseries') expect(rows[0]).toHaveProperty('time');
  });

  it.each(queries)('$title: several chosen hosts and severities, one with a quote, give rows too', async (one) => {
    const rows = await run(one.rawSql, scopeAt(nowMs, { host: ['web1', awkwardHost], severity: ['high', 'medium'] }));
    expect(rows.length).toBeGreaterThan(0);
  });

  it.each(queryVariables(build()))('variable $name has options', async (one) => {
    const options = await run(one.query, scopeAt(nowMs));
    expect(options.map(({ host }) => host)).toEqual(expect.arrayContaining(['web1', awkwardHost]));
  });

  it('a chosen host leaves the others out', async () => {
    const rows = await run(query('Failed logins by host'), scopeAt(nowMs, { host: [awkwardHost] }));
    expect(rows.map(({ host }) => host)).toEqual([awkwardHost]);
  });

  it('a chosen severity leaves the others out', async () => {
    const rows = await run(query('Findings'), scopeAt(nowMs, { severity: ['medium'] }));
    expect(rows.map(({ finding_id }) => finding_id)).toEqual(['finding-2']);
  });

  it('scenario runs count only when the switch is on', async () => {
    const users = async (scenarios: string) =>
      (await run(query('Top users'), scopeAt(nowMs, { scenarios }))).map(({ user }) => user);
    expect(await users('false')).not.toContain('scenario-user');
    expect(await users('true')).toContain('scenario-user');
    const ids = async (scenarios: string) =>
      (await run(query('Findings'), scopeAt(nowMs, { scenarios }))).map(({ finding_id }) => finding_id);
    expect(await ids('false')).not.toContain('finding-3');
    expect(await ids('true')).toContain('finding-3');
  });

  it('a finding that was joined into another is not counted', async () => {
    expect(numbersOf(await run(query('Open findings'), scopeAt(nowMs)))).toEqual([2]);
  });

  it('a range without data gives no rows: the checks above can fail', async () => {
    const past = { ...scopeAt(nowMs), fromMs: 0, toMs: 86_400_000 };
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
    const [age] = numbersOf(await run(query('Heartbeat age'), scopeAt(nowMs)));
    expect(age).toBeGreaterThanOrEqual(45);
    expect(age).toBeLessThan(200);
    const [lag] = numbersOf(await run(query('Ledger lag'), scopeAt(nowMs)));
    expect(lag).toBeLessThan(200);
  });

  it('a column that does not exist is an error, not an empty panel', async () => {
    await expect(run('SELECT nonsense FROM event WHERE $__timeFilter(ts)', scopeAt(nowMs))).rejects.toThrow();
  });
});
