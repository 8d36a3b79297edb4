import { amountOf } from '../parse/amount.ts';
import { firingEventIdsMax, type CorrelationScope, type FiringWindow, type RuleMatch } from '../rule.ts';
import { fires, isRead, type Occurrence } from './correlate-window.ts';
import { groupKey, type CorrelationPlan, type Leg, groupKeysOf } from './correlation-plan.ts';

interface Texts {
  readonly group: (string | null)[];
  readonly value: (string | null)[];
  readonly carried: (string | null)[];
}

function occurrence(leg: number, event: { eventId: string; tsMs: number }, texts: Texts): Occurrence {
  const { group, value, carried } = texts;
  const [first] = value;
  return {
    leg,
    eventId: event.eventId,
    tsMs: event.tsMs,
    group,
    carried,
    value: value.includes(null) ? undefined : groupKey(value),
    amount: first === undefined || first === null ? undefined : amountOf(first),
  };
}

function readLeg(leg: Leg, index: number, matches: readonly RuleMatch[]): Occurrence[] {
  if (leg.kind === 'rule') {
    return matches
      .filter((match) => match.ruleId === leg.ruleId)
      .map((match) => {
        const read = (names: readonly string[]) => names.map((field) => match.fields[field] ?? null);
        return occurrence(index, match, { group: read(leg.group), value: read(leg.value), carried: read(leg.carried) });
      });
  }
  return firingTriggers(leg.plan, matches).map((trigger) => {
    const read = (places: readonly number[]) => places.map((place) => trigger.carried[place] ?? null);
    return occurrence(index, trigger, { group: read(leg.group), value: read(leg.value), carried: read(leg.carried) });
  });
}

/** What the plan counts, by group: a missing value is nothing to count, a missing group value is a group. */
function occurrencesByGroup(plan: CorrelationPlan, matches: readonly RuleMatch[]): Map<string, Occurrence[]> {
  const groups = new Map<string, Occurrence[]>();
  for (const [index, leg] of plan.legs.entries()) {
    for (const one of readLeg(leg, index, matches)) {
      if (!isRead(plan, one)) continue;
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
  const wanted = scope.groups === 'all' ? undefined : groupKeysOf(plan, scope.groups);
  const groups = occurrencesByGroup(plan, matches);
  const firing = new Map<string, Occurrence[]>();
  for (const trigger of firingTriggers(plan, matches).sort(byTimeThenId)) {
    const key = groupKey(trigger.group);
    if (wanted?.has(key) === false || trigger.tsMs < scope.fromMs || trigger.tsMs > scope.toMs) continue;
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
