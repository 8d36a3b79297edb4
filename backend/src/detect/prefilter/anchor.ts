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

/** There is a value. A keyword always has one: the message. */
function presence(place: string, costOf: AnchorCost): Found {
  return place === anyText ? undefined : setOf([{ place, text: '', start: false, end: false }], costOf);
}

/**
 * Halves of surrogate pairs have no UTF-8 of their own, and what is no UTF-8 in the store is read as U+FFFD: neither can
 * be looked for in bytes.
 */
const unsearchable = /[\uFFFD\uD800-\uDFFF]/u;
const unsearchableRuns = /[\uFFFD\uD800-\uDFFF]+/u;

function patternAnchors(place: string, pattern: Pattern, costOf: AnchorCost): Found {
  const sets = pattern.flatMap((part, at) => {
    if (!('text' in part)) return [];
    const pieces = foldAscii(part.text).split(unsearchableRuns);
    return pieces.map((text, piece) => {
      const start = at === 0 && piece === 0;
      const end = at === pattern.length - 1 && piece === pieces.length - 1;
      return text === '' ? undefined : setOf([{ place, text, start, end }], costOf);
    });
  });
  return cheapest([...sets, presence(place, costOf)]);
}

function regexAnchors(place: string, node: { source: string; flags: string }, costOf: AnchorCost): Found {
  const sets = regexLiterals(node.source, node.flags).map((texts) => {
    if (texts.some((text) => unsearchable.test(text))) return undefined;
    return setOf(
      texts.map((text) => ({ place, text, start: false, end: false })),
      costOf
    );
  });
  return cheapest([...sets, presence(place, costOf)]);
}

const valueThere = (node: { readonly field: string }, costOf: AnchorCost): Found => presence(node.field, costOf);

const handlers: ExpressionHandlers<AnchorCost, Found> = {
  and: (node, costOf) => cheapest(node.items.map((item) => visit(handlers, item, costOf))),
  or: (node, costOf) => union(node.items.map((item) => visit(handlers, item, costOf))),
  // What must not be there says nothing about what must.
  not: () => undefined,
  exists: valueThere,
  text: (node, costOf) => patternAnchors(node.field, node.pattern, costOf),
  regex: (node, costOf) => regexAnchors(node.field, node, costOf),
  compare: valueThere,
  time_part: valueThere,
  cidr: valueThere,
  fieldref: (node: ExpressionOf<'fieldref'>, costOf) =>
    cheapest([presence(node.field, costOf), presence(node.other, costOf)]),
  keyword: (node, costOf) => patternAnchors(anyText, node.pattern, costOf),
  keyword_regex: (node, costOf) => regexAnchors(anyText, node, costOf),
};

/**
 * The cheapest necessary anchors of an expression whose fields are names of places. An anchor too weak costs time; one too
 * strict would lose matches, so every step here only ever weakens what the expression says. Never throws.
 */
export function anchorsOf(expression: Expression, costOf: AnchorCost): AnchorSet | undefined {
  return visit(handlers, expression, costOf);
}
