import { z } from 'zod';
import type { sourceSummary, unmatchedGroup, unmatchedQuery } from '@loglake/contract/source';
import { readCursor, writeCursor } from './cursor.ts';
import { isoTime } from './finding-row.ts';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';
import { fromMsOf, toMsOf } from './time-bound.ts';

const sources = defineQuery({
  name: 'source.list',
  sql: `SELECT parser, count() AS lines, max(toUnixTimestamp64Milli(received_at)) AS last_ms
    FROM raw_log WHERE run_id = '' GROUP BY parser ORDER BY lines DESC, parser LIMIT 1000`,
  params: z.object({}),
  row: z.object({ parser: z.string(), lines: z.coerce.string(), last_ms: z.coerce.number() }),
  timeoutMs: 20_000,
  rowsMax: 1000,
});

/** What is stored of real logs, by parser, most lines first. */
export async function listSources(store: Store): Promise<z.output<typeof sourceSummary>[]> {
  const rows = await store.rows(sources, {});
  return rows.map((row) => ({ parser: row.parser, lines: row.lines, lastReceivedAt: isoTime(row.last_ms) }));
}

const unmatched = defineQuery({
  name: 'source.unmatched',
  sql: `SELECT sender, program, count() AS lines, min(toUnixTimestamp64Milli(received_at)) AS first_ms,
      max(toUnixTimestamp64Milli(received_at)) AS last_ms,
      groupUniqArray(5)(toValidUTF8(substring(raw, 1, 500))) AS examples
    FROM raw_log
    WHERE parser = 'unmatched' AND run_id = '' AND received_at >= fromUnixTimestamp64Milli({fromMs:Int64})
      AND received_at < fromUnixTimestamp64Milli({toMs:Int64})
    GROUP BY sender, program
    HAVING {afterLines:UInt64} = 0 OR (lines, sender, program) < ({afterLines:UInt64}, {afterSender:String}, {afterProgram:String})
    ORDER BY lines DESC, sender DESC, program DESC LIMIT {limit:UInt32}`,
  params: z.object({
    fromMs: z.number(),
    toMs: z.number(),
    afterLines: z.string(),
    afterSender: z.string(),
    afterProgram: z.string(),
    limit: z.number(),
  }),
  row: z.object({
    sender: z.string(),
    program: z.string(),
    lines: z.coerce.string(),
    first_ms: z.coerce.number(),
    last_ms: z.coerce.number(),
    examples: z.array(z.string()),
  }),
  timeoutMs: 20_000,
  rowsMax: 1001,
});

const place = z.object({ lines: z.string().regex(/^\d{1,20}$/), sender: z.string(), program: z.string() });

/** Lines that no parser claims, by sender and program, most first. Throws request.invalid for a foreign cursor. */
export async function listUnmatched(
  store: Store,
  query: z.output<typeof unmatchedQuery>
): Promise<{ items: z.output<typeof unmatchedGroup>[]; nextCursor: string | null }> {
  const after = readCursor(query.cursor, place);
  const rows = await store.rows(unmatched, {
    fromMs: fromMsOf(query.from),
    toMs: toMsOf(query.to),
    afterLines: after?.lines ?? '0',
    afterSender: after?.sender ?? '',
    afterProgram: after?.program ?? '',
    limit: query.limit + 1,
  });
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return {
    items: shown.map((row) => ({
      sender: row.sender,
      program: row.program,
      count: row.lines,
      firstAt: isoTime(row.first_ms),
      lastAt: isoTime(row.last_ms),
      examples: row.examples,
    })),
    nextCursor: more ? writeCursor({ lines: last.lines, sender: last.sender, program: last.program }) : null,
  };
}
