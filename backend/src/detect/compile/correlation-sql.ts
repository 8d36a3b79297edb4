import {
  fieldsOf,
  groupKeysOf,
  reachesOtherGroups,
  ruleLegsOf,
  type CorrelationPlan,
  type Leg,
} from '../evaluate/correlation-plan.ts';
import { firingEventIdsMax, type CompiledSql, type CorrelationScope } from '../rule.ts';
import { amountSql } from './correlation-amount.ts';
import { countingSql } from './correlation-counting-sql.ts';
import { never, type Occurrences } from './correlation-firing.ts';
import { orderedSql, temporalSql } from './correlation-temporal-sql.ts';
import { valuesSql } from './correlation-values-sql.ts';
import { type KeyedLeg, wantedKeys } from './match-key.ts';
import { SqlParameters } from './sql-parameters.ts';

/** As groupKey in evaluate/correlation-plan.ts. */
function keySql(values: string): string {
  return `arrayStringConcat(arrayMap(v -> ifNull(concat(toString(length(v)), ':', v), '-'), ${values}), ',')`;
}

function textsSql(items: readonly string[]): string {
  return `CAST([${items.join(', ')}], 'Array(Nullable(String))')`;
}

/** Rows to read: those of one run in a time range, and of the wanted groups where the group is known. */
interface Reading {
  readonly parameters: SqlParameters;
  readonly runId: string;
  /** SQL of the first and last event time, milliseconds. */
  readonly from: string;
  readonly to: string;
  /** Keeps rows by their group values (an array expression). */
  readonly keep: (values: string) => string;
  /** The keys of the wanted groups for a rule and its fields that make the group; undefined: matches are read by time. */
  readonly keys: ((leg: KeyedLeg, groupFields: readonly string[]) => string[]) | undefined;
  /** Of a rule's fields for `group` and `carried` of the plan that is read, those of the outermost group. */
  readonly outermost: (group: readonly string[], carried: readonly string[]) => readonly string[];
}

type Matched = Pick<Reading, 'parameters' | 'runId' | 'from' | 'to'>;

/** (leg, event_id, t, g, c, texts) of one leg: t in milliseconds; texts by the plan's groupBy, carried, valueFields. */
function legSql(leg: Leg, index: number, reading: Reading): string {
  if (leg.kind === 'rule') return ruleLegSql(leg, index, reading);
  const pick = (places: readonly number[], of: string): string =>
    textsSql(places.map((place) => `${of}[${place + 1}]`));
  const { within } = leg;
  const keep = within === undefined ? () => '1' : (values: string) => reading.keep(pick(within, values));
  const group = pick(leg.group, 'i.c');
  const outermost: Reading['outermost'] = (_group, carried) => {
    const of = (places: readonly number[]): string[] => places.map((place) => carried[place] ?? '');
    return reading.outermost(of(leg.group), of(leg.carried));
  };
  return `SELECT ${index} AS leg, i.event_id AS event_id, i.t AS t, ${group} AS g, ${pick(leg.carried, 'i.c')} AS c, ${pick(leg.value, 'i.c')} AS texts
FROM (${triggersSql(leg.plan, { ...reading, keep, outermost })}) AS i
WHERE ${within === undefined ? reading.keep(group) : '1'}`;
}

const fieldsSql = (names: readonly string[], parameters: SqlParameters): string =>
  textsSql(names.map((name) => `fields[${parameters.text(name)}]`));

/** Matches of one rule's text, in the run and the time range. */
function matchedSql(leg: Omit<KeyedLeg, 'fields'>, reading: Matched, keys?: readonly string[]): string {
  const { parameters, runId, from, to } = reading;
  // A match without a hash is of before there were any (migration 0010).
  const [table, own] =
    keys === undefined
      ? ['rule_match', `rule_hash IN ('', ${parameters.text(leg.ruleHash)})`]
      : ['rule_match_group', `group_key IN ${parameters.bind(keys, 'Array(UInt64)')}`];
  return `${table}
WHERE ${own} AND rule_id = ${parameters.text(leg.ruleId)} AND run_id = ${parameters.text(runId)}
  AND ts >= fromUnixTimestamp64Milli(${from}, 'UTC') AND ts <= fromUnixTimestamp64Milli(${to}, 'UTC')`;
}

function ruleLegSql(leg: Extract<Leg, { kind: 'rule' }>, index: number, reading: Reading): string {
  const pick = (names: readonly string[]): string => fieldsSql(names, reading.parameters);
  const { ruleId, ruleHash, group, carried } = leg;
  const keys = reading.keys?.({ ruleId, ruleHash, fields: fieldsOf(leg) }, reading.outermost(group, carried));
  return `SELECT ${index} AS leg, toString(event_id) AS event_id, toUnixTimestamp64Milli(ts) AS t, ${pick(leg.group)} AS g, ${pick(leg.carried)} AS c, ${pick(leg.value)} AS texts
FROM ${matchedSql(leg, reading, keys)}
  AND ${reading.keep(pick(leg.group))}`;
}

/** What a type counts or computes with, of its texts; rows where it is NULL are not looked at. */
const valueOf: Record<CorrelationPlan['type'], string> = {
  event_count: 'event_id',
  value_count: `if(arrayExists(x -> isNull(x), texts), NULL, ${keySql('texts')})`,
  temporal: "''",
  temporal_ordered: "''",
  value_sum: amountSql('texts[1]'),
  value_avg: amountSql('texts[1]'),
  value_percentile: amountSql('texts[1]'),
  value_median: amountSql('texts[1]'),
};

/** (leg, event_id, t, g, c, k, v) of all legs: k is the group's key. */
function occurrencesSql(plan: CorrelationPlan, reading: Reading): string {
  const widened = { ...reading, from: `(${reading.from} - ${plan.timespanMs})` };
  const legs = plan.legs.map((leg, index) => legSql(leg, index, widened));
  return `SELECT leg, event_id, t, g, c, ${keySql('g')} AS k, ${valueOf[plan.type]} AS v
FROM (${legs.join('\nUNION ALL\n')}) WHERE isNotNull(v)`;
}

const firingSql: Record<CorrelationPlan['type'], (occurrences: Occurrences) => string> = {
  event_count: countingSql,
  value_count: countingSql,
  temporal: temporalSql,
  temporal_ordered: orderedSql,
  value_sum: (occurrences) => valuesSql('value_sum', occurrences),
  value_avg: (occurrences) => valuesSql('value_avg', occurrences),
  value_percentile: (occurrences) => valuesSql('value_percentile', occurrences),
  value_median: (occurrences) => valuesSql('value_median', occurrences),
};

/** Occurrences in the range at whose time the correlation fires, one row per leg and event. */
function triggersSql(plan: CorrelationPlan, reading: Reading): string {
  const sql = occurrencesSql(plan, reading);
  return `SELECT k, g, c, t, event_id FROM (${sql})
WHERE t >= ${reading.from} AND t <= ${reading.to} AND (k, t) IN (${firingSql[plan.type]({ plan, sql, parameters: reading.parameters })})`;
}

/** Group values, as `correlationGroupRow`, of every match in the time range that the plan reads. */
export function correlationGroupsSql(
  plan: CorrelationPlan,
  scope: Omit<CorrelationScope, 'groups' | 'keyed'>
): CompiledSql {
  const parameters = new SqlParameters('p');
  const from = parameters.bind(String(scope.fromMs), 'Int64');
  const to = parameters.bind(String(scope.toMs), 'Int64');
  const legs = ruleLegsOf(plan).map((leg) => {
    const reading = { parameters, runId: scope.runId, from, to };
    return `SELECT ${fieldsSql(leg.group, parameters)} AS group_values FROM ${matchedSql(leg, reading)}`;
  });
  return { sql: `SELECT DISTINCT group_values FROM (${legs.join('\nUNION ALL\n')})`, params: parameters.params };
}

/** Keeps rows of the wanted groups. */
function keeping(
  plan: CorrelationPlan,
  groups: CorrelationScope['groups'],
  parameters: SqlParameters
): Reading['keep'] {
  if (groups === 'all') return () => '1';
  const wanted = parameters.bind([...groupKeysOf(plan, groups)], 'Array(String)');
  return (values) => `has(${wanted}, ${keySql(values)})`;
}

function keysOf(plan: CorrelationPlan, { groups, keyed, runId }: CorrelationScope): Reading['keys'] {
  if (keyed !== true || groups === 'all' || reachesOtherGroups(plan)) return undefined;
  return (leg, groupFields) => wantedKeys(plan, groups, leg, runId, groupFields);
}

/** Firing windows as `firingWindowRow`; the work is sorting, whatever stands in a window (rule.ts, FiringWindow). */
export function correlationSql(plan: CorrelationPlan, scope: CorrelationScope): CompiledSql {
  const parameters = new SqlParameters('p');
  const keys = keysOf(plan, scope);
  const reading: Reading = {
    parameters,
    runId: scope.runId,
    from: parameters.bind(String(scope.fromMs), 'Int64'),
    to: parameters.bind(String(scope.toMs), 'Int64'),
    // Behind keys there is nothing else: values, of any length, need not be in the parameters.
    keep: keys === undefined ? keeping(plan, scope.groups, parameters) : () => '1',
    keys,
    outermost: (group) => group,
  };
  const timespan = plan.timespanMs;
  const sql = `SELECT any(o.g) AS group_values, min(o.t) AS first_ms, r.last_t AS last_ms, any(r.triggers) AS triggers,
  count() AS events, arrayMap(x -> x.2, groupArraySorted(${firingEventIdsMax})((o.t, o.event_id))) AS event_ids
FROM (SELECT k, t, event_id, any(g) AS g FROM (${occurrencesSql(plan, reading)}) GROUP BY k, t, event_id) AS o
ASOF INNER JOIN (
  SELECT k, min(t) AS first_t, max(t) AS last_t, uniqExact(event_id) AS triggers FROM (
    SELECT k, t, event_id, sum(fresh) OVER (PARTITION BY k ORDER BY t RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
    FROM (
      SELECT k, t, event_id,
        t - lagInFrame(t, 1, toInt64(${never})) OVER (PARTITION BY k ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) > ${timespan} AS fresh
      FROM (${triggersSql(plan, reading)})
    )
  ) GROUP BY k, run
) AS r ON o.k = r.k AND o.t <= r.last_t
WHERE o.t >= r.first_t - ${timespan}
GROUP BY o.k, r.last_t
ORDER BY o.k, r.last_t`;
  return { sql, params: parameters.params };
}
