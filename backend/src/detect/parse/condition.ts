import type { IssueList, Position } from './issue.ts';
import type { YamlScalar } from './yaml-node.ts';

/** A condition over names, before the names are resolved (Sigma 2.1, "Condition"). */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly items: readonly Condition[] }
  | { readonly kind: 'not'; readonly item: Condition }
  | { readonly kind: 'name'; readonly name: string; readonly at: Position }
  /** `1 of x*`, `any of them` (some) or `all of x*`. */
  | { readonly kind: 'of'; readonly quantifier: 'some' | 'all'; readonly pattern: string; readonly at: Position };

interface Token {
  readonly text: string;
  readonly offset: number;
}

const quantifiers = new Map<string, 'some' | 'all'>([
  ['1', 'some'],
  ['any', 'some'],
  ['all', 'all'],
]);
const operators = new Set(['and', 'or', 'not', 'of', '(', ')']);
/** Deeper nesting is refused: reading recurses. */
const depthMax = 100;

class ConditionError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

class ConditionParser {
  readonly #tokens: Token[];
  readonly #end: number;
  readonly #place: (offset: number) => Position;
  #next = 0;
  #depth = 0;

  constructor(text: string, place: (offset: number) => Position) {
    this.#tokens = [...text.matchAll(/[()]|[^\s()]+/g)].map((found) => ({ text: found[0], offset: found.index }));
    this.#end = text.trimEnd().length;
    this.#place = place;
  }

  parse(): Condition {
    if (this.#tokens.length === 0)
      throw new ConditionError('the condition is empty: name the selections that must hold', 0);
    const result = this.or();
    const left = this.#tokens[this.#next];
    if (left !== undefined) throw new ConditionError(this.unexpected(left), left.offset);
    return result;
  }

  private unexpected(token: Token): string {
    if (token.text.startsWith('|')) {
      return 'pipe aggregates are no longer Sigma: write a correlation (event_count, value_count) instead';
    }
    if (/^(?:and|or|not|of)$/i.test(token.text) && token.text !== token.text.toLowerCase()) {
      return `"${token.text}" is no operator: operators are lower case`;
    }
    if (token.text === ')') return 'a parenthesis is closed that was not opened: leave it out';
    if (operators.has(token.text)) return `"${token.text}" cannot stand here: a name must stand before and after it`;
    return `"${token.text}" cannot stand here: put and or or before it`;
  }

  private take(text: string): boolean {
    if (this.#tokens[this.#next]?.text !== text) return false;
    this.#next += 1;
    return true;
  }

  private or(): Condition {
    return this.chain('or', () => this.chain('and', () => this.not()));
  }

  private chain(kind: 'and' | 'or', operand: () => Condition): Condition {
    const items = [operand()];
    while (this.take(kind)) items.push(operand());
    const [only] = items;
    return items.length === 1 && only !== undefined ? only : { kind, items };
  }

  private not(): Condition {
    this.#depth += 1;
    if (this.#depth > depthMax)
      throw new ConditionError(`nested deeper than ${depthMax}: give parts of it names as selections`, 0);
    const result: Condition = this.take('not') ? { kind: 'not', item: this.not() } : this.primary();
    this.#depth -= 1;
    return result;
  }

  private primary(): Condition {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw new ConditionError('the condition ends too early: a name must follow', this.#end);
    this.#next += 1;
    if (token.text === '(') {
      const inner = this.or();
      if (!this.take(')'))
        throw new ConditionError('this parenthesis is not closed: write ) after its last name', token.offset);
      return inner;
    }
    const quantifier = quantifiers.get(token.text);
    if (this.#tokens[this.#next]?.text === 'of') return this.of(token, quantifier);
    if (operators.has(token.text) || token.text.startsWith('|')) {
      throw new ConditionError(this.unexpected(token), token.offset);
    }
    return { kind: 'name', name: token.text, at: this.#place(token.offset) };
  }

  private of(token: Token, quantifier: 'some' | 'all' | undefined): Condition {
    if (quantifier === undefined) {
      throw new ConditionError(`"${token.text} of": write 1 of, any of or all of`, token.offset);
    }
    this.#next += 1;
    const pattern = this.#tokens[this.#next];
    if (pattern === undefined || operators.has(pattern.text) || pattern.text.startsWith('|')) {
      throw new ConditionError(
        'after of stands them or a pattern of names, such as selection_*',
        pattern?.offset ?? this.#end
      );
    }
    this.#next += 1;
    return { kind: 'of', quantifier, pattern: pattern.text, at: this.#place(pattern.offset) };
  }
}

/** Reads one condition; undefined after an issue was added. */
export function readCondition(scalar: YamlScalar, issues: IssueList): Condition | undefined {
  const place = (offset: number): Position =>
    scalar.inset === undefined ? scalar.at : { line: scalar.at.line, column: scalar.at.column + scalar.inset + offset };
  try {
    return new ConditionParser(scalar.text, place).parse();
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    issues.add('sigma.condition', place(error.offset), error.message);
    return;
  }
}

/** Names that `them` or a pattern stands for: `*` anywhere; `_` names only when the pattern begins with `_`. */
export function namesOf(pattern: string, names: readonly string[]): string[] {
  const visible = names.filter((name) => pattern.startsWith('_') || !name.startsWith('_'));
  if (pattern === 'them') return visible;
  const source = pattern
    .split('*')
    .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  const glob = new RegExp(`^${source}$`, 's');
  return visible.filter((name) => glob.test(name));
}
