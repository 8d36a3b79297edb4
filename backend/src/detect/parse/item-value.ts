import type { CompareOperator, FieldrefPlace, Pattern, TimeOperator } from './ast.ts';
import type { TimePart } from './event-time.ts';
import type { PlaceholderLists } from './expand.ts';
import type { IssueList, Position } from './issue.ts';

/** A value of one detection item on its way through the modifiers. */
export type ItemValue =
  | { readonly kind: 'pattern'; readonly pattern: Pattern; readonly placed: boolean }
  | { readonly kind: 'number' | 'boolean'; readonly text: string }
  | { readonly kind: 'null' }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }
  | { readonly kind: 'compare'; readonly operator: CompareOperator; readonly number: number }
  | {
      readonly kind: 'time_part';
      readonly part: TimePart;
      readonly operator: TimeOperator;
      readonly number: number;
    }
  | { readonly kind: 'cidr'; readonly first: string; readonly last: string; readonly version: 4 | 6 }
  | { readonly kind: 'fieldref'; readonly other: string; readonly place: FieldrefPlace }
  | { readonly kind: 'exists'; readonly present: boolean }
  /** What one value became in several ways: always OR, `all` or not. */
  | { readonly kind: 'any'; readonly values: readonly ItemValue[] };

/** What stands on the left of one item. */
export interface ItemHead {
  /** Undefined for keywords. */
  readonly field: string | undefined;
  readonly modifiers: readonly string[];
  readonly at: Position;
}

/** What a modifier handler may need beside the value. */
export interface ModifierContext {
  readonly issues: IssueList;
  /** Where the value stands. */
  readonly at: Position;
  /** The value as written, before Sigma escapes; regexes and networks take it raw. */
  readonly raw: string;
  readonly modifier: string;
  /** Values of placeholders by name, for `expand`. */
  readonly lists: PlaceholderLists;
  /** Names of the lists that the document uses: `expand` adds to it. */
  readonly usedLists: Set<string>;
}
