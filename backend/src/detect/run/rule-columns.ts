import { blockColumns, type BlockColumn } from '../../store/event-block.ts';
import { visit, type Expression, type ExpressionHandlers } from '../parse/ast.ts';
import { placeNamed } from '../pipeline/pipeline.ts';
import type { SingleRule } from '../rule.ts';

type Places = Set<string>;
const oneField = (node: { readonly field: string }, places: Places): void => void places.add(node.field);
const anyText = (_node: unknown, places: Places): void => void places.add('message');

const handlers: ExpressionHandlers<Places, void> = {
  and: (node, places) => node.items.forEach((item) => visit(handlers, item, places)),
  or: (node, places) => node.items.forEach((item) => visit(handlers, item, places)),
  not: (node, places) => visit(handlers, node.item, places),
  exists: oneField,
  text: oneField,
  regex: oneField,
  compare: oneField,
  time_part: oneField,
  cidr: oneField,
  fieldref: (node, places) => void places.add(node.field).add(node.other),
  keyword: anyText,
  keyword_regex: anyText,
};

/** Names of the places that an expression over places reads. */
export function placesIn(expression: Expression): ReadonlySet<string> {
  const places: Places = new Set();
  visit(handlers, expression, places);
  return places;
}

/** Who and what a match is about. */
const ofMatches: readonly BlockColumn[] = ['host', 'user', 'src_ip', 'dst_ip'];

/** Columns that have to be read to decide these rules and to say what their matches are about. */
export function columnsOf(
  rules: readonly SingleRule[],
  fieldsOf: (ruleId: string) => readonly string[]
): readonly BlockColumn[] {
  const wanted = new Set<string>(ofMatches);
  for (const rule of rules) {
    for (const name of placesIn(rule.expression)) {
      const place = placeNamed(name);
      if (place.kind === 'column') wanted.add(place.column);
    }
    for (const place of [...rule.groupBy, ...fieldsOf(rule.meta.id)].flatMap((field) => rule.placesOf(field))) {
      if (place.kind === 'column') wanted.add(place.column);
    }
  }
  return blockColumns.filter((name) => wanted.has(name));
}
