import { and, not, or, type Expression } from '../parse/ast.ts';
import { placeName, type RulePlan } from './pipeline.ts';

type Places = RulePlan['places'];

type FieldLeaf = Extract<Expression, { field: string }>;

/** A leaf over two fields, for every place of the second. */
function withOther(leaf: FieldLeaf, places: Places): FieldLeaf[] {
  if (!('other' in leaf)) return [Object.freeze(leaf)];
  return places(leaf.other).map((other) => Object.freeze({ ...leaf, other: placeName(other) }));
}

/** By what a node holds, not by its kind: every leaf over a field is mapped, whatever it asks. */
function mapped(node: Expression, places: Places): Expression {
  if ('items' in node) {
    const items = node.items.map((item) => mapped(item, places));
    return node.kind === 'and' ? and(items) : or(items);
  }
  if ('item' in node) return not(mapped(node.item, places));
  if (!('field' in node)) return node;
  return or(places(node.field).flatMap((place) => withOther({ ...node, field: placeName(place) }, places)));
}

/**
 * A rule's expression with names of places (`placeNamed` reads them) in place of names of fields, and with what the
 * pipeline adds to it. A leaf over a field with several places holds when it holds over one of them.
 */
export function mapExpression(expression: Expression, plan: RulePlan): Expression {
  const added = plan.conditions.map((condition) => mapped(condition.expression, condition.places));
  return and([...added, mapped(expression, plan.places)]);
}
