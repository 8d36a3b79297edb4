import type { Bound, CorrelationType } from '../parse/rule-node.ts';
import type { GroupValues } from '../rule.ts';

/** An extended condition with names resolved: numbers are places in `legs`. */
export type LegCondition =
  | { readonly kind: 'and' | 'or'; readonly items: readonly LegCondition[] }
  | { readonly kind: 'not'; readonly item: LegCondition }
  | { readonly kind: 'leg'; readonly leg: number };

/** One referenced rule as a correlation reads it. */
export type Leg =
  | {
      readonly kind: 'rule';
      readonly ruleId: string;
      /** Of the rule's text; matches of another one are not read. */
      readonly ruleHash: string;
      /** Sigma field of that rule for each group-by name, in order. */
      readonly group: readonly string[];
      /** Sigma fields whose values are counted, or whose numbers are read. */
      readonly value: readonly string[];
      /** Sigma field of that rule for each name of the plan's `carried`. */
      readonly carried: readonly string[];
    }
  | {
      readonly kind: 'correlation';
      readonly plan: CorrelationPlan;
      /** As for rules, but places in the inner plan's `carried`. */
      readonly group: readonly number[];
      readonly value: readonly number[];
      readonly carried: readonly number[];
      /**
       * For each group-by name the place in the inner plan's groupBy, when all of them stand there: a group is then
       * made of whole inner groups. Undefined: of some triggers of any inner group.
       */
      readonly within: readonly number[] | undefined;
    };

/**
 * A correlation with every name resolved: what the reference (correlate.ts) and the SQL (compile/correlation-sql.ts)
 * both work on. A firing trigger of an inner correlation is a match of it: same event, same time, and the fields of
 * that event as the rule that matched it reads them.
 */
export interface CorrelationPlan {
  readonly ruleId: string;
  readonly type: CorrelationType;
  readonly groupBy: readonly string[];
  readonly timespanMs: number;
  /** All must hold. For temporal types over the number of rules; empty: every leg. */
  readonly bounds: readonly Bound[];
  /** For value_percentile, thousandths of a percent. */
  readonly percentile: number;
  readonly legs: readonly Leg[];
  /** For the temporal types; undefined: every leg, or what `bounds` say. */
  readonly condition: LegCondition | undefined;
  /** Names that the correlation which references this one reads of its triggers' events. */
  readonly carried: readonly string[];
}

/** Whether a match can change triggers in other groups than its own: true when a group cuts inner groups. */
export function reachesOtherGroups(plan: CorrelationPlan): boolean {
  return plan.legs.some(
    (leg) => leg.kind === 'correlation' && (leg.within === undefined || reachesOtherGroups(leg.plan))
  );
}

/** How far a match reaches forward in event time. */
export function reachOf(plan: CorrelationPlan): number {
  return plan.timespanMs + Math.max(0, ...plan.legs.map((leg) => (leg.kind === 'rule' ? 0 : reachOf(leg.plan))));
}

/** One single rule that a plan reads, with its field for each outermost group-by name and carried name. */
export interface RuleLeg {
  readonly ruleId: string;
  readonly ruleHash: string;
  readonly group: readonly string[];
  readonly carried: readonly string[];
  /** Every Sigma field of it that the plan reads. */
  readonly fields: readonly string[];
}

/** Every Sigma field that a leg reads of its rule. */
export function fieldsOf({ group, value, carried }: Extract<Leg, { kind: 'rule' }>): string[] {
  return [...new Set([...group, ...value, ...carried])];
}

/** The single rules behind a plan, inner correlations opened, with fields for the outermost group. */
export function ruleLegsOf(plan: CorrelationPlan): RuleLeg[] {
  return plan.legs.flatMap((leg): RuleLeg[] => {
    if (leg.kind === 'rule') {
      const { ruleId, ruleHash, group, carried } = leg;
      return [{ ruleId, ruleHash, group, carried, fields: fieldsOf(leg) }];
    }
    return ruleLegsOf(leg.plan).map((inner) => ({
      ...inner,
      group: leg.group.map((place) => inner.carried[place] ?? ''),
      carried: leg.carried.map((place) => inner.carried[place] ?? ''),
    }));
  });
}

/** Holds for `value`, or for the fraction `value / parts`. */
export function boundsHold(bounds: readonly Bound[], value: bigint, parts = 1n): boolean {
  return bounds.every(({ operator, number }) => {
    const bound = number * parts;
    switch (operator) {
      case 'gt':
        return value > bound;
      case 'gte':
        return value >= bound;
      case 'lt':
        return value < bound;
      case 'lte':
        return value <= bound;
      case 'eq':
        return value === bound;
      case 'neq':
        return value !== bound;
    }
  });
}

/** One text for a list of values, missing ones included; lengths in bytes, so that no two lists share one. */
export function groupKey(values: readonly (string | null)[]): string {
  return values.map((value) => (value === null ? '-' : `${Buffer.byteLength(value)}:${value}`)).join(',');
}

/** Keys of groups given by name, each once, in the order of `groupBy`'s names. */
export function groupKeysOf(plan: Pick<CorrelationPlan, 'groupBy'>, groups: readonly GroupValues[]): Set<string> {
  return new Set(groups.map((group) => groupKey(plan.groupBy.map((name) => group[name] ?? null))));
}
