import { expressionSql, type SqlContext } from '../src/detect/compile/expression-sql.ts';
import { visit, type ExpressionHandlers, type ExpressionOf, type Pattern } from '../src/detect/parse/ast.ts';
import type { CompiledSql, SingleRule } from '../src/detect/rule.ts';
import { SqlParameters } from '../src/detect/compile/sql-parameters.ts';
import { placesIn } from '../src/detect/run/rule-columns.ts';

/** Names of columns of a table made for a baseline, by place: c0, c1, ... */
export type BaselineColumns = ReadonlyMap<string, string>;

/** A column for each place that the rules read. */
export function baselineColumns(rules: readonly SingleRule[]): BaselineColumns {
  const places = new Set(rules.flatMap((rule) => [...placesIn(rule.expression)]));
  return new Map([...places].sort().map((place, at) => [place, `c${at}`]));
}

/** A place of `event` as SQL; the key is bound. */
export function placeSql(place: string, parameters: SqlParameters): string {
  const key = /^fields\[(.*)\]$/s.exec(place)?.[1];
  return key === undefined ? place : `fields[${parameters.text(key)}]`;
}

interface BaselineContext extends SqlContext {
  readonly columnOf: (place: string) => string;
  /** ILIKE over the columns as written, or LIKE over columns in lower case. */
  readonly lowered: boolean;
}

function likePattern(pattern: Pattern): string {
  return pattern
    .map((part) => ('text' in part ? part.text.replace(/[\\%_]/g, '\\$&') : part.wildcard === '*' ? '%' : '_'))
    .join('');
}

type OtherLeaf = ExpressionOf<'exists' | 'regex' | 'compare' | 'time_part' | 'cidr'>;

/** Other leaves than texts are rare: they run on the columns as ours does. */
function other(node: OtherLeaf, context: BaselineContext): string {
  const source = () => ({ kind: 'column', column: 'process_image' }) as const;
  const sql = expressionSql(node, { parameters: context.parameters, source });
  return sql.replaceAll('process_image', context.columnOf(node.field));
}

const handlers: ExpressionHandlers<BaselineContext, string> = {
  and: (node, context) => `(${node.items.map((item) => visit(handlers, item, context)).join(' AND ')})`,
  or: (node, context) => `(${node.items.map((item) => visit(handlers, item, context)).join(' OR ')})`,
  not: (node, context) => `NOT ${visit(handlers, node.item, context)}`,
  text: (node, context) => {
    const like = likePattern(node.pattern);
    const column = context.columnOf(node.field);
    if (context.lowered) return `ifNull(${column} LIKE ${context.parameters.text(like.toLowerCase())}, 0)`;
    return `ifNull(${column} ILIKE ${context.parameters.text(like)}, 0)`;
  },
  exists: other,
  regex: other,
  compare: other,
  time_part: other,
  cidr: other,
  fieldref: () => {
    throw new Error('no baseline compares fields');
  },
  keyword: () => {
    throw new Error('no baseline has keywords');
  },
  keyword_regex: () => {
    throw new Error('no baseline has keywords');
  },
};

/** One rule as a query of its own over a table of columns, in pySigma's manner, or over columns in lower case. */
export function baselineSql(rule: SingleRule, columns: BaselineColumns, lowered: boolean): CompiledSql {
  const parameters = new SqlParameters('p');
  const columnOf = (place: string): string => {
    const column = columns.get(place);
    if (column === undefined) throw new Error('a place without a column');
    return column;
  };
  const source = () => ({ kind: 'column', column: 'process_image' }) as const;
  const sql = visit(handlers, rule.expression, { parameters, source, columnOf, lowered });
  return { sql, params: parameters.params };
}

/** Whether a baseline can ask it: only texts, networks, numbers and presence; a lowered column cannot be asked by case. */
export function hasBaseline(rule: SingleRule): boolean {
  return !/"kind":"(?:fieldref|keyword|keyword_regex|regex)"|"cased":true/.test(JSON.stringify(rule.expression));
}
