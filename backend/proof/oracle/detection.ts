import { isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';

/** A value of a rule: its text as written (00000429 is that text, not 429), or YAML's null. */
export type Value = string | null;

/** `field|modifiers: values`; the field is empty for keywords. */
export interface Item {
  readonly field: string;
  readonly modifiers: readonly string[];
  readonly values: readonly Value[];
}

/** A map is AND of its items, a list is OR. */
export type Selection =
  | { readonly kind: 'all'; readonly items: readonly Item[] }
  | { readonly kind: 'any'; readonly of: readonly Selection[] };

/** What a rule says, unread: selections by name, and conditions of which one must hold. */
export interface Detection {
  readonly selections: ReadonlyMap<string, Selection>;
  readonly conditions: readonly string[];
}

/** Keys that are no selections, in `detection` and in `filter`. */
const reserved = new Set(['condition', 'timeframe', 'rules']);

function readValue(node: unknown): Value {
  if (!isScalar(node)) throw new Error('a value is a scalar');
  return node.value === null ? null : (node.source ?? '');
}

function readText(node: unknown): string {
  const text = readValue(node);
  if (text === null) throw new Error('a text is missing');
  return text;
}

const readValues = (node: unknown): Value[] => (isSeq(node) ? node.items : [node]).map(readValue);

function readSelection(node: unknown): Selection {
  if (isSeq(node)) return { kind: 'any', of: node.items.map(readSelection) };
  if (!isMap(node)) return { kind: 'all', items: [{ field: '', modifiers: [], values: [readValue(node)] }] };
  const items = node.items.map(({ key, value }) => {
    const [field = '', ...modifiers] = readText(key).split('|');
    return { field, modifiers, values: readValues(value) };
  });
  return { kind: 'all', items };
}

/** Reads `detection` of a rule, or `filter` of a filter. Throws when the text is not of that shape. */
export function readDetection(text: string, part: 'detection' | 'filter' = 'detection'): Detection {
  const document = parseDocument(text);
  visit(document, { Alias: (_key, alias) => alias.resolve(document) });
  const map = document.get(part, true);
  if (!isMap(map)) throw new Error(`no ${part}`);
  const selections = map.items
    .map(({ key, value }) => ({ name: readText(key), value }))
    .filter(({ name }) => !reserved.has(name))
    .map(({ name, value }) => [name, readSelection(value)] as const);
  const condition = map.get('condition', true);
  return {
    selections: new Map(selections),
    conditions: (isSeq(condition) ? condition.items : [condition]).map(readText),
  };
}
