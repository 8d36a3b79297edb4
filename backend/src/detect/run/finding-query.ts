import type { GroupValues } from '../../findings/group.ts';
import type { CompiledSql, CorrelationRule, SingleRule } from '../rule.ts';
import type { RuleSet } from './evaluate-range.ts';

/** Which episode a query shows: its rule's group and its interval in event time, Unix milliseconds, both included. */
export interface EpisodeScope {
  readonly runId: string;
  readonly group: GroupValues;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Field names of one rule and the value each must have. */
type Wanted = ReadonlyMap<string, string | null>;

/** Rows of `event` that a rule matches and whose fields have these values. Columns come from the pipeline's allow-list. */
function matchesOf(rule: SingleRule, wanted: Wanted, prefix: string): CompiledSql {
  const rulePart = rule.compile(`${prefix}m`);
  const params: Record<string, unknown> = { ...rulePart.params };
  const bind = (name: string, value: string): string => {
    params[name] = value;
    return `{${name}:String}`;
  };
  const terms = [...wanted].map(([field, value], at) => {
    const places = rule.placesOf(field).map((place, index) => {
      if (place.kind === 'key') return `fields[${bind(`${prefix}k${at}n${index}`, place.key)}]`;
      return `toString(${place.column})`;
    });
    const sql = places.length === 1 ? places.join() : `coalesce(${places.join(', ')})`;
    return value === null ? `isNull(${sql})` : `ifNull(${sql} = ${bind(`${prefix}v${at}`, value)}, 0)`;
  });
  return { sql: `(${[rulePart.sql, ...terms].join(' AND ')})`, params };
}

/**
 * Which fields of a referenced rule make the correlation's group, one mapping for each way in which it is read: found
 * by asking for the group of a match whose every field holds its own name.
 */
function groupFields(correlation: CorrelationRule, ruleId: string): ReadonlyMap<string, string>[] {
  const fields = Object.fromEntries(correlation.fieldsOf(ruleId).map((name) => [name, name]));
  return correlation
    .groupsOf({ ruleId, eventId: '', tsMs: 0, fields })
    .map((group) => new Map(Object.entries(group).flatMap(([name, field]) => (field === null ? [] : [[name, field]]))));
}

function alternatives(rule: CorrelationRule, scope: EpisodeScope, set: RuleSet): CompiledSql[] {
  return rule.references.flatMap((id, at) => {
    const single = set.byId.get(id);
    if (single?.kind !== 'single') return [];
    return groupFields(rule, id).map((fields, way) => {
      const wanted = new Map([...fields].map(([name, field]) => [field, scope.group[name] ?? null]));
      return matchesOf(single, wanted, `r${at}w${way}`);
    });
  });
}

/**
 * A statement that shows all rows behind an episode, earliest first: for a correlation those of every rule it reads.
 * Values are bound; it runs as it is as long as the events are kept.
 */
export function findingQuery(rule: SingleRule | CorrelationRule, scope: EpisodeScope, set: RuleSet): CompiledSql {
  const parts =
    rule.kind === 'single'
      ? [matchesOf(rule, new Map(Object.entries(scope.group)), 'r')]
      : alternatives(rule, scope, set);
  const sql = `SELECT * FROM event
WHERE run_id = {run:String}
  AND ts BETWEEN fromUnixTimestamp64Milli({first:Int64}, 'UTC') AND fromUnixTimestamp64Milli({last:Int64}, 'UTC')
  AND (${parts.map((part) => part.sql).join('\n    OR ')})
ORDER BY ts, toString(id)`;
  const scopeParams = { run: scope.runId, first: String(scope.firstMs), last: String(scope.lastMs) };
  return {
    sql,
    params: Object.assign({}, ...parts.map((part) => part.params), scopeParams) as Record<string, unknown>,
  };
}
