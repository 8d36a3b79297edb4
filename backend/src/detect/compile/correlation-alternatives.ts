import type { LegCondition } from '../evaluate/correlation-plan.ts';

/** One way in which an ordered condition holds: these legs in their order, and none of those at all. */
export interface Alternative {
  /** Places in `legs`, ascending. */
  readonly inOrder: readonly number[];
  readonly absent: readonly number[];
}

/** More ways are refused: each is a column of the query. */
export const alternativesMax = 32;

/** Every leg that the condition names. */
export function legsIn(condition: LegCondition): ReadonlySet<number> {
  if (condition.kind === 'leg') return new Set([condition.leg]);
  if (condition.kind === 'not') return legsIn(condition.item);
  return new Set(condition.items.flatMap((item) => [...legsIn(item)]));
}

function merged(a: Alternative, b: Alternative): Alternative {
  const union = (one: readonly number[], other: readonly number[]): number[] =>
    [...new Set([...one, ...other])].sort((x, y) => x - y);
  return { inOrder: union(a.inOrder, b.inOrder), absent: union(a.absent, b.absent) };
}

/** Without repeats, and without those that ask a leg to be there and absent. */
function possible(ways: readonly Alternative[]): Alternative[] {
  const known = new Map(ways.map((way) => [JSON.stringify(way), way]));
  return [...known.values()].filter(({ inOrder, absent }) => !inOrder.some((leg) => absent.includes(leg)));
}

function waysOf(condition: LegCondition, holds: boolean): Alternative[] | undefined {
  if (condition.kind === 'leg') {
    return [holds ? { inOrder: [condition.leg], absent: [] } : { inOrder: [], absent: [condition.leg] }];
  }
  if (condition.kind === 'not') return waysOf(condition.item, !holds);
  const items = condition.items.map((item) => waysOf(item, holds));
  // not (a and b) is (not a) or (not b).
  const any = (condition.kind === 'or') === holds;
  let ways: Alternative[] = any ? [] : [{ inOrder: [], absent: [] }];
  for (const item of items) {
    if (item === undefined) return undefined;
    ways = possible(any ? [...ways, ...item] : ways.flatMap((way) => item.map((other) => merged(way, other))));
    if (ways.length > alternativesMax) return undefined;
  }
  return ways;
}

/** Every way in which the condition holds (its disjunctive form); undefined when there are too many. */
export function alternativesOf(condition: LegCondition): readonly Alternative[] | undefined {
  return waysOf(condition, true);
}
