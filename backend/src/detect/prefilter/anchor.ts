import { foldAscii } from '../evaluate/fold.ts';
import { visit, type Expression, type ExpressionHandlers, type ExpressionOf, type Pattern } from '../parse/ast.ts';
import { regexLiterals } from './regex-literals.ts';

/**
 * A necessary sign of a match: this text (A-Z folded) stands in the value at `place`, at its start or end where that is
 * said. The empty text without start and end only asks that there is a value.
 */
export interface Anchor {
  /** As `placeName` gives it; `anyText` for the message or any value of `fields`. */
  readonly place: string;
  readonly text: string;
  readonly start: boolean;
  readonly end: boolean;
}

/** The place of keywords. */
export const anyText = '';

/** About how many events have the anchor; Infinity when it cannot be looked for. */
export type AnchorCost = (anchor: Anchor) => number;

/** Anchors of which at least one stands in every event that matches; undefined when there are none to rely on. */
export interface AnchorSet {
  readonly anchors: readonly Anchor[];
  readonly cost: number;
}
type Found = AnchorSet | undefined;

function setOf(anchors: readonly Anchor[], costOf: AnchorCost): Found {
  const cost = anchors.reduce((sum, anchor) => sum + costOf(anchor), 0);
  return anchors.length > 0 && Number.isFinite(cost) ? { anchors, cost } : undefined;
}

/** All of these sets hold: the cheapest will do. */
function cheapest(sets: readonly Found[]): Found {
  return sets.reduce((best, one) => (best === undefined || (one !== undefined && one.cost < best.cost) ? one : best), undefined); // prettier-ignore
}

/** Any of these sets may hold: all are needed, and one that is missing leaves none. */
function union(sets: readonly Found[]): Found {
  const known = sets.filter((set) => set !== undefined);
  if (known.length < sets.length || known.length === 0) return undefined;
  return { anchors: known.flatMap(({ anchors }) => anchors), cost: known.reduce((sum, { cost }) => sum + cost, 0) };
}

/**
 * Halves of surrogate pairs have no UTF-8 of their own, and what is no UTF-8 in the store is read as U+FFFD: neither can
 * be looked for in bytes.
 */
const unsearchable = /[\uFFFD\uD800-\uDFFF]/u;
const unsearchableRuns = /[\uFFFD\uD800-\uDFFF]+/u;

/** What any one of these asks is necessary. */
type Options = readonly (readonly Anchor[])[];

/** There is a value. A keyword always has one: the message. */
const presence = (place: string): Options => (place === anyText ? [] : [[{ place, text: '', start: false, end: false }]]); // prettier-ignore

function patternOptions(place: string, pattern: Pattern): Options {
  const texts = pattern.flatMap((part, at) => {
    if (!('text' in part)) return [];
    const pieces = foldAscii(part.text).split(unsearchableRuns);
    return pieces.flatMap((text, piece) => {
      const start = at === 0 && piece === 0;
      const end = at === pattern.length - 1 && piece === pieces.length - 1;
      return text === '' ? [] : [[{ place, text, start, end }]];
    });
  });
  return [...texts, ...presence(place)];
}

function regexOptions(place: string, node: { source: string; flags: string }): Options {
  const sets = regexLiterals(node.source, node.flags).filter((texts) => !texts.some((text) => unsearchable.test(text)));
  return [...sets.map((texts) => texts.map((text) => ({ place, text, start: false, end: false }))), ...presence(place)];
}

/** Of leaves that were asked before: they never change, and prefilters are built anew as the data changes. */
const known = new WeakMap<Expression, Options>();

function leaf(node: Expression, costOf: AnchorCost, read: () => Options): Found {
  const options = known.get(node) ?? read();
  known.set(node, options);
  return cheapest(options.map((anchors) => setOf(anchors, costOf)));
}

type OneField = ExpressionOf<'exists' | 'compare' | 'time_part' | 'cidr'>;
const valueThere = (node: OneField, costOf: AnchorCost): Found => leaf(node, costOf, () => presence(node.field));

const handlers: ExpressionHandlers<AnchorCost, Found> = {
  and: (node, costOf) => cheapest(node.items.map((item) => visit(handlers, item, costOf))),
  or: (node, costOf) => union(node.items.map((item) => visit(handlers, item, costOf))),
  // What must not be there says nothing about what must.
  not: () => undefined,
  exists: valueThere,
  text: (node, costOf) => leaf(node, costOf, () => patternOptions(node.field, node.pattern)),
  regex: (node, costOf) => leaf(node, costOf, () => regexOptions(node.field, node)),
  compare: valueThere,
  time_part: valueThere,
  cidr: valueThere,
  fieldref: (node, costOf) => leaf(node, costOf, () => [...presence(node.field), ...presence(node.other)]),
  keyword: (node, costOf) => leaf(node, costOf, () => patternOptions(anyText, node.pattern)),
  keyword_regex: (node, costOf) => leaf(node, costOf, () => regexOptions(anyText, node)),
};

/**
 * The cheapest necessary anchors of an expression whose fields are names of places. An anchor too weak costs time; one too
 * strict would lose matches, so every step here only ever weakens what the expression says. Never throws.
 */
export function anchorsOf(expression: Expression, costOf: AnchorCost): AnchorSet | undefined {
  return visit(handlers, expression, costOf);
}
