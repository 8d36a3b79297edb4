import { countHolds, type Occurrences } from './correlation-firing.ts';

/**
 * (k, t) at which a count holds. Each distinct value adds 1 from each of its times until it occurs again or the
 * window has passed it; the running sum is the number of distinct values in the trailing window.
 */
export function countingSql({ plan, sql }: Occurrences): string {
  return `SELECT k, t FROM (
  SELECT k, t, sum(change) OVER (PARTITION BY k ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS n
  FROM (
    SELECT k, step.1 AS t, sum(step.2) AS change FROM (
      SELECT k, arrayJoin([(t, toInt64(1)), (least(next, t + ${plan.timespanMs + 1}), toInt64(-1))]) AS step
      FROM (
        SELECT k, t, leadInFrame(t, 1, toInt64(9000000000000000)) OVER
          (PARTITION BY k, v ORDER BY t ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next
        FROM (SELECT DISTINCT k, v, t FROM (${sql}))
      )
    ) GROUP BY k, t
  )
) WHERE ${countHolds(plan.bounds, 'n')}`;
}
