import type { ValueType } from '../parse/rule-node.ts';
import { boundsHold, type CorrelationPlan, type LegCondition } from './correlation-plan.ts';

/** A match as one leg of a plan sees it. Texts stand in the order of the plan's names; null where missing. */
export interface Occurrence {
  readonly leg: number;
  readonly eventId: string;
  readonly tsMs: number;
  readonly group: readonly (string | null)[];
  readonly carried: readonly (string | null)[];
  /** Distinct values are counted by it; undefined when a value is missing. */
  readonly value: string | undefined;
  /** Billionths; undefined when the value is no number. */
  readonly amount: bigint | undefined;
}

/** A rule that stands in the window but has no place in the order is neither there nor absent: undefined. */
function truth(condition: LegCondition, standing: (leg: number) => boolean | undefined): boolean | undefined {
  switch (condition.kind) {
    case 'leg':
      return standing(condition.leg);
    case 'not': {
      const item = truth(condition.item, standing);
      return item === undefined ? undefined : !item;
    }
    case 'and':
    case 'or': {
      const items = condition.items.map((item) => truth(item, standing));
      const settled = condition.kind === 'or';
      if (items.includes(settled)) return settled;
      return items.includes(undefined) ? undefined : !settled;
    }
  }
}

/** True when the window holds a match of each of these legs in turn, times not decreasing. */
function inOrder(legs: readonly number[], window: readonly Occurrence[]): boolean {
  let from = Number.NEGATIVE_INFINITY;
  for (const leg of legs) {
    const times = window.filter((one) => one.leg === leg && one.tsMs >= from).map((one) => one.tsMs);
    if (times.length === 0) return false;
    from = Math.min(...times);
  }
  return true;
}

function subsetsOf(legs: readonly number[]): number[][] {
  return legs.reduce<number[][]>((subsets, leg) => [...subsets, ...subsets.map((subset) => [...subset, leg])], [[]]);
}

function temporalFires(plan: CorrelationPlan, window: readonly Occurrence[]): boolean {
  const present = [...new Set(window.map((one) => one.leg))].sort((a, b) => a - b);
  const { condition } = plan;
  if (condition !== undefined && plan.type === 'temporal') {
    return truth(condition, (leg) => present.includes(leg)) === true;
  }
  if (condition !== undefined) {
    return subsetsOf(present).some((legs) => {
      const standing = (leg: number): boolean | undefined => {
        if (legs.includes(leg)) return true;
        return present.includes(leg) ? undefined : false;
      };
      return inOrder(legs, window) && truth(condition, standing) === true;
    });
  }
  if (plan.type === 'temporal_ordered') return inOrder([...plan.legs.keys()], window);
  if (plan.bounds.length > 0) return boundsHold(plan.bounds, BigInt(present.length));
  return present.length === plan.legs.length;
}

/** One number for each event: an event counts once, by the first of the rules that reads a number of it. */
function amountsOf(window: readonly Occurrence[]): bigint[] {
  const first = new Map<string, { leg: number; amount: bigint }>();
  for (const { eventId, leg, amount } of window) {
    const known = first.get(eventId);
    if (amount === undefined) continue;
    if (known === undefined || leg < known.leg || (leg === known.leg && amount < known.amount)) {
      first.set(eventId, { leg, amount });
    }
  }
  return [...first.values()].map(({ amount }) => amount).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The computed value as a fraction [value, parts], of sorted numbers that are at least one. */
const computed: Record<ValueType, (sorted: readonly bigint[], plan: CorrelationPlan) => [bigint, bigint]> = {
  value_sum: (sorted) => [sorted.reduce((sum, one) => sum + one, 0n), 1n],
  value_avg: (sorted) => [sorted.reduce((sum, one) => sum + one, 0n), BigInt(sorted.length)],
  // Nearest rank: the smallest number that at least so many percent of the numbers do not exceed.
  value_percentile: (sorted, { percentile }) => {
    const rank = Math.max(1, Math.ceil((percentile * sorted.length) / 100_000));
    return [sorted[rank - 1] ?? 0n, 1n];
  },
  value_median: (sorted) => {
    const half = sorted.length / 2;
    const [low, high] = [sorted[Math.ceil(half) - 1] ?? 0n, sorted[Math.floor(half)] ?? 0n];
    return [low + high, 2n];
  },
};

/** Whether the plan's condition holds over the matches of one trailing window. */
export function fires(plan: CorrelationPlan, window: readonly Occurrence[]): boolean {
  switch (plan.type) {
    case 'event_count':
      return boundsHold(plan.bounds, BigInt(new Set(window.map((one) => one.eventId)).size));
    case 'value_count':
      return boundsHold(plan.bounds, BigInt(new Set(window.map((one) => one.value)).size));
    case 'temporal':
    case 'temporal_ordered':
      return temporalFires(plan, window);
    case 'value_sum':
    case 'value_avg':
    case 'value_percentile':
    case 'value_median':
      return boundsHold(plan.bounds, ...computed[plan.type](amountsOf(window), plan));
  }
}

/** Whether the plan looks at the match at all: one whose value is missing is nothing to count or to compute with. */
export function isRead(plan: CorrelationPlan, one: Occurrence): boolean {
  switch (plan.type) {
    case 'event_count':
    case 'temporal':
    case 'temporal_ordered':
      return true;
    case 'value_count':
      return one.value !== undefined;
    case 'value_sum':
    case 'value_avg':
    case 'value_percentile':
    case 'value_median':
      return one.amount !== undefined;
  }
}
