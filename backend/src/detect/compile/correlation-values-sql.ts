import type { Bound, ValueType } from '../parse/rule-node.ts';
import { operators, type Occurrences } from './correlation-firing.ts';

/** A bound as the SQL compares it: `at` is its amount as Int256. */
interface BoundSql {
  readonly operator: string;
  readonly at: string;
  /** Its number in names of columns. */
  readonly index: number;
}

function boundsSql(bounds: readonly Bound[], { parameters }: Occurrences): BoundSql[] {
  return bounds.map(({ operator, number }, index) => ({
    operator: operators[operator],
    at: `toInt256(${parameters.text(String(number))})`,
    index,
  }));
}

/** Numbers at or below the bound (`le`) and below it (`lt`) among the n of the window. */
const ranks = ({ index, at }: BoundSql): [string, string][] => [
  [`le${index}`, `x <= ${at}`],
  [`lt${index}`, `x < ${at}`],
];

/** Whether the r-th smallest number is above (1), at (0) or below (-1) the bound: counting needs no sorted window. */
const ranked = (r: string, { index }: BoundSql): string => `multiIf(le${index} < ${r}, 1, lt${index} < ${r}, 0, -1)`;

/** An even number of values: half of them at or below the bound, then the median lies between its neighbours. */
function medianSide(bound: BoundSql): string {
  const { index, at } = bound;
  const between = `sign(assumeNotNull(low${index}) + assumeNotNull(high${index}) - 2 * ${at})`;
  const even = `multiIf(le${index} < intDiv(n, 2), 1, le${index} = intDiv(n, 2), ${between}, lt${index} < intDiv(n, 2), 0, -1)`;
  return `if(n % 2 = 1, ${ranked('intDiv(n + 1, 2)', bound)}, ${even})`;
}

const holdsSql: Record<ValueType, (bound: BoundSql, percentile: number) => string> = {
  value_sum: ({ operator, at }) => `total ${operator} ${at}`,
  value_avg: ({ operator, at }) => `total ${operator} ${at} * n`,
  value_percentile: (bound, percentile) =>
    `${ranked(`greatest(1, intDiv(${percentile} * n + 99999, 100000))`, bound)} ${bound.operator} 0`,
  value_median: (bound) => `${medianSide(bound)} ${bound.operator} 0`,
};

/**
 * (k, t, low, high) for each bound the greatest number of the trailing window at or below it and the smallest above.
 * Time is cut in blocks of a timespan each, so a window is the end of one block and the beginning of the next.
 */
function neighboursSql(numbers: string, bounds: readonly BoundSql[], timespanMs: number): string {
  const block = `intDiv(t + 10000000000000, ${timespanMs})`;
  const over = (order: string): string =>
    `OVER (PARTITION BY k, ${block} ORDER BY t ${order} RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`;
  const sides = bounds.flatMap(({ index, at }) => [
    { name: `low${index}`, of: 'max', number: `if(own AND x <= ${at}, x, NULL)` },
    { name: `high${index}`, of: 'min', number: `if(own AND x > ${at}, x, NULL)` },
  ]);
  const nearest = sides.map(({ name, of, number }) => {
    return `if(own, ${of}(${number}) ${over('ASC')}, ${of}(${number}) ${over('DESC')}) AS ${name}_part`;
  });
  return `SELECT k, trigger AS t, ${sides.map(({ name, of }) => `${of}(${name}_part) AS ${name}`).join(', ')} FROM (
  SELECT k, trigger, ${nearest.join(',\n    ')}
  FROM (
    SELECT k, x, point.1 AS t, point.2 AS trigger, point.3 AS own
    FROM (SELECT k, x, arrayJoin([(t, t, true), (t - ${timespanMs}, t, false)]) AS point FROM (${numbers}))
  )
) GROUP BY k, trigger`;
}

/**
 * (k, t) at which what is computed of the window's numbers holds. Each number enters at its time and leaves when the
 * window has passed it; the running sums over these steps are the window's. Whole numbers throughout: exact.
 */
export function valuesSql(type: ValueType, occurrences: Occurrences): string {
  const { plan } = occurrences;
  const bounds = boundsSql(plan.bounds, occurrences);
  // An event counts once, by the first of the rules that reads a number of it.
  const numbers = `SELECT k, t, argMin(v, (leg, v)) AS x FROM (
  SELECT k, t, leg, event_id, assumeNotNull(v) AS v FROM (${occurrences.sql})
) GROUP BY k, t, event_id`;
  const counted: [string, string][] = [
    ['n', '1'],
    ...(type === 'value_percentile' || type === 'value_median' ? bounds.flatMap(ranks) : []),
  ];
  const steps = [
    ...counted.map(([name, which]) => `sum(if(${which}, step.2, 0)) AS ${name}_step`),
    'sum(x * step.2) AS total_step',
  ];
  const running = [...counted.map(([name]) => name), 'total'].map(
    (name) =>
      `sum(${name}_step) OVER (PARTITION BY k ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS ${name}`
  );
  const sums = `SELECT k, t, ${running.join(', ')} FROM (
  SELECT k, step.1 AS t, ${steps.join(', ')} FROM (
    SELECT k, x, arrayJoin([(t, toInt64(1)), (t + ${plan.timespanMs + 1}, toInt64(-1))]) AS step FROM (${numbers})
  ) GROUP BY k, t
)`;
  const beside =
    type === 'value_median' ? ` INNER JOIN (${neighboursSql(numbers, bounds, plan.timespanMs)}) AS m USING (k, t)` : '';
  const holds = bounds.map((bound) => holdsSql[type](bound, plan.percentile));
  return `SELECT k, t FROM (${sums}) AS c${beside} WHERE n > 0 AND ${holds.join(' AND ')}`;
}
