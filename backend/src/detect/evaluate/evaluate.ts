import { RE2JS } from 're2js';
import { visit, type Expression, type ExpressionHandlers, type ExpressionOf } from '../parse/ast.ts';
import { timePartOf } from '../parse/event-time.ts';
import { addressHex } from '../parse/ip-address.ts';
import { shapeOf } from '../parse/sigma-string.ts';
import type { FieldSource } from '../pipeline/pipeline.ts';
import { regexLengthMin } from '../prefilter/regex-literals.ts';
import type { EventView } from './event-view.ts';
import { foldedPattern, textTest, type TextTest } from './text-test.ts';

/** Decides about the event that the view has open. */
export type EventTest = () => boolean;

/** What the closures are built over. */
export interface EvaluateContext {
  readonly view: EventView;
  /** Where a Sigma field of this rule stands. */
  readonly source: (field: string) => FieldSource;
}

const decimal = /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,2})?$/;

/** The number that a text says, NaN when it is none: decimal with fraction and exponent, at most 300 characters. */
export function numberOf(text: string): number {
  return text.length <= 300 && decimal.test(text) ? Number(text) : Number.NaN;
}

function regexTest(node: { source: string; flags: string }): TextTest {
  const regex = RE2JS.compile(node.flags === '' ? node.source : `(?${node.flags})${node.source}`);
  // RE2 in JavaScript is slow: most values are too short for what rules look for.
  const lengthMin = regexLengthMin(node.source);
  return (text) => text.length >= lengthMin && regex.test(text);
}

/** A leaf over one field: false when the field is missing. */
function leaf(context: EvaluateContext, field: string, cased: boolean, test: TextTest): EventTest {
  const { view } = context;
  const slot = view.slotOf(context.source(field));
  return () => {
    const text = cased ? view.raw(slot) : view.folded(slot);
    return text !== null && test(text);
  };
}

const comparisons = {
  eq: (a: number, b: number) => a === b,
  lt: (a: number, b: number) => a < b,
  lte: (a: number, b: number) => a <= b,
  gt: (a: number, b: number) => a > b,
  gte: (a: number, b: number) => a >= b,
} as const;

const placements = {
  equals: (text: string, other: string) => text === other,
  contains: (text: string, other: string) => text.includes(other),
  startswith: (text: string, other: string) => text.startsWith(other),
  endswith: (text: string, other: string) => text.endsWith(other),
} as const;

function cidrTest(node: ExpressionOf<'cidr'>): TextTest {
  return (text) => {
    if (node.version === 6 && !text.includes(':')) return false;
    const hex = addressHex(text);
    return hex !== undefined && hex >= node.first && hex <= node.last;
  };
}

/** Alternatives over one field in one test: equal texts as a set, the others in turn. */
function alternatives(nodes: readonly ExpressionOf<'text'>[]): TextTest {
  const equal = new Set<string>();
  const others: TextTest[] = [];
  for (const { pattern, cased } of nodes) {
    const shape = shapeOf(cased ? pattern : foldedPattern(pattern));
    if (shape.shape === 'equals') equal.add(shape.text);
    else others.push(textTest(pattern, cased));
  }
  if (others.length === 0) return (text) => equal.has(text);
  return (text) => equal.has(text) || others.some((test) => test(text));
}

function orTest(node: ExpressionOf<'or'>, context: EvaluateContext): EventTest {
  const groups = new Map<string, ExpressionOf<'text'>[]>();
  const tests: EventTest[] = [];
  for (const item of node.items) {
    if (item.kind !== 'text') tests.push(compileExpression(item, context));
    else {
      const key = `${item.cased ? 'c' : 'f'} ${item.field}`;
      groups.set(key, [...(groups.get(key) ?? []), item]);
    }
  }
  for (const nodes of groups.values()) {
    const [first] = nodes;
    if (first !== undefined) tests.push(leaf(context, first.field, first.cased, alternatives(nodes)));
  }
  return some(tests);
}

function some(tests: readonly EventTest[]): EventTest {
  const [first] = tests;
  if (tests.length === 1 && first !== undefined) return first;
  return () => {
    for (const test of tests) if (test()) return true;
    return false;
  };
}

function every(tests: readonly EventTest[]): EventTest {
  return () => {
    for (const test of tests) if (!test()) return false;
    return true;
  };
}

const handlers: ExpressionHandlers<EvaluateContext, EventTest> = {
  and: (node, context) => every(node.items.map((item) => compileExpression(item, context))),
  or: orTest,
  not: (node, context) => {
    const item = compileExpression(node.item, context);
    return () => !item();
  },
  exists: (node, context) => leaf(context, node.field, true, () => true),
  text: (node, context) => leaf(context, node.field, node.cased, textTest(node.pattern, node.cased)),
  regex: (node, context) => leaf(context, node.field, true, regexTest(node)),
  compare: (node, context) => {
    const holds = comparisons[node.operator];
    return leaf(context, node.field, true, (text) => holds(numberOf(text), node.number));
  },
  time_part: (node, context) => {
    const holds = comparisons[node.operator];
    return leaf(context, node.field, true, (text) => holds(timePartOf(text, node.part), node.number));
  },
  cidr: (node, context) => leaf(context, node.field, true, cidrTest(node)),
  fieldref: (node, context) => {
    const { view } = context;
    const slot = view.slotOf(context.source(node.other));
    const holds = placements[node.place];
    return leaf(context, node.field, node.cased, (text) => {
      const other = node.cased ? view.raw(slot) : view.folded(slot);
      return other !== null && holds(text, other);
    });
  },
  keyword: (node, { view }) => {
    const test = textTest(node.pattern, node.cased);
    return () => (node.cased ? view.keywords() : view.foldedKeywords()).some(test);
  },
  keyword_regex: (node, { view }) => {
    const test = regexTest(node);
    return () => view.keywords().some(test);
  },
};

/** Builds the test once; asking it allocates nothing but a field's folding, once per event. It never throws. */
export function compileExpression(expression: Expression, context: EvaluateContext): EventTest {
  return visit(handlers, expression, context);
}
