import { foldedPattern } from '../evaluate/text-test.ts';
import { visit, type Expression, type ExpressionHandlers, type ExpressionOf, type Pattern } from '../parse/ast.ts';
import { shapeOf } from '../parse/sigma-string.ts';
import type { EventColumn, FieldSource } from '../pipeline/pipeline.ts';
import type { SqlParameters } from './sql-parameters.ts';
import { constant, timePartSql } from './time-sql.ts';

export interface SqlContext {
  readonly parameters: SqlParameters;
  /** Where a Sigma field of this rule stands. */
  readonly source: (field: string) => FieldSource;
}

/** Columns by kind; EventColumn is the allow-list of identifiers. */
const numberColumns: ReadonlySet<EventColumn> = new Set(['severity', 'facility']);
const addressColumns: Partial<Record<EventColumn, string>> = { src_ip: 'src_ip6', dst_ip: 'dst_ip6' };
/** multiSearchAny takes at most 255 needles. */
const needlesMax = 255;
/** As numberOf in evaluate/evaluate.ts. */
const decimal = '^[+-]?(?:\\d+(?:\\.\\d+)?|\\.\\d+)(?:[eE][+-]?\\d{1,2})?$';

function fieldSql(field: string, context: SqlContext): string {
  const source = context.source(field);
  if (source.kind === 'key') return `fields[${context.parameters.text(source.key)}]`;
  if (source.column === 'ts') return `concat(replaceOne(toString(ts), ' ', 'T'), 'Z')`;
  return numberColumns.has(source.column) ? `toString(${source.column})` : source.column;
}

/** No leaf may be NULL: NOT would lose the row in silence. */
const known = (sql: string): string => `ifNull(${sql}, 0)`;

const folded = (sql: string, cased: boolean): string => (cased ? sql : `lower(${sql})`);

function likePattern(pattern: Pattern): string {
  return pattern
    .map((part) => ('text' in part ? part.text.replace(/[\\%_]/g, '\\$&') : part.wildcard === '*' ? '%' : '_'))
    .join('');
}

/** The text expression `subject`, folded already unless cased, is as the pattern. */
function patternSql(subject: string, pattern: Pattern, cased: boolean, parameters: SqlParameters): string {
  const wanted = cased ? pattern : foldedPattern(pattern);
  const shape = shapeOf(wanted);
  switch (shape.shape) {
    case 'any':
      return `isNotNull(${subject})`;
    case 'equals':
      return `${subject} = ${parameters.text(shape.text)}`;
    case 'contains':
      return `position(${subject}, ${parameters.text(shape.text)}) > 0`;
    case 'startswith':
      return `startsWith(${subject}, ${parameters.text(shape.text)})`;
    case 'endswith':
      return `endsWith(${subject}, ${parameters.text(shape.text)})`;
    case 'glob':
      return `${subject} LIKE ${parameters.text(likePattern(wanted))}`;
  }
}

/** RE2 with Sigma's flags: match() lets `.` match a newline unless told otherwise. */
function regexSql(subject: string, node: { source: string; flags: string }, parameters: SqlParameters): string {
  const prefix = node.flags.includes('s') ? `(?${node.flags})` : `(?${node.flags}-s)`;
  return `match(${subject}, ${parameters.text(prefix + node.source)})`;
}

/** Alternatives over one field: equal texts as one IN, contained ones as multiSearchAny, the others by themselves. */
function alternativesSql(nodes: readonly ExpressionOf<'text'>[], subject: string, context: SqlContext): string[] {
  const { parameters } = context;
  const equal: string[] = [];
  const contained: string[] = [];
  const result: string[] = [];
  for (const { pattern, cased } of nodes) {
    const shape = shapeOf(cased ? pattern : foldedPattern(pattern));
    if (shape.shape === 'equals') equal.push(shape.text);
    else if (shape.shape === 'contains') contained.push(shape.text);
    else result.push(known(patternSql(subject, pattern, cased, parameters)));
  }
  if (equal.length > 0) result.push(known(`${subject} IN ${parameters.bind(equal, 'Array(String)')}`));
  for (let start = 0; start < contained.length; start += needlesMax) {
    const needles = parameters.bind(contained.slice(start, start + needlesMax), 'Array(String)');
    result.push(known(`multiSearchAny(${subject}, ${needles})`));
  }
  return result;
}

function orSql(node: ExpressionOf<'or'>, context: SqlContext): string {
  const groups = new Map<string, ExpressionOf<'text'>[]>();
  const parts: string[] = [];
  for (const item of node.items) {
    if (item.kind !== 'text') parts.push(expressionSql(item, context));
    else {
      const key = `${item.cased ? 'c' : 'f'} ${item.field}`;
      groups.set(key, [...(groups.get(key) ?? []), item]);
    }
  }
  for (const nodes of groups.values()) {
    const [first] = nodes;
    if (first === undefined) continue;
    if (nodes.length === 1) parts.push(expressionSql(first, context));
    else parts.push(...alternativesSql(nodes, folded(fieldSql(first.field, context), first.cased), context));
  }
  return `(${parts.join(' OR ')})`;
}

const comparisons = { eq: '=', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

const placements = {
  equals: (text: string, other: string) => `${text} = ${other}`,
  contains: (text: string, other: string) => `position(${text}, ${other}) > 0`,
  startswith: (text: string, other: string) => `startsWith(${text}, ${other})`,
  endswith: (text: string, other: string) => `endsWith(${text}, ${other})`,
} as const;

/** 32 hex digits as an IPv6 literal. */
const ipv6Text = (hex: string): string => hex.replace(/(....)(?!$)/g, '$1:');

function cidrSql(node: ExpressionOf<'cidr'>, context: SqlContext): string {
  const field = fieldSql(node.field, context);
  const source = context.source(node.field);
  const address = (source.kind === 'column' ? addressColumns[source.column] : undefined) ?? `toIPv6OrNull(${field})`;
  const first = context.parameters.bind(ipv6Text(node.first), 'IPv6');
  const last = context.parameters.bind(ipv6Text(node.last), 'IPv6');
  const within = known(`${address} BETWEEN ${first} AND ${last}`);
  return node.version === 4 ? within : `(${within} AND ${known(`position(${field}, ':') > 0`)})`;
}

function anyText(test: (subject: string) => string): string {
  return `(${test('message')} OR arrayExists(v -> ${known(test('v'))}, mapValues(fields)))`;
}

const handlers: ExpressionHandlers<SqlContext, string> = {
  and: (node, context) => `(${node.items.map((item) => expressionSql(item, context)).join(' AND ')})`,
  or: orSql,
  not: (node, context) => `NOT ${expressionSql(node.item, context)}`,
  exists: (node, context) => `isNotNull(${fieldSql(node.field, context)})`,
  text: (node, context) => {
    const subject = folded(fieldSql(node.field, context), node.cased);
    return known(patternSql(subject, node.pattern, node.cased, context.parameters));
  },
  regex: (node, context) => known(regexSql(fieldSql(node.field, context), node, context.parameters)),
  compare: (node, context) => {
    const field = fieldSql(node.field, context);
    const number = `if(length(${field}) <= 300 AND match(${field}, ${constant(decimal)}), toFloat64OrNull(${field}), NULL)`;
    return known(`${number} ${comparisons[node.operator]} ${context.parameters.bind(node.number, 'Float64')}`);
  },
  time_part: (node, context) => {
    const part = timePartSql(fieldSql(node.field, context), node.part);
    return known(`${part} ${comparisons[node.operator]} ${context.parameters.bind(node.number, 'Float64')}`);
  },
  cidr: cidrSql,
  fieldref: (node, context) => {
    const text = folded(fieldSql(node.field, context), node.cased);
    const other = folded(fieldSql(node.other, context), node.cased);
    return known(placements[node.place](text, other));
  },
  keyword: (node, { parameters }) =>
    anyText((subject) => patternSql(folded(subject, node.cased), node.pattern, node.cased, parameters)),
  keyword_regex: (node, { parameters }) => anyText((subject) => regexSql(subject, node, parameters)),
};

/** A boolean expression over the columns of `event`: 0 or 1, never NULL, never an exception. */
export function expressionSql(expression: Expression, context: SqlContext): string {
  return visit(handlers, expression, context);
}
