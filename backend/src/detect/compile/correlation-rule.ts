import { correlate } from '../evaluate/correlate.ts';
import {
  groupKey,
  reachesOtherGroups,
  reachOf,
  ruleLegsOf,
  type CorrelationPlan,
  type RuleLeg,
} from '../evaluate/correlation-plan.ts';
import type { ParsedCorrelation } from '../parse/rule-node.ts';
import type {
  CorrelationGroupRow,
  CorrelationRule,
  FiringWindow,
  FiringWindowRow,
  GroupValues,
  RuleMatch,
} from '../rule.ts';
import { correlationGroupsSql, correlationSql } from './correlation-sql.ts';
import { matchKeysOf } from './match-key.ts';

function groupsOf(plan: CorrelationPlan, legs: readonly RuleLeg[], match: RuleMatch): GroupValues[] {
  const groups = new Map<string, GroupValues>();
  for (const leg of legs) {
    if (leg.ruleId !== match.ruleId) continue;
    const values = leg.group.map((field) => match.fields[field] ?? null);
    groups.set(groupKey(values), Object.fromEntries(plan.groupBy.map((name, place) => [name, values[place] ?? null])));
  }
  return [...groups.values()];
}

function groupOf(plan: CorrelationPlan, row: CorrelationGroupRow): GroupValues {
  return Object.fromEntries(plan.groupBy.map((name, place) => [name, row.group_values[place] ?? null]));
}

function windowOf(plan: CorrelationPlan, row: FiringWindowRow): FiringWindow {
  return {
    group: groupOf(plan, row),
    firstMs: row.first_ms,
    lastMs: row.last_ms,
    triggers: row.triggers,
    events: row.events,
    eventIds: row.event_ids,
  };
}

/** `hash` covers the rules it references, whose change changes its meaning. */
export function createCorrelationRule(
  parsed: ParsedCorrelation,
  plan: CorrelationPlan,
  hash: string,
  raisesFindings: boolean
): CorrelationRule {
  const legs = ruleLegsOf(plan);
  const spreads = reachesOtherGroups(plan);
  return {
    kind: 'correlation',
    meta: { ...parsed.meta, hash },
    groupBy: parsed.groupBy,
    timespanMs: parsed.timespanMs,
    reachMs: reachOf(plan),
    references: [...new Set(legs.map((leg) => leg.ruleId))],
    generate: parsed.generate,
    raisesFindings,
    fieldsOf: (ruleId) => [...new Set(legs.filter((leg) => leg.ruleId === ruleId).flatMap((leg) => leg.fields))],
    matchKeysOf: (match, runId) => (spreads ? [] : matchKeysOf(legs, match, runId)),
    spreads,
    compileGroups: (scope) => correlationGroupsSql(plan, scope),
    groupOf: (row) => groupOf(plan, row),
    groupsOf: (match) => groupsOf(plan, legs, match),
    compileWindows: (scope) => correlationSql(plan, scope),
    windowOf: (row) => windowOf(plan, row),
    windows: (matches, scope) => correlate(plan, matches, scope),
  };
}
