import { firingEventIdsMax, type CorrelationScope, type FiringWindow, type RuleMatch } from '../rule.ts';
import { boundsHold, groupKey, type CorrelationPlan, type Leg, type LegCondition } from './correlation-plan.ts';

/** A match as one leg of a plan sees it. */
interface Occurrence {
  readonly leg: number;
  readonly eventId: string;
  readonly tsMs: number;
  readonly group: readonly (string | null)[];
  /** Distinct values are counted by it; undefined when a value is missing. */
  readonly value: string | undefined;
}

function occurrence(
  leg: number,
  event: { eventId: string; tsMs: number },
  group: (string | null)[],
  value: (string | null)[]
): Occurrence {
  const missing = value.includes(null);
  return { leg, eventId: event.eventId, tsMs: event.tsMs, group, value: missing ? undefined : groupKey(value) };
}

function readLeg(leg: Leg, index: number, matches: readonly RuleMatch[]): Occurrence[] {
  if (leg.kind === 'rule') {
    return matches
      .filter((match) => match.ruleId === leg.ruleId)
      .map((match) => {
        const read = (field: string): string | null => match.fields[field] ?? null;
        return occurrence(index, match, leg.group.map(read), leg.value.map(read));
      });
  }
  return firingTriggers(leg.plan, matches).map((trigger) => {
    const read = (place: number): string | null => trigger.group[place] ?? null;
    return occurrence(index, trigger, leg.group.map(read), leg.value.map(read));
  });
}

function conditionHolds(condition: LegCondition, legs: ReadonlySet<number>): boolean {
  switch (condition.kind) {
    case 'leg':
      return legs.has(condition.leg);
    case 'not':
      return !conditionHolds(condition.item, legs);
    case 'and':
      return condition.items.every((item) => conditionHolds(item, legs));
    case 'or':
      return condition.items.some((item) => conditionHolds(item, legs));
  }
}

/** True when the window holds a match of each leg in order, times not decreasing. */
function inOrder(legs: number, window: readonly Occurrence[]): boolean {
  let from = Number.NEGATIVE_INFINITY;
  for (let leg = 0; leg < legs; leg += 1) {
    const times = window.filter((one) => one.leg === leg && one.tsMs >= from).map((one) => one.tsMs);
    if (times.length === 0) return false;
    from = Math.min(...times);
  }
  return true;
}

function fires(plan: CorrelationPlan, window: readonly Occurrence[]): boolean {
  const legs = new Set(window.map((one) => one.leg));
  switch (plan.type) {
    case 'event_count':
      return boundsHold(plan.bounds, new Set(window.map((one) => one.eventId)).size);
    case 'value_count':
      return boundsHold(plan.bounds, new Set(window.map((one) => one.value)).size);
    case 'temporal':
      return plan.condition === undefined ? legs.size === plan.legs.length : conditionHolds(plan.condition, legs);
    case 'temporal_ordered':
      return inOrder(plan.legs.length, window);
  }
}

/** What the plan counts, by group: a missing value is nothing to count, a missing group value is a group. */
function occurrencesByGroup(plan: CorrelationPlan, matches: readonly RuleMatch[]): Map<string, Occurrence[]> {
  const groups = new Map<string, Occurrence[]>();
  for (const [index, leg] of plan.legs.entries()) {
    for (const one of readLeg(leg, index, matches)) {
      if (plan.type === 'value_count' && one.value === undefined) continue;
      const key = groupKey(one.group);
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
  }
  return groups;
}

/** Occurrences at whose time the condition holds over the trailing window of their group. */
function firingTriggers(plan: CorrelationPlan, matches: readonly RuleMatch[]): Occurrence[] {
  return [...occurrencesByGroup(plan, matches).values()].flatMap((group) =>
    group.filter(({ tsMs }) =>
      fires(
        plan,
        group.filter((one) => one.tsMs >= tsMs - plan.timespanMs && one.tsMs <= tsMs)
      )
    )
  );
}

function byTimeThenId(a: Occurrence, b: Occurrence): number {
  if (a.tsMs !== b.tsMs) return a.tsMs - b.tsMs;
  return a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : 0;
}

function windowOver(plan: CorrelationPlan, run: readonly Occurrence[], group: readonly Occurrence[]): FiringWindow {
  const firstTrigger = run[0]?.tsMs ?? 0;
  const lastMs = run.at(-1)?.tsMs ?? 0;
  const within = group
    .filter(({ tsMs }) => tsMs >= firstTrigger - plan.timespanMs && tsMs <= lastMs)
    .sort(byTimeThenId);
  const eventIds = [...new Set(within.map(({ eventId }) => eventId))];
  return {
    group: Object.fromEntries(plan.groupBy.map((name, place) => [name, run[0]?.group[place] ?? null])),
    firstMs: within[0]?.tsMs ?? firstTrigger,
    lastMs,
    triggers: new Set(run.map(({ eventId }) => eventId)).size,
    events: eventIds.length,
    eventIds: eventIds.slice(0, firingEventIdsMax),
  };
}

/**
 * The meaning of a correlation, written for reading and not for speed: every trigger looks at its whole trailing
 * window. Tests hold compile/correlation-sql.ts equal to it. Ordered by group, then time.
 */
export function correlate(
  plan: CorrelationPlan,
  matches: readonly RuleMatch[],
  scope: Omit<CorrelationScope, 'runId'>
): FiringWindow[] {
  const wanted = new Set(scope.groups.map((group) => groupKey(plan.groupBy.map((name) => group[name] ?? null))));
  const groups = occurrencesByGroup(plan, matches);
  const firing = new Map<string, Occurrence[]>();
  for (const trigger of firingTriggers(plan, matches).sort(byTimeThenId)) {
    const key = groupKey(trigger.group);
    if (!wanted.has(key) || trigger.tsMs < scope.fromMs || trigger.tsMs > scope.toMs) continue;
    firing.set(key, [...(firing.get(key) ?? []), trigger]);
  }
  const order = [...firing.keys()].sort();
  return order.flatMap((key) => {
    const runs: Occurrence[][] = [];
    for (const trigger of firing.get(key) ?? []) {
      const run = runs.at(-1);
      const previous = run?.at(-1);
      if (run !== undefined && previous !== undefined && trigger.tsMs - previous.tsMs <= plan.timespanMs)
        run.push(trigger);
      else runs.push([trigger]);
    }
    return runs.map((run) => windowOver(plan, run, groups.get(key) ?? []));
  });
}
