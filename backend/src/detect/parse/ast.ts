import type { TimePart } from './event-time.ts';

/** `*` (any run of characters, newlines too) or `?` (one code point). */
export type Wildcard = '*' | '?';

/** A piece of a value pattern: literal text, or a wildcard. Neighbouring texts are joined and never empty. */
export type PatternPart = { readonly text: string } | { readonly wildcard: Wildcard };

/** A whole-value pattern: contains, startswith and endswith are wildcards at its ends. Empty means the empty text. */
export type Pattern = readonly PatternPart[];

export type CompareOperator = 'lt' | 'lte' | 'gt' | 'gte';
export type TimeOperator = CompareOperator | 'eq';
/** How a referenced field's value must stand in the field's own. */
export type FieldrefPlace = 'equals' | 'contains' | 'startswith' | 'endswith';

/**
 * What a rule asks of one event, with names of fields as the rule writes them. Selections are already put in place
 * of their names. Every leaf is true or false, never unknown: a missing field makes a leaf false.
 * Both backends are tables keyed by `kind`, so a new node does not compile until each handles it.
 */
export type Expression =
  | { readonly kind: 'and'; readonly items: readonly Expression[] }
  | { readonly kind: 'or'; readonly items: readonly Expression[] }
  | { readonly kind: 'not'; readonly item: Expression }
  /** The field has a value, the empty text included; an explicit null is no value. */
  | { readonly kind: 'exists'; readonly field: string }
  /** The whole value is as the pattern; without `cased` A-Z and a-z are the same, other letters are not folded. */
  | { readonly kind: 'text'; readonly field: string; readonly pattern: Pattern; readonly cased: boolean }
  /** RE2, unanchored, case-sensitive, `.` without newline, flags as inline prefix (`flags` in the order ims). */
  | { readonly kind: 'regex'; readonly field: string; readonly source: string; readonly flags: string }
  /** The value read as a decimal number; a value that is none is no match. */
  | { readonly kind: 'compare'; readonly field: string; readonly operator: CompareOperator; readonly number: number }
  /** A part of the time that the value says, in UTC; a value that says none is no match (parse/event-time.ts). */
  | {
      readonly kind: 'time_part';
      readonly field: string;
      readonly part: TimePart;
      readonly operator: TimeOperator;
      readonly number: number;
    }
  /** The value is an address in the network; 16 bytes as 32 hex digits each, IPv4 as ::ffff:a.b.c.d. */
  | {
      readonly kind: 'cidr';
      readonly field: string;
      readonly first: string;
      readonly last: string;
      readonly version: 4 | 6;
    }
  | {
      readonly kind: 'fieldref';
      readonly field: string;
      readonly other: string;
      readonly place: FieldrefPlace;
      readonly cased: boolean;
    }
  /** Some text of the event (message, or a value in `fields`) is as the pattern. */
  | { readonly kind: 'keyword'; readonly pattern: Pattern; readonly cased: boolean }
  | { readonly kind: 'keyword_regex'; readonly source: string; readonly flags: string };

export type ExpressionKind = Expression['kind'];
type ExpressionByKind = { [K in ExpressionKind]: Extract<Expression, { kind: K }> };
export type ExpressionOf<K extends ExpressionKind> = ExpressionByKind[K];

/** A backend: one handler per kind of node. */
export type ExpressionHandlers<Context, Result> = {
  readonly [K in ExpressionKind]: (node: ExpressionByKind[K], context: Context) => Result;
};

/** Hands the node to the handler of its kind. */
export function visit<Context, Result>(
  handlers: ExpressionHandlers<Context, Result>,
  node: Expression,
  context: Context
): Result {
  const handler = handlers[node.kind] as (node: Expression, context: Context) => Result;
  return handler(node, context);
}

/** All of them; one alone stands for itself. `items` must not be empty. */
export function and(items: readonly Expression[]): Expression {
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : Object.freeze({ kind: 'and', items: Object.freeze(items) });
}

/** Any of them; one alone stands for itself. `items` must not be empty. */
export function or(items: readonly Expression[]): Expression {
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : Object.freeze({ kind: 'or', items: Object.freeze(items) });
}

export function not(item: Expression): Expression {
  return Object.freeze({ kind: 'not', item });
}
