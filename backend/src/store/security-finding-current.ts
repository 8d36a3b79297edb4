import { z } from 'zod';
import type {
  Finding,
  findingFilter,
  findingQuery,
  findingSummary,
  timeline,
  timelineQuery,
} from '@loglake/contract/finding';
import { findingStates } from '@loglake/contract/finding';
import { severities, severity } from '@loglake/contract/scalar';
import { readCursor, writeCursor } from './cursor.ts';
import { findingColumns, findingRow, isoTime, toFinding } from './finding-row.ts';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';
import { fromMsOf, toMsOf } from './time-bound.ts';

type Filter = z.output<typeof findingFilter>;

const filterParams = z.object({
  states: z.array(z.string()),
  severities: z.array(z.string()),
  rule: z.string(),
  groupKey: z.string(),
  host: z.string(),
  user: z.string(),
  srcIp: z.string(),
  assignee: z.string(),
  text: z.string(),
  runs: z.string(),
  run: z.string(),
  fromMs: z.number(),
  toMs: z.number(),
});

/** One static WHERE for every filter: an empty parameter means "any". Superseded findings are never listed. */
const where = `superseded_by = ''
  AND (empty({states:Array(String)}) OR state IN {states:Array(String)})
  AND (empty({severities:Array(String)}) OR severity IN {severities:Array(String)})
  AND ({rule:String} = '' OR rule_id = {rule:String})
  AND ({groupKey:String} = '' OR group_key = {groupKey:String})
  AND ({host:String} = '' OR has(hosts, {host:String}))
  AND ({user:String} = '' OR has(users, {user:String}))
  AND ({srcIp:String} = '' OR has(src_ips, {srcIp:String}))
  AND ({assignee:String} = '' OR assignee = {assignee:String})
  AND ({text:String} = '' OR arrayExists(v -> positionCaseInsensitiveUTF8(v, {text:String}) > 0,
       arrayConcat([title], hosts, users, src_ips, dst_ips)))
  AND ({run:String} != '' OR {runs:String} = 'include' OR ({runs:String} = 'only') = (run_id != ''))
  AND ({run:String} = '' OR run_id = {run:String})
  AND last_ts >= fromUnixTimestamp64Milli({fromMs:Int64}) AND last_ts < fromUnixTimestamp64Milli({toMs:Int64})`;

const severityRank = `indexOf([${severities.map((level) => `'${level}'`).join(', ')}], severity)`;

const anyText = (text: string | undefined): string => text ?? '';

function filterValues(filter: Filter): z.input<typeof filterParams> {
  return {
    states: filter.state ?? [],
    severities: filter.severity ?? [],
    rule: anyText(filter.ruleId),
    groupKey: anyText(filter.groupKey),
    host: anyText(filter.host),
    user: anyText(filter.user),
    srcIp: anyText(filter.srcIp),
    assignee: anyText(filter.assignee),
    text: anyText(filter.text),
    runs: filter.runs,
    run: anyText(filter.runId),
    fromMs: fromMsOf(filter.from),
    toMs: toMsOf(filter.to),
  };
}

const list = defineQuery({
  name: 'finding.list',
  sql: `SELECT ${findingColumns},
      multiIf({sort:String} = 'severity', ${severityRank} * 10000000000000 + toUnixTimestamp64Milli(last_ts),
              {sort:String} = 'createdAt', toUnixTimestamp64Milli(created_at),
              toUnixTimestamp64Milli(last_ts)) AS sort_key
    FROM security_finding_current
    WHERE ${where} AND ({afterId:String} = '' OR (sort_key, finding_id) < ({afterKey:Int64}, {afterId:String}))
    ORDER BY sort_key DESC, finding_id DESC LIMIT {limit:UInt32}`,
  params: filterParams.extend({ sort: z.string(), afterKey: z.number(), afterId: z.string(), limit: z.number() }),
  row: findingRow.extend({ sort_key: z.coerce.number() }),
  timeoutMs: 15_000,
  rowsMax: 1001,
});

const cursorShape = z.object({ key: z.number(), id: z.string().min(1), sort: z.string() });

/** One page, newest (or most severe) first. Throws request.invalid for a foreign cursor. */
export async function listFindings(
  store: Store,
  query: z.output<typeof findingQuery>
): Promise<{ items: Finding[]; nextCursor: string | null }> {
  const after = readCursor(query.cursor, cursorShape);
  const rows = await store.rows(list, {
    ...filterValues(query),
    sort: query.sort,
    afterKey: after?.key ?? 0,
    afterId: after?.id ?? '',
    limit: query.limit + 1,
  });
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  const nextCursor =
    rows.length > query.limit && last
      ? writeCursor({ key: last.sort_key, id: last.finding_id, sort: query.sort })
      : null;
  return { items: items.map(toFinding), nextCursor };
}

const byIds = defineQuery({
  name: 'finding.by_ids',
  sql: `SELECT ${findingColumns} FROM security_finding_current WHERE finding_id IN {ids:Array(String)}`,
  params: z.object({ ids: z.array(z.string()) }),
  row: findingRow,
  timeoutMs: 15_000,
  rowsMax: 1000,
});

/** Findings by id, superseded ones too; unknown ids are absent. At most 1,000. */
export async function findingsByIds(store: Store, ids: readonly string[]): Promise<Map<string, Finding>> {
  if (ids.length === 0) return new Map();
  const rows = await store.rows(byIds, { ids: [...ids] });
  return new Map(rows.map((row) => [row.finding_id, toFinding(row)]));
}

const openOfGroup = defineQuery({
  name: 'finding.open_of_group',
  sql: `SELECT ${findingColumns} FROM security_finding_current
    WHERE rule_id = {rule:String} AND group_key = {groupKey:String} AND run_id = {run:String}
      AND superseded_by = '' AND state NOT IN ('resolved', 'false_positive')
    ORDER BY finding_id LIMIT 1000`,
  params: z.object({ rule: z.string(), groupKey: z.string(), run: z.string() }),
  row: findingRow,
  timeoutMs: 15_000,
  rowsMax: 1000,
});

/** Findings of one rule and group that are not closed; at most 1,000. */
export async function openFindingsOfGroup(
  store: Store,
  rule: string,
  groupKey: string,
  run: string
): Promise<Finding[]> {
  return (await store.rows(openOfGroup, { rule, groupKey, run })).map(toFinding);
}

const counts = defineQuery({
  name: 'finding.counts',
  sql: `SELECT state, severity, rule_id, any(title) AS any_title, count() AS n
    FROM security_finding_current WHERE ${where} GROUP BY state, severity, rule_id`,
  params: filterParams,
  row: z.object({ state: z.string(), severity, rule_id: z.string(), any_title: z.string(), n: z.coerce.number() }),
  timeoutMs: 15_000,
  rowsMax: 200_000,
});

type Summary = z.output<typeof findingSummary>;

/** Counts by state, severity and rule of what the filter lets through. */
export async function summariseFindings(store: Store, filter: Filter): Promise<Summary> {
  const rows = await store.rows(counts, filterValues(filter));
  const sum = (keep: (row: (typeof rows)[number]) => boolean): string =>
    String(rows.filter(keep).reduce((total, row) => total + row.n, 0));
  const rules = new Map<
    string,
    { ruleId: string; title: string; severity: (typeof rows)[number]['severity']; n: number }
  >();
  for (const row of rows) {
    const known = rules.get(row.rule_id);
    rules.set(row.rule_id, {
      ruleId: row.rule_id,
      title: row.any_title,
      severity: row.severity,
      n: row.n + (known?.n ?? 0),
    });
  }
  const top = [...rules.values()].sort((a, b) => b.n - a.n || a.ruleId.localeCompare(b.ruleId)).slice(0, 10);
  return {
    total: sum(() => true),
    open: sum((row) => row.state !== 'resolved' && row.state !== 'false_positive'),
    byState: Object.fromEntries(findingStates.map((s) => [s, sum((row) => row.state === s)])) as Summary['byState'],
    bySeverity: Object.fromEntries(
      severities.map((s) => [s, sum((row) => row.severity === s)])
    ) as Summary['bySeverity'],
    topRules: top.map(({ n, ...rule }) => ({ ...rule, count: String(n) })),
  };
}

const buckets = defineQuery({
  name: 'finding.timeline',
  sql: `SELECT intDiv(toUnixTimestamp64Milli(first_ts), {bucketMs:Int64}) * {bucketMs:Int64} AS from_ms, severity, count() AS n
    FROM security_finding_current WHERE ${where} GROUP BY from_ms, severity ORDER BY from_ms, severity LIMIT 20000`,
  params: filterParams.extend({ bucketMs: z.number() }),
  row: z.object({ from_ms: z.coerce.number(), severity, n: z.coerce.string() }),
  timeoutMs: 15_000,
  rowsMax: 20_000,
});

/** Findings per bucket of first seen and severity, oldest first; empty buckets are left out. */
export async function findingTimeline(
  store: Store,
  query: z.output<typeof timelineQuery>
): Promise<z.output<typeof timeline>> {
  const rows = await store.rows(buckets, { ...filterValues(query), bucketMs: query.bucketSeconds * 1000 });
  return {
    bucketSeconds: query.bucketSeconds,
    buckets: rows.map((row) => ({ from: isoTime(row.from_ms), severity: row.severity, count: row.n })),
  };
}

const perRule = defineQuery({
  name: 'finding.per_rule',
  sql: `SELECT rule_id, count() AS n, max(toUnixTimestamp64Milli(last_ts)) AS last_ms
    FROM security_finding_current WHERE superseded_by = '' AND run_id = '' GROUP BY rule_id`,
  params: z.object({}),
  row: z.object({ rule_id: z.string(), n: z.coerce.string(), last_ms: z.coerce.number() }),
  timeoutMs: 15_000,
  rowsMax: 20_000,
});

/** How many findings each rule has made from real events, and when it last matched. */
export async function findingsPerRule(store: Store): Promise<Map<string, { count: string; lastMatchAt: string }>> {
  const rows = await store.rows(perRule, {});
  return new Map(rows.map((row) => [row.rule_id, { count: row.n, lastMatchAt: isoTime(row.last_ms) }]));
}
