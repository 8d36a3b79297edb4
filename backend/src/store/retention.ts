import { z } from 'zod';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

/** The tables whose rows go by age alone, in days since they were received. */
const agingTables = { rawDays: 'raw_log', eventDays: 'event' } as const;

const tableEngines = defineQuery({
  name: 'retention.engines',
  sql: `SELECT name, engine_full FROM system.tables WHERE database = {database:String} AND name IN ('raw_log', 'event')`,
  params: z.object({ database: z.string() }),
  row: z.object({ name: z.string(), engine_full: z.string() }),
  timeoutMs: 10_000,
  rowsMax: 2,
});

/**
 * Sets how long raw lines and events are kept, in whole days from 1. A table whose TTL is right is not touched: an ALTER
 * rewrites its parts. Gives the tables that were changed.
 */
export async function applyRetention(
  store: Store,
  days: { rawDays: number; eventDays: number }
): Promise<readonly string[]> {
  const engines = await store.rows(tableEngines, { database: store.database });
  const changed: string[] = [];
  for (const [setting, table] of [
    ['rawDays', agingTables.rawDays],
    ['eventDays', agingTables.eventDays],
  ] as const) {
    // prettier-ignore
    const wanted = days[setting];
    if (!Number.isInteger(wanted) || wanted < 1) throw new RangeError(`${setting} must be a whole number from 1`);
    const engine = engines.find(({ name }) => name === table)?.engine_full ?? '';
    if (engine.includes(`TTL toDateTime(received_at) + toIntervalDay(${wanted})`)) continue;
    await store.execute(
      `retention.${table}`,
      `ALTER TABLE ${table} MODIFY TTL toDateTime(received_at) + INTERVAL ${wanted} DAY`
    );
    changed.push(table);
  }
  return changed;
}

const expiredFindings = defineQuery({
  name: 'retention.expired_findings',
  sql: `SELECT finding_id, rule_id, group_key, run_id,
      toString(toUnixTimestamp64Milli(first_ts)) AS first_ms, toString(toUnixTimestamp64Milli(last_ts)) AS last_ms
    FROM security_finding_current
    WHERE updated_at < now64(3, 'UTC') - toIntervalDay({days:UInt32})
    ORDER BY finding_id LIMIT 200`,
  params: z.object({ days: z.number().int().min(1) }),
  row: z.object({
    finding_id: z.string(),
    rule_id: z.string(),
    group_key: z.string(),
    run_id: z.string(),
    first_ms: z.string(),
    last_ms: z.string(),
  }),
  timeoutMs: 60_000,
  rowsMax: 200,
});

/** Contributions of a finding are those of its rule, run and group inside its time. */
const removeContributions = `DELETE FROM finding_contribution
  WHERE rule_id IN {rules:Array(String)} AND arrayExists(
    (r, g, n, a, b) -> r = rule_id AND g = group_key AND n = run_id
      AND toUnixTimestamp64Milli(first_ts) >= a AND toUnixTimestamp64Milli(last_ts) <= b,
    {rules:Array(String)}, {groups:Array(String)}, {runs:Array(String)}, {firsts:Array(Int64)}, {lasts:Array(Int64)})`;

/**
 * Removes findings whose last activity (newest revision or newest act of triage) is more than `days` ago, with their
 * contributions and activities. Gives how many. Safe to repeat after a crash: the findings themselves go last.
 */
export async function removeExpiredFindings(store: Store, days: number, signal?: AbortSignal): Promise<number> {
  const options = signal === undefined ? {} : { signal };
  for (let removed = 0; ;) {
    const expired = await store.rows(expiredFindings, { days }, options);
    if (expired.length === 0) return removed;
    const ids = expired.map((finding) => finding.finding_id);
    await store.execute(
      'retention.contributions',
      removeContributions,
      {
        rules: expired.map((finding) => finding.rule_id),
        groups: expired.map((finding) => finding.group_key),
        runs: expired.map((finding) => finding.run_id),
        firsts: expired.map((finding) => BigInt(finding.first_ms)),
        lasts: expired.map((finding) => BigInt(finding.last_ms)),
      },
      options
    );
    const byId = 'WHERE finding_id IN {ids:Array(String)}';
    await store.execute('retention.activities', `DELETE FROM finding_activity ${byId}`, { ids }, options);
    await store.execute('retention.findings', `DELETE FROM security_finding ${byId}`, { ids }, options);
    removed += expired.length;
  }
}
