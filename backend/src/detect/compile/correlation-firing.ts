import type { CorrelationPlan } from '../evaluate/correlation-plan.ts';
import type { Bound } from '../parse/rule-node.ts';
import type { SqlParameters } from './sql-parameters.ts';

/** SQL of rows (leg, event_id, t, k, v) of one plan: t in milliseconds, k the group's key, v what the type counts. */
export interface Occurrences {
  readonly plan: CorrelationPlan;
  readonly sql: string;
  readonly parameters: SqlParameters;
}

export const operators: Record<Bound['operator'], string> = {
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  eq: '=',
  neq: '!=',
};

/** Earlier than any time. */
export const never = '-9000000000000000';

/** Window frame up to and including every match of the same time. */
export const untilNow = 'OVER (PARTITION BY k ORDER BY t RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)';

/** All bounds over a count. */
export function countHolds(bounds: readonly Bound[], count: string): string {
  return bounds.map(({ operator, number }) => `${count} ${operators[operator]} ${number}`).join(' AND ');
}
