import { z } from 'zod';
import { defineQuery } from '../src/store/query.ts';
import type { Store } from '../src/store/store.ts';
import { eventParserNames, eventSelect } from './compose.ts';

/** Hours of arrival in which the raw rows and the events are not about the same rows: their counts or the XOR of their hashes differ. */
const differingHours = defineQuery({
  name: 'raw_log.differing_hours',
  sql: `SELECT toString(hour) AS hour FROM
(
    SELECT toStartOfHour(received_at) AS hour, count() AS rows, groupBitXor(cityHash64(id)) AS print
    FROM raw_log
    WHERE parser IN ({parsers:Array(String)}) AND received_at >= now() - toIntervalDay({eventDays:UInt32})
    GROUP BY hour
) AS r
LEFT JOIN
(
    SELECT toStartOfHour(received_at) AS hour, count() AS rows, groupBitXor(cityHash64(raw_id)) AS print
    FROM event GROUP BY hour
) AS e USING hour
WHERE r.rows != e.rows OR r.print != e.print
ORDER BY hour`,
  params: z.object({ parsers: z.array(z.string()), eventDays: z.number() }),
  row: z.object({ hour: z.string() }),
  timeoutMs: 120_000,
  rowsMax: 100_000,
});

/** How long events are kept, days: what is older has no event because it is gone. */
const eventDays = defineQuery({
  name: 'event.days_kept',
  sql: `SELECT toUInt32OrZero(extract(engine_full, 'toIntervalDay\\(([0-9]+)\\)')) AS days
FROM system.tables WHERE database = currentDatabase() AND name = 'event'`,
  params: z.object({}),
  row: z.object({ days: z.number() }),
  timeoutMs: 10_000,
  rowsMax: 1,
});

const missing = defineQuery({
  name: 'raw_log.missing_events',
  sql: `SELECT count() AS missing FROM raw_log
WHERE parser IN ({parsers:Array(String)}) AND toStartOfHour(received_at) = {hour:DateTime('UTC')}
    AND id NOT IN (SELECT raw_id FROM event WHERE toStartOfHour(received_at) = {hour:DateTime('UTC')})`,
  params: z.object({ parsers: z.array(z.string()), hour: z.string() }),
  row: z.object({ missing: z.string() }),
  timeoutMs: 60_000,
  rowsMax: 1,
});

/** The raw rows of one parser and hour without events. */
const orphans = `(SELECT * FROM raw_log WHERE parser = {parser:String} AND toStartOfHour(received_at) = {hour:DateTime('UTC')}
    AND id NOT IN (SELECT raw_id FROM event WHERE toStartOfHour(received_at) = {hour:DateTime('UTC')}))`;

/**
 * Parses raw rows that have no event: what a kill left between a row and its view, and what arrived while a view was
 * replaced. Ids are the same as the view's would be. Gives the number of rows parsed.
 * Call it before anything inserts: a row that is just on its way through its view would be parsed twice. While
 * collectors insert on their own, a later call finds what this one could not see yet. Throws ServiceError store.*.
 */
export async function reconcile(store: Store, options: { signal?: AbortSignal } = {}): Promise<number> {
  const parsers = eventParserNames;
  const [kept] = await store.rows(eventDays, {}, options);
  // A table without TTL keeps everything.
  const bounds = { parsers: [...parsers], eventDays: kept === undefined || kept.days === 0 ? 36_500 : kept.days };
  let parsed = 0;
  for (const { hour } of await store.rows(differingHours, bounds, options)) {
    const [count] = await store.rows(missing, { parsers: [...parsers], hour }, options);
    if (count === undefined || count.missing === '0') continue;
    for (const parser of parsers) {
      const { columns, sql } = eventSelect(parser, orphans);
      await store.execute(
        'event.reconcile',
        `INSERT INTO event (${columns.join(', ')}) ${sql}`,
        { parser, hour },
        { timeoutMs: 600_000, ...options }
      );
    }
    parsed += Number(count.missing);
  }
  return parsed;
}
