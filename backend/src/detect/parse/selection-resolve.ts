import { and, not, or, type Expression } from './ast.ts';
import { namesOf, type Condition } from './condition.ts';
import type { IssueList, Position } from './issue.ts';

/** Selections by name; undefined where reading one added issues. */
export type Selections = ReadonlyMap<string, { readonly expression: Expression | undefined; readonly at: Position }>;

type Of = Extract<Condition, { kind: 'of' }>;

/** Puts selections in place of their names in a condition; every one used is remembered. */
export class SelectionResolver {
  readonly used = new Set<string>();
  readonly #selections: Selections;
  readonly #issues: IssueList;

  constructor(selections: Selections, issues: IssueList) {
    this.#selections = selections;
    this.#issues = issues;
  }

  /** Undefined when a name is not there (an issue was added), or its selection could not be read. */
  resolve(condition: Condition): Expression | undefined {
    if (condition.kind === 'not') {
      const item = this.resolve(condition.item);
      return item === undefined ? undefined : not(item);
    }
    if (condition.kind === 'name') return this.named(condition.name, condition.at);
    if (condition.kind === 'of') return this.of(condition);
    return this.joined(
      condition.kind,
      condition.items.map((item) => this.resolve(item))
    );
  }

  private joined(kind: 'and' | 'or', items: readonly (Expression | undefined)[]): Expression | undefined {
    const known = items.filter((item) => item !== undefined);
    if (known.length < items.length) return undefined;
    return kind === 'and' ? and(known) : or(known);
  }

  private there(): string {
    const names = [...this.#selections.keys()];
    return names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  }

  private named(name: string, at: Position): Expression | undefined {
    this.used.add(name);
    const selection = this.#selections.get(name);
    if (selection !== undefined) return selection.expression;
    const hint = /^(?:and|or|not)$/i.test(name) ? 'operators are lower case' : this.there();
    this.#issues.add('sigma.selection_unknown', at, `there is no selection "${name}": ${hint}`);
  }

  private of(condition: Of): Expression | undefined {
    const names = namesOf(condition.pattern, [...this.#selections.keys()]);
    for (const name of names) this.used.add(name);
    if (names.length === 0) {
      const hidden = condition.pattern === 'them' ? ' whose name does not begin with _' : '';
      const message = `"${condition.pattern}" matches no selection${hidden}: ${this.there()}`;
      this.#issues.add('sigma.selection_unknown', condition.at, message);
      return;
    }
    this.warn(condition, names);
    const items = names.map((name) => this.#selections.get(name)?.expression);
    return this.joined(condition.quantifier === 'all' ? 'and' : 'or', items);
  }

  private warn({ pattern, at }: Of, names: readonly string[]): void {
    if (pattern !== 'them' && !pattern.includes('*')) {
      const message = `"${pattern}" is no pattern but a name: write the name alone, or put * where names differ`;
      this.#issues.warn('sigma.warn.pattern_is_name', at, message);
    } else if (names.length === 1) {
      const message = `"${pattern}" matches ${names[0]} alone: write that name, or check the names of the others`;
      this.#issues.warn('sigma.warn.one_member', at, message);
    }
  }
}
