import { compileExpression, type EvaluateContext } from '../src/detect/evaluate/evaluate.ts';
import type { Expression } from '../src/detect/parse/ast.ts';
import { demandOf } from './describe.ts';

/** One leaf and what it found in the event that is open. */
export interface LeafFact {
  /** Undefined for keywords. */
  readonly field: string | undefined;
  /** The field's value; null when it is missing. */
  readonly value: string | null;
  readonly demand: string;
  readonly holds: boolean;
}

/** Whether an expression holds, and the leaves that decided it. */
export interface Explanation {
  readonly holds: boolean;
  readonly because: readonly LeafFact[];
}

/** Explains the event that the context's view has open. */
export type Explain = () => Explanation;

function leafOf(leaf: Expression, context: EvaluateContext): Explain {
  const { field, demand } = demandOf(leaf);
  const decide = compileExpression(leaf, context);
  const slot = 'field' in leaf ? context.view.slotOf(context.source(leaf.field)) : undefined;
  return () => {
    const holds = decide();
    const value = slot === undefined ? null : context.view.raw(slot);
    return { holds, because: [{ field, value, demand, holds }] };
  };
}

/** The children whose answer is that of the whole: they decided it. */
function deciding(children: readonly Explanation[], holds: boolean): Explanation {
  return { holds, because: children.filter((child) => child.holds === holds).flatMap((child) => child.because) };
}

/**
 * Builds the explanation of an expression once, to be asked for many events. `because` of an AND that fails are the
 * leaves that failed; of an OR that fails all of them; of one that holds those that hold.
 */
export function explainer(expression: Expression, context: EvaluateContext): Explain {
  if (expression.kind === 'and' || expression.kind === 'or') return joinedOf(expression, context);
  if (expression.kind !== 'not') return leafOf(expression, context);
  const item = explainer(expression.item, context);
  return () => {
    const inner = item();
    return { holds: !inner.holds, because: inner.because };
  };
}

function joinedOf(expression: Extract<Expression, { kind: 'and' | 'or' }>, context: EvaluateContext): Explain {
  const items = expression.items.map((item) => explainer(item, context));
  const all = expression.kind === 'and';
  return () => {
    const children = items.map((item) => item());
    return deciding(children, all ? children.every(({ holds }) => holds) : children.some(({ holds }) => holds));
  };
}
