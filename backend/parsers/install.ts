import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineQuery } from '../src/store/query.ts';
import type { Store } from '../src/store/store.ts';
import { eventParserNames, eventSelect, rawLogDefaults, type ParserName } from './compose.ts';

const installed = defineQuery({
  name: 'parser.installed',
  sql: `SELECT name, comment FROM system.tables WHERE database = currentDatabase() AND startsWith(name, 'mv_parse_')
UNION ALL
SELECT 'raw_log' AS name, comment FROM system.columns WHERE database = currentDatabase() AND table = 'raw_log' AND name = 'parser'`,
  params: z.object({}),
  row: z.object({ name: z.string(), comment: z.string() }),
  timeoutMs: 10_000,
  rowsMax: 1000,
});

/** The materialized view of a parser. */
export function viewName(parser: ParserName): string {
  return `mv_parse_${parser}`;
}

/**
 * Sets the generated DEFAULTs of raw_log (hostname, program, parser) and makes one materialized view per parser into event.
 * Each carries the SHA-256 of its SQL in its comment: what has not changed is left alone, what has is replaced, what no
 * parser is behind any more goes. Safe to run again after a crash. Rows that arrive while a view is replaced have no
 * event until `reconcile`. Throws ServiceError store.*.
 */
export async function installParsers(store: Store): Promise<void> {
  const before = new Map((await store.rows(installed, {})).map(({ name, comment }) => [name, comment]));
  const views = new Map(eventParserNames.map((parser) => [viewName(parser), viewSelect(parser)]));
  for (const [name, select] of views) {
    if (before.get(name)?.includes(hashOf(select)) === true) continue;
    await store.execute('parser.drop_view', `DROP VIEW IF EXISTS ${identifier(name)}`);
    await store.execute(
      'parser.create_view',
      `CREATE MATERIALIZED VIEW ${identifier(name)} TO event AS ${select} COMMENT 'Generated from backend/parsers, sha256 ${hashOf(select)}'`
    );
  }
  for (const name of before.keys()) {
    if (name === 'raw_log' || views.has(name)) continue;
    await store.execute('parser.drop_view', `DROP VIEW IF EXISTS ${identifier(name)}`);
  }
  await setDefaults(store, before.get('raw_log') ?? '');
}

async function setDefaults(store: Store, comment: string): Promise<void> {
  const defaults = rawLogDefaults();
  const hash = hashOf(JSON.stringify(defaults));
  if (comment.includes(hash)) return;
  await store.execute(
    'parser.set_defaults',
    `ALTER TABLE raw_log
MODIFY COLUMN hostname String DEFAULT ${defaults.hostname},
MODIFY COLUMN program LowCardinality(String) DEFAULT ${defaults.program},
MODIFY COLUMN parser LowCardinality(String) DEFAULT ${defaults.parser} COMMENT 'first parser whose claim holds, else unmatched (generated, sha256 ${hash})'`
  );
}

function viewSelect(parser: ParserName): string {
  return eventSelect(parser, `raw_log WHERE parser = '${parser}'`).sql;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Our own view names only. */
function identifier(name: string): string {
  if (!/^mv_parse_[a-z0-9_-]+$/.test(name)) throw new TypeError(`${JSON.stringify(name)} is no parser view`);
  return `\`${name}\``;
}
