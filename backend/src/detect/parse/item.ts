import { and, not, or, type Expression, type Pattern } from './ast.ts';
import type { PlaceholderLists } from './expand.ts';
import type { IssueList } from './issue.ts';
import { warnOfItem, warnOfValue } from './item-warning.ts';
import type { ItemHead, ItemValue, ModifierContext } from './item-value.ts';
import { itemModifiers, mayFollow, valueModifiers } from './modifier.ts';
import { open, patternOf, readSigmaString } from './sigma-string.ts';
import type { YamlScalar } from './yaml-node.ts';

/** What reading an item needs beside its YAML. */
export interface ItemContext {
  readonly issues: IssueList;
  readonly lists: PlaceholderLists;
  /** Names of the lists that were used so far. */
  readonly usedLists: Set<string>;
}

const modifierNames = [...valueModifiers.keys(), ...itemModifiers].sort().join(', ');

/** False after issues were added. Order: an unknown name first, then places (Sigma 2.1, "Modifiers"). */
function checkModifiers(head: ItemHead, issues: IssueList): boolean {
  const before = issues.issues.length;
  for (const [index, name] of head.modifiers.entries()) {
    if (!valueModifiers.has(name) && !itemModifiers.has(name)) {
      issues.add('sigma.modifier_unknown', head.at, `there is no modifier "${name}"; there are ${modifierNames}`);
    } else if (head.modifiers.indexOf(name) !== index) {
      issues.add('sigma.modifier_order', head.at, `${name} stands twice: write it once`);
    } else if (!mayFollow(name, head.modifiers.slice(0, index))) {
      issues.add('sigma.modifier_order', head.at, `${name} must be the first modifier`);
    }
  }
  const ownField = head.modifiers.find((name) => ['exists', 'cidr', 'fieldref', 'neq'].includes(name));
  if (head.field === undefined && ownField !== undefined) {
    issues.add('sigma.modifier_order', head.at, `${ownField} needs a field before it`);
  }
  if (head.modifiers.includes('exists') && head.modifiers.length > 1) {
    issues.add('sigma.modifier_order', head.at, 'exists stands alone: leave the other modifiers out');
  }
  return issues.issues.length === before;
}

function firstValue(scalar: YamlScalar): ItemValue {
  if (scalar.type === 'null') return { kind: 'null' };
  if (scalar.type !== 'text') return { kind: scalar.type, text: scalar.text };
  return { kind: 'pattern', pattern: readSigmaString(scalar.text), placed: false };
}

function applyTo(value: ItemValue, context: ModifierContext): ItemValue | undefined {
  const modifier = valueModifiers.get(context.modifier);
  if (modifier === undefined) return value;
  if (value.kind !== 'any') return modifier(value, context);
  const values: ItemValue[] = [];
  for (const one of value.values) {
    const changed = applyTo(one, context);
    if (changed === undefined) return undefined;
    values.push(changed);
  }
  return { kind: 'any', values };
}

function modified(scalar: YamlScalar, head: ItemHead, context: ItemContext): ItemValue | undefined {
  let value: ItemValue | undefined = firstValue(scalar);
  for (const modifier of head.modifiers) {
    if (value === undefined) return undefined;
    value = applyTo(value, { ...context, at: scalar.at, raw: scalar.text, modifier });
  }
  return value;
}

type LeafValue = Exclude<ItemValue, { kind: 'any' }>;
type TextValue = Extract<ItemValue, { kind: 'pattern' | 'number' | 'boolean' | 'bytes' }>;

function isText(value: LeafValue): value is TextValue {
  return ['pattern', 'number', 'boolean', 'bytes'].includes(value.kind);
}

/** An item's leaf: with a field, or as keyword. */
class LeafBuilder {
  readonly #head: ItemHead;
  readonly #scalar: YamlScalar;
  readonly #issues: IssueList;
  readonly #cased: boolean;

  constructor(head: ItemHead, scalar: YamlScalar, issues: IssueList) {
    this.#head = head;
    this.#scalar = scalar;
    this.#issues = issues;
    this.#cased = head.modifiers.includes('cased');
  }

  build(value: ItemValue): Expression | undefined {
    const { field } = this.#head;
    if (value.kind === 'any') {
      const built = value.values.map((one) => this.build(one)).filter((one) => one !== undefined);
      return built.length === value.values.length ? or(built) : undefined;
    }
    if (this.#cased && !isText(value) && value.kind !== 'fieldref') {
      this.refuse('cased needs text: a regular expression is case-sensitive already');
      return;
    }
    return field === undefined ? this.keyword(value) : this.leaf(field, value);
  }

  private refuse(message: string): void {
    this.#issues.add('sigma.modifier_value', this.#scalar.at, message);
  }

  private leaf(field: string, value: LeafValue): Expression | undefined {
    const cased = this.#cased;
    if (isText(value)) {
      const pattern = this.pattern(value);
      return pattern === undefined ? undefined : { kind: 'text', field, pattern, cased };
    }
    if (value.kind === 'null') return not({ kind: 'exists', field });
    if (value.kind === 'exists') return value.present ? { kind: 'exists', field } : not({ kind: 'exists', field });
    return value.kind === 'fieldref' ? { ...value, field, cased } : { ...value, field };
  }

  private pattern(value: TextValue): Pattern | undefined {
    if (value.kind === 'pattern') return value.pattern;
    if (value.kind !== 'bytes') return patternOf([{ text: value.text }]);
    const decoded = value.bytes.toString('utf8');
    if (Buffer.from(decoded, 'utf8').equals(value.bytes)) return patternOf([{ text: decoded }]);
    this.refuse('these bytes are no text: follow the encoding with base64');
    return;
  }

  private keyword(value: LeafValue): Expression | undefined {
    if (value.kind === 'regex') return { kind: 'keyword_regex', source: value.source, flags: value.flags };
    if (!isText(value)) {
      this.refuse('a keyword is text, a number or a regular expression');
      return;
    }
    const pattern = this.pattern(value);
    if (pattern === undefined) return undefined;
    const placed = value.kind === 'pattern' && value.placed;
    return {
      kind: 'keyword',
      pattern: placed ? pattern : open(pattern, { start: true, end: true }),
      cased: this.#cased,
    };
  }
}

function readValue(scalar: YamlScalar, head: ItemHead, context: ItemContext): Expression | undefined {
  warnOfValue(scalar, head, context.issues);
  const value = modified(scalar, head, context);
  const leaf = value === undefined ? undefined : new LeafBuilder(head, scalar, context.issues).build(value);
  return leaf === undefined ? undefined : Object.freeze(leaf);
}

/** One item, `field|modifiers: values`, as an expression; undefined after issues were added. `values` is not empty. */
export function readItem(head: ItemHead, values: readonly YamlScalar[], context: ItemContext): Expression | undefined {
  if (!checkModifiers(head, context.issues)) return undefined;
  const all = head.modifiers.includes('all');
  const leaves = values.map((scalar) => readValue(scalar, head, context)).filter((leaf) => leaf !== undefined);
  if (leaves.length < values.length) return undefined;
  warnOfItem(head, values, leaves, context.issues);
  const joined = all ? and(leaves) : or(leaves);
  return head.modifiers.includes('neq') ? not(joined) : joined;
}
