import type { Bound, CorrelationType } from '../parse/rule-node.ts';

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
      /** Sigma field of that rule for each group-by name, in order. */
      readonly group: readonly string[];
      /** Sigma fields whose values value_count counts. */
      readonly value: readonly string[];
    }
  | {
      readonly kind: 'correlation';
      readonly plan: CorrelationPlan;
      /** For each group-by name the place in the inner plan's groupBy. */
      readonly group: readonly number[];
      readonly value: readonly number[];
    };

/**
 * A correlation with every name resolved: what the reference (correlate.ts) and the SQL (compile/correlation-sql.ts)
 * both work on. A firing trigger of an inner correlation is a match of it: same event, same time.
 */
export interface CorrelationPlan {
  readonly ruleId: string;
  readonly type: CorrelationType;
  readonly groupBy: readonly string[];
  readonly timespanMs: number;
  /** For counts: all must hold. */
  readonly bounds: readonly Bound[];
  readonly legs: readonly Leg[];
  /** For temporal; undefined: every leg. */
  readonly condition: LegCondition | undefined;
}

/** How far a match reaches forward in event time. */
export function reachOf(plan: CorrelationPlan): number {
  return plan.timespanMs + Math.max(0, ...plan.legs.map((leg) => (leg.kind === 'rule' ? 0 : reachOf(leg.plan))));
}

/** One single rule that a plan reads, with the field for each outermost group-by name. */
export interface RuleLeg {
  readonly ruleId: string;
  readonly group: readonly string[];
  /** Every Sigma field of it that the plan reads. */
  readonly fields: readonly string[];
}

/** The single rules behind a plan, inner correlations opened, with fields for the outermost group. */
export function ruleLegsOf(plan: CorrelationPlan): RuleLeg[] {
  return plan.legs.flatMap((leg): RuleLeg[] => {
    if (leg.kind === 'rule') {
      return [{ ruleId: leg.ruleId, group: leg.group, fields: [...new Set([...leg.group, ...leg.value])] }];
    }
    return ruleLegsOf(leg.plan).map((inner) => ({
      ...inner,
      group: leg.group.map((place) => inner.group[place] ?? ''),
    }));
  });
}

/** Holds for a count. */
export function boundsHold(bounds: readonly Bound[], count: number): boolean {
  return bounds.every(({ operator, number }) => {
    switch (operator) {
      case 'gt':
        return count > number;
      case 'gte':
        return count >= number;
      case 'lt':
        return count < number;
      case 'lte':
        return count <= number;
      case 'eq':
        return count === number;
      case 'neq':
        return count !== number;
    }
  });
}

/** One text for a list of values, missing ones included; lengths in bytes, so that no two lists share one. */
export function groupKey(values: readonly (string | null)[]): string {
  return values.map((value) => (value === null ? '-' : `${Buffer.byteLength(value)}:${value}`)).join(',');
}
