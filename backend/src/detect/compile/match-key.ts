import { createHash } from 'node:crypto';
import type { CorrelationPlan, RuleLeg } from '../evaluate/correlation-plan.ts';
import type { GroupValues, RuleMatch } from '../rule.ts';

/** What says whether two matches are stored under one key, but their values. */
export type KeyedLeg = Pick<RuleLeg, 'ruleId' | 'ruleHash' | 'fields'>;

/**
 * rule_match_group.group_key, a UInt64 in decimals: the first 64 bits of SHA-256 over the rule, its text, the run, every
 * field that the correlation reads of it, and the group's values by field. So a match of another text of the rule, or
 * one stored without a field that is read now, stands under other keys. Correlations that read alike share one.
 */
export function matchKey(
  leg: KeyedLeg,
  runId: string,
  groupFields: readonly string[],
  values: readonly (string | null)[]
): string {
  const pairs = groupFields.map((field, place) => [field, values[place] ?? null]);
  const sorted = pairs.map((pair) => JSON.stringify(pair)).sort();
  const text = JSON.stringify([leg.ruleId, leg.ruleHash, runId, [...leg.fields].sort(), [...new Set(sorted)]]);
  return createHash('sha256').update(text).digest().readBigUInt64BE().toString();
}

/** Every key under which a match is stored for a plan whose legs these are. */
export function matchKeysOf(legs: readonly RuleLeg[], match: RuleMatch, runId: string): string[] {
  return legs
    .filter(({ ruleId }) => ruleId === match.ruleId)
    .map((leg) => matchKey(leg, runId, leg.group, leg.group.map((field) => match.fields[field] ?? null))); // prettier-ignore
}

/** The keys of wanted groups of a plan, for one of its legs: `groupFields` by the names of `groupBy`. */
export function wantedKeys(
  plan: Pick<CorrelationPlan, 'groupBy'>,
  groups: readonly GroupValues[],
  leg: KeyedLeg,
  runId: string,
  groupFields: readonly string[]
): string[] {
  const valuesOf = (group: GroupValues) => plan.groupBy.map((name) => group[name] ?? null);
  return [...new Set(groups.map((group) => matchKey(leg, runId, groupFields, valuesOf(group))))];
}
