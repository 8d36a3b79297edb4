import { groupKey, type CorrelationPlan, type Leg, type LegCondition } from '../evaluate/correlation-plan.ts';
import type { Bound } from '../parse/rule-node.ts';
import { firingEventIdsMax, type CompiledSql, type CorrelationScope } from '../rule.ts';
import { SqlParameters } from './sql-parameters.ts';

/** Earlier than any time. */
const never = '-9000000000000000';
const operators: Record<Bound['operator'], string> = { gt: '>', gte: '>=', lt: '<', lte: '<=', eq: '=', neq: '!=' };

/** As groupKey in evaluate/correlation-plan.ts. */
function keySql(values: string): string {
  return `arrayStringConcat(arrayMap(v -> ifNull(concat(toString(length(v)), ':', v), '-'), ${values}), ',')`;
}

function valuesSql(items: readonly string[]): string {
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
}

/** (leg, event_id, t, g, v) of one leg: t in milliseconds, g the group values, v the counted value's key or NULL. */
function legSql(leg: Leg, index: number, reading: Reading): string {
  if (leg.kind === 'rule') return ruleLegSql(leg, index, reading);
  const pick = (places: readonly number[], of: string): string =>
    valuesSql(places.map((place) => `${of}[${place + 1}]`));
  const inner = triggersSql(leg.plan, {
    ...reading,
    keep: (values) => reading.keep(pick(leg.group, values)),
  });
  return `SELECT ${index} AS leg, i.event_id AS event_id, i.t AS t, ${pick(leg.group, 'i.g')} AS g, ${valueSql(pick(leg.value, 'i.g'))} AS v
FROM (${inner}) AS i`;
}

function valueSql(values: string): string {
  return `if(arrayExists(x -> isNull(x), ${values}), NULL, ${keySql(values)})`;
}

function ruleLegSql(leg: Extract<Leg, { kind: 'rule' }>, index: number, reading: Reading): string {
  const { parameters } = reading;
  const pick = (names: readonly string[]): string => valuesSql(names.map((name) => `fields[${parameters.text(name)}]`));
  return `SELECT ${index} AS leg, toString(event_id) AS event_id, toUnixTimestamp64Milli(ts) AS t, ${pick(leg.group)} AS g, ${valueSql(pick(leg.value))} AS v
FROM rule_match
WHERE rule_id = ${parameters.text(leg.ruleId)} AND run_id = ${parameters.text(reading.runId)}
  AND ts >= fromUnixTimestamp64Milli(${reading.from}, 'UTC') AND ts <= fromUnixTimestamp64Milli(${reading.to}, 'UTC')
  AND ${reading.keep(pick(leg.group))}`;
}

/** (leg, event_id, t, g, k, v) of all legs: k is the group's key. */
function occurrencesSql(plan: CorrelationPlan, reading: Reading): string {
  const widened = { ...reading, from: `(${reading.from} - ${plan.timespanMs})` };
  const legs = plan.legs.map((leg, index) => legSql(leg, index, widened));
  const counted = plan.type === 'value_count' ? ' WHERE v IS NOT NULL' : '';
  return `SELECT leg, event_id, t, g, ${keySql('g')} AS k, ${plan.type === 'event_count' ? 'event_id' : 'v'} AS v
FROM (${legs.join('\nUNION ALL\n')})${counted}`;
}

/**
 * (k, t) at which a count holds. Each distinct value adds 1 from each of its times until it occurs again or the
 * window has passed it; the running sum is the number of distinct values in the trailing window.
 */
function countingSql(plan: CorrelationPlan, occurrences: string): string {
  const bounds = plan.bounds.map(({ operator, number }) => `n ${operators[operator]} ${number}`).join(' AND ');
  return `SELECT k, t FROM (
  SELECT k, t, sum(change) OVER (PARTITION BY k ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS n
  FROM (
    SELECT k, step.1 AS t, sum(step.2) AS change FROM (
      SELECT k, arrayJoin([(t, toInt64(1)), (least(next, t + ${plan.timespanMs + 1}), toInt64(-1))]) AS step
      FROM (
        SELECT k, t, leadInFrame(t, 1, toInt64(9000000000000000)) OVER
          (PARTITION BY k, v ORDER BY t ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next
        FROM (SELECT DISTINCT k, v, t FROM (${occurrences}))
      )
    ) GROUP BY k, t
  )
) WHERE ${bounds}`;
}

function conditionSql(condition: LegCondition, present: (leg: number) => string): string {
  if (condition.kind === 'leg') return present(condition.leg);
  if (condition.kind === 'not') return `NOT ${conditionSql(condition.item, present)}`;
  return `(${condition.items.map((item) => conditionSql(item, present)).join(condition.kind === 'and' ? ' AND ' : ' OR ')})`;
}

/** Up to and including every match of the same time. */
const untilNow = 'OVER (PARTITION BY k ORDER BY t RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)';

/** (k, t) at which the legs stand in the trailing window as the condition asks: by the last time of each. */
function temporalSql(plan: CorrelationPlan, occurrences: string): string {
  const last = plan.legs.map((_leg, index) => `max(if(leg = ${index}, t, ${never})) ${untilNow} AS l${index}`);
  const present = (leg: number): string => `(l${leg} >= t - ${plan.timespanMs})`;
  const condition = plan.condition ?? {
    kind: 'and' as const,
    items: plan.legs.map((_leg, index) => ({ kind: 'leg' as const, leg: index })),
  };
  return `SELECT k, t FROM (SELECT k, t, ${last.join(', ')} FROM (${occurrences})) WHERE ${conditionSql(condition, present)}`;
}

/**
 * (k, t) at which the trailing window holds a match of each leg in order: s is the latest start of such a chain
 * that has ended by now.
 */
function orderedSql(plan: CorrelationPlan, occurrences: string): string {
  let rows = `SELECT k, t, leg, t AS s FROM (${occurrences})`;
  for (const index of plan.legs.keys()) {
    rows = `SELECT k, t, leg, max(if(leg = ${index}, ${index === 0 ? 't' : 's'}, ${never})) ${untilNow} AS s FROM (${rows})`;
  }
  return `SELECT k, t FROM (${rows}) WHERE s >= t - ${plan.timespanMs}`;
}

const firingSql: Record<CorrelationPlan['type'], (plan: CorrelationPlan, occurrences: string) => string> = {
  event_count: countingSql,
  value_count: countingSql,
  temporal: temporalSql,
  temporal_ordered: orderedSql,
};

/** Occurrences in the range at whose time the correlation fires, one row per leg and event. */
function triggersSql(plan: CorrelationPlan, reading: Reading): string {
  const occurrences = occurrencesSql(plan, reading);
  return `SELECT k, g, t, event_id FROM (${occurrences})
WHERE t >= ${reading.from} AND t <= ${reading.to} AND (k, t) IN (${firingSql[plan.type](plan, occurrences)})`;
}

/** Firing windows as `firingWindowRow`; the work is sorting, whatever stands in a window (rule.ts, FiringWindow). */
export function correlationSql(plan: CorrelationPlan, scope: CorrelationScope): CompiledSql {
  const parameters = new SqlParameters('p');
  const keys = scope.groups.map((group) => groupKey(plan.groupBy.map((name) => group[name] ?? null)));
  const wanted = parameters.bind([...new Set(keys)], 'Array(String)');
  const reading: Reading = {
    parameters,
    runId: scope.runId,
    from: parameters.bind(String(scope.fromMs), 'Int64'),
    to: parameters.bind(String(scope.toMs), 'Int64'),
    keep: (values) => `has(${wanted}, ${keySql(values)})`,
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
