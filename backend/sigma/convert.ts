import { format } from 'sql-formatter';
import type { FieldSource } from '../src/detect/pipeline/pipeline.ts';
import type { CorrelationRule, DetectionRule, SingleRule } from '../src/detect/rule.ts';
import { withLiterals } from './literal-sql.ts';

export interface ConvertedRule {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  /** With `{name:Type}` placeholders, as the service runs it. */
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

interface Statement {
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Longest statement that is laid out: the formatter's time grows faster than the text. */
const laidOutMax = 100_000;
/** 2100-01-01, milliseconds. */
const farFutureMs = 4_102_444_800_000;

/** Matches of one rule as rows of rule_match, read from the events themselves. */
function matchesSql(rule: SingleRule, fields: readonly string[], prefix: string): Statement {
  const compiled = rule.compile(prefix);
  const params: Record<string, unknown> = { ...compiled.params, [`${prefix}id`]: rule.meta.id };
  const bind = (name: string, value: string): string => {
    params[name] = value;
    return `{${name}:String}`;
  };
  const placeSql = (place: FieldSource, name: string): string =>
    place.kind === 'column' ? `toString(${place.column})` : `fields[${bind(name, place.key)}]`;
  const entries = fields.map((field, at) => {
    const places = rule.placesOf(field).map((place, way) => placeSql(place, `${prefix}f${at}w${way}`));
    return `${bind(`${prefix}n${at}`, field)}, coalesce(${places.join(', ')})`;
  });
  const map = `CAST(map(${entries.join(', ')}), 'Map(String, Nullable(String))')`;
  // An alias `fields` beside the WHERE would stand for the column in it.
  const sql = `SELECT rule_id, '' AS rule_hash, event_id, ts, run_id, values AS fields FROM (
  SELECT {${prefix}id:String} AS rule_id, id AS event_id, ts, run_id, ${map} AS values FROM event WHERE ${compiled.sql})`;
  return { sql, params };
}

/** Firing windows of all groups and times, over the events: the matches stand in a WITH in place of the stored ones. */
function correlationSql(rule: CorrelationRule, rules: readonly DetectionRule[]): Statement {
  const windows = rule.compileWindows({ runId: '', groups: 'all', fromMs: 0, toMs: farFutureMs });
  const parts = rule.references.flatMap((id, at) => {
    const single = rules.find((one) => one.meta.id === id);
    return single?.kind === 'single' ? [matchesSql(single, rule.fieldsOf(id), `r${at}p`)] : [];
  });
  const params = Object.assign({}, windows.params, ...parts.map((part) => part.params)) as Record<string, unknown>;
  return { sql: `WITH rule_match AS (${parts.map(({ sql }) => sql).join('\nUNION ALL\n')})\n${windows.sql}`, params };
}

/**
 * A rule as a statement over table `event`: a single rule selects the events that match, a correlation its firing
 * windows of real events (`run_id` empty). `rules` holds those that a correlation references.
 */
export function convertRule(rule: DetectionRule, rules: readonly DetectionRule[]): ConvertedRule {
  const { id, title, path } = rule.meta;
  if (rule.kind === 'correlation') return { id, title, path, ...correlationSql(rule, rules) };
  const { sql, params } = rule.compile();
  return { id, title, path, sql: `SELECT * FROM event WHERE ${sql} ORDER BY ts`, params };
}

/** The statement with its values in it, laid out for a person. */
export function readableSql({ sql, params }: Statement): string {
  const text = withLiterals(sql, params);
  return text.length > laidOutMax ? text : format(text, { language: 'clickhouse', logicalOperatorNewline: 'before' });
}
