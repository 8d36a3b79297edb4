import type { LegCondition } from '../evaluate/correlation-plan.ts';
import { alternativesOf, type Alternative } from './correlation-alternatives.ts';
import { countHolds, never, untilNow, type Occurrences } from './correlation-firing.ts';

function conditionSql(condition: LegCondition, present: (leg: number) => string): string {
  if (condition.kind === 'leg') return present(condition.leg);
  if (condition.kind === 'not') return `NOT ${conditionSql(condition.item, present)}`;
  return `(${condition.items.map((item) => conditionSql(item, present)).join(condition.kind === 'and' ? ' AND ' : ' OR ')})`;
}

/** The last time of a leg, as column `l` and its number. */
const lastTime = (leg: number): string => `max(if(leg = ${leg}, t, ${never})) ${untilNow} AS l${leg}`;

/** (k, t) at which the legs stand in the trailing window as the condition asks: by the last time of each. */
export function temporalSql({ plan, sql }: Occurrences): string {
  const legs = [...plan.legs.keys()];
  const present = (leg: number): string => `(l${leg} >= t - ${plan.timespanMs})`;
  const asked = (): string => {
    if (plan.condition !== undefined) return conditionSql(plan.condition, present);
    if (plan.bounds.length > 0) return countHolds(plan.bounds, `(${legs.map(present).join(' + ')})`);
    return legs.map(present).join(' AND ');
  };
  return `SELECT k, t FROM (SELECT k, t, ${legs.map(lastTime).join(', ')} FROM (${sql})) WHERE ${asked()}`;
}

/**
 * (k, t) at which one way of the condition holds: for each way s is the latest start of a chain of its legs that has
 * ended by now, one leg a level.
 */
export function orderedSql({ plan, sql }: Occurrences): string {
  const all: Alternative = { inOrder: [...plan.legs.keys()], absent: [] };
  const ways = plan.condition === undefined ? [all] : (alternativesOf(plan.condition) ?? []);
  const absent = [...new Set(ways.flatMap((way) => way.absent))];
  const starts = ways.map((_way, number) => `t AS s${number}`);
  const lasts = absent.map((leg) => `, l${leg}`).join('');
  let rows = `SELECT ${['k', 't', 'leg', ...starts, ...absent.map(lastTime)].join(', ')} FROM (${sql})`;
  for (let level = 0; level < Math.max(0, ...ways.map(({ inOrder }) => inOrder.length)); level += 1) {
    const next = ways.map(({ inOrder }, number) => {
      const leg = inOrder[level];
      return leg === undefined ? `s${number}` : `max(if(leg = ${leg}, s${number}, ${never})) ${untilNow} AS s${number}`;
    });
    rows = `SELECT ${['k', 't', 'leg', ...next].join(', ')}${lasts} FROM (${rows})`;
  }
  const holds = ways.map((way, number) => {
    const gone = way.absent.map((leg) => ` AND l${leg} < t - ${plan.timespanMs}`).join('');
    return `(s${number} >= t - ${plan.timespanMs}${gone})`;
  });
  return `SELECT k, t FROM (${rows}) WHERE ${holds.length === 0 ? '0' : holds.join(' OR ')}`;
}
