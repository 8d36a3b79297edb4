import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineQuery } from '../src/store/query.ts';
import type { Store } from '../src/store/store.ts';
import { eventParserNames, eventSelect, rawLogDefaults, type ParserName } from './compose.ts';

const generated = 'Generated from backend/parsers';

/** What this file makes: names of views and tables with the comment that says what they were made from. */
const installed = defineQuery({
  name: 'parser.installed',
  sql: `SELECT name, comment FROM system.tables WHERE database = currentDatabase()
  AND (match(name, '^mv_(?:parse|claim)_') OR (startsWith(name, 'raw_log_') AND startsWith(comment, '${generated}')))
UNION ALL
SELECT 'raw_log' AS name, comment FROM system.columns WHERE database = currentDatabase() AND table = 'raw_log' AND name = 'parser'`,
  params: z.object({}),
  row: z.object({ name: z.string(), comment: z.string() }),
  timeoutMs: 10_000,
  rowsMax: 1000,
});

/** What an event is made from: the columns of raw_log that parsers read. */
const claimed = [
  ['id', 'UUID'],
  ['received_at', "DateTime64(3, 'UTC')"],
  ['source', 'LowCardinality(String)'],
  ['run_id', 'String'],
  ['envelope_time', 'String'],
  ['hostname', 'String'],
  ['program', 'LowCardinality(String)'],
  ['parser', 'LowCardinality(String)'],
  ['raw', 'String'],
] as const;

interface Made {
  readonly name: string;
  readonly kind: 'TABLE' | 'VIEW';
  /** CREATE statement without its comment. */
  readonly sql: string;
}

/**
 * What a parser is made of, in the order in which it is made: rows reach the first only when the last stands. A table
 * that keeps nothing stands between the claim and the parser: ClickHouse plans a view anew for each insert that reaches
 * it, which is 50 to 150 ms of processor time for a parser and next to nothing for a claim.
 */
function madeFor(parser: ParserName): readonly Made[] {
  const [rows, view, claim] = [`raw_log_${parser}`, `mv_parse_${parser}`, `mv_claim_${parser}`];
  const columns = claimed.map(([name]) => name).join(', ');
  return [
    {
      name: rows,
      kind: 'TABLE',
      sql: `CREATE TABLE ${identifier(rows)} (${claimed.map((column) => column.join(' ')).join(', ')}) ENGINE = Null`,
    },
    {
      name: view,
      kind: 'VIEW',
      sql: `CREATE MATERIALIZED VIEW ${identifier(view)} TO event AS ${eventSelect(parser, identifier(rows)).sql}`,
    },
    {
      name: claim,
      kind: 'VIEW',
      sql: `CREATE MATERIALIZED VIEW ${identifier(claim)} TO ${identifier(rows)} AS SELECT ${columns} FROM raw_log WHERE parser = '${parser}'`,
    },
  ];
}

/**
 * Sets the generated DEFAULTs of raw_log (hostname, program, parser) and makes for each parser a view that hands it the
 * rows that it claims, and one that makes events of them.
 * Each carries the SHA-256 of its SQL in its comment: what has not changed is left alone, what has is replaced, what no
 * parser is behind any more goes. Safe to run again after a crash. Rows that arrive while a view is replaced have no
 * event until `reconcile`. Throws ServiceError store.*.
 */
export async function installParsers(store: Store): Promise<void> {
  const before = new Map((await store.rows(installed, {})).map(({ name, comment }) => [name, comment]));
  const wanted = eventParserNames.map(madeFor);
  const names = new Set(wanted.flatMap((made) => made.map(({ name }) => name)));
  const unwanted = [...before.keys()].filter((name) => name !== 'raw_log' && !names.has(name));
  // Claims before the tables that they fill.
  for (const name of unwanted.toSorted()) await drop(store, name);
  for (const made of wanted) await make(store, made, before);
  await setDefaults(store, before.get('raw_log') ?? '');
}

/** A parser's table and views; a table that has changed takes both views with it. */
async function make(store: Store, wanted: readonly Made[], before: ReadonlyMap<string, string>): Promise<void> {
  const differs = ({ name, sql }: Made): boolean => before.get(name)?.includes(hashOf(sql)) !== true;
  const changed = wanted.some((one) => one.kind === 'TABLE' && differs(one)) ? wanted : wanted.filter(differs);
  // What is not in the list is none of ours: making it fails then.
  for (const { name } of changed.toReversed()) if (before.has(name)) await drop(store, name);
  for (const { kind, sql } of changed) {
    await store.execute(`parser.create_${kind.toLowerCase()}`, `${sql} COMMENT '${generated}, sha256 ${hashOf(sql)}'`);
  }
}

async function drop(store: Store, name: string): Promise<void> {
  await store.execute('parser.drop', `DROP TABLE IF EXISTS ${identifier(name)}`);
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

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Our own names only. */
function identifier(name: string): string {
  if (!/^(?:mv_parse|mv_claim|raw_log)_[a-z0-9_-]+$/.test(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a parser's`); // prettier-ignore
  return `\`${name}\``;
}
