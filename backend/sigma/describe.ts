import type { Expression, ExpressionHandlers, Pattern } from '../src/detect/parse/ast.ts';
import { visit } from '../src/detect/parse/ast.ts';
import { shapeOf } from '../src/detect/parse/sigma-string.ts';
import { placeNamed } from '../src/detect/pipeline/pipeline.ts';

/** What one leaf asks, for people: a field (undefined for keywords) and the demand on its value. */
export interface Demand {
  readonly field: string | undefined;
  readonly demand: string;
}

/** The name of a field's place as a person knows it: the column, or the key. */
function shownField(place: string): string {
  const named = placeNamed(place);
  return named.kind === 'column' ? named.column : named.key;
}

const quoted = (text: string): string => JSON.stringify(text);
const casing = (cased: boolean): string => (cased ? ', case-sensitive' : '');

/** A pattern as a rule would write it: literal stars, question marks and backslashes before them escaped. */
function written(pattern: Pattern): string {
  return pattern
    .map((part) =>
      'text' in part ? part.text.replace(/\\(?=[*?\\]|$)|[*?]/g, (found) => `\\${found}`) : part.wildcard
    )
    .join('');
}

function textDemand(pattern: Pattern, cased: boolean): string {
  const shape = shapeOf(pattern);
  switch (shape.shape) {
    case 'any':
      return 'is present';
    case 'equals':
      return `is ${quoted(shape.text)}${casing(cased)}`;
    case 'contains':
      return `contains ${quoted(shape.text)}${casing(cased)}`;
    case 'startswith':
      return `starts with ${quoted(shape.text)}${casing(cased)}`;
    case 'endswith':
      return `ends with ${quoted(shape.text)}${casing(cased)}`;
    case 'glob':
      return `is like ${quoted(written(pattern))}${casing(cased)}`;
  }
}

const regexDemand = (source: string, flags: string): string =>
  `matches the expression ${flags === '' ? source : `(?${flags})${source}`}`;
const joined = (): Demand => ({ field: undefined, demand: '' });
const places = { equals: 'is', contains: 'contains', startswith: 'starts with', endswith: 'ends with' } as const;
const signs = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

const timeSigns = { ...signs, eq: '=' } as const;

const demands: ExpressionHandlers<undefined, Demand> = {
  and: joined,
  or: joined,
  not: joined,
  exists: (node) => ({ field: shownField(node.field), demand: 'is present' }),
  text: (node) => ({ field: shownField(node.field), demand: textDemand(node.pattern, node.cased) }),
  regex: (node) => ({ field: shownField(node.field), demand: regexDemand(node.source, node.flags) }),
  compare: (node) => ({ field: shownField(node.field), demand: `${signs[node.operator]} ${node.number}` }),
  time_part: (node) => ({
    field: shownField(node.field),
    demand: `has a ${node.part} ${timeSigns[node.operator]} ${node.number}`,
  }),
  cidr: (node) => ({ field: shownField(node.field), demand: `is an IPv${node.version} address in the network` }),
  fieldref: (node) => ({
    field: shownField(node.field),
    demand: `${places[node.place]} the value of ${shownField(node.other)}${casing(node.cased)}`,
  }),
  keyword: (node) => ({ field: undefined, demand: `some value ${textDemand(node.pattern, node.cased)}` }),
  keyword_regex: (node) => ({ field: undefined, demand: `some value ${regexDemand(node.source, node.flags)}` }),
};

/** What a leaf asks, in words; and, or and not ask nothing of their own. */
export function demandOf(leaf: Expression): Demand {
  return visit(demands, leaf, undefined);
}
