import { visit, type Expression, type ExpressionHandlers, type Pattern } from '../parse/ast.ts';
import type { FieldSource } from '../pipeline/pipeline.ts';
import type { EventRow } from '../rule.ts';

/** Numbers from 0 to below `below`, the same for the same seed. */
export type Random = (below: number) => number;

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[random(items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

/** Characters that engines disagree about when somebody is careless. */
// prettier-ignore
export const oddTexts = ['a', 'A', 'k', '\u212A', '\u00C4', '\u00E4', '\u03A3', '\u03C2', '\u0130', '\u{1F600}', '\\', '*', '?', '%', '_', "'", '"', '`', '\n', '\r', '\t', '\0', ' ', '{x:String}', '--', '/*', '.', '/', '-', ',', '1', ''];

/** A text that the pattern matches. */
function sampleOf(pattern: Pattern, random: Random): string {
  return pattern
    .map((part) => {
      if ('text' in part) return part.text;
      return part.wildcard === '?'
        ? pick(random, ['x', '\n', '\u00E9', '\u{1F600}'])
        : pick(random, ['', 'zz', '\n', '\\']);
    })
    .join('');
}

/** A near miss: other case, a character less, more or changed, empty, null. */
export function mutated(text: string, random: Random): string | null {
  const at = random(text.length + 1);
  const changes: readonly (() => string | null)[] = [
    () => text,
    () => text.toUpperCase(),
    () => text.toLowerCase(),
    () => text.slice(0, at) + text.slice(at + 1),
    () => text.slice(0, at) + pick(random, oddTexts) + text.slice(at),
    () => `${text}${pick(random, oddTexts)}`,
    () => `${pick(random, oddTexts)}${text}`,
    () => '',
    () => null,
  ];
  const changed = pick(random, changes)();
  // A cut may leave half a surrogate pair, which no store can hold.
  return changed === null ? null : Buffer.from(changed, 'utf8').toString('utf8');
}

interface Witness {
  readonly values: Map<string, string | null>;
  readonly random: Random;
}

const addresses = ['192.0.2.1', '10.1.2.3', '::1', 'fe80::1', '2001:db8::1', '127.0.0.1', '1.2.3'];

/** Fills `values` so that the expression probably holds; what a NOT asks is left to chance. */
const witnesses: ExpressionHandlers<Witness, void> = {
  and: (node, context) => node.items.forEach((item) => visit(witnesses, item, context)),
  or: (node, context) => visit(witnesses, pick(context.random, node.items), context),
  not: (node, context) => {
    if (context.random(3) === 0) visit(witnesses, node.item, context);
  },
  text: (node, { values, random }) => void values.set(node.field, sampleOf(node.pattern, random)),
  keyword: (node, { values, random }) =>
    void values.set('message', `${values.get('message') ?? ''}${sampleOf(node.pattern, random)}`),
  cidr: (node, { values, random }) => void values.set(node.field, pick(random, addresses)),
  compare: (node, { values, random }) => void values.set(node.field, String(node.number + random(3) - 1)),
  time_part: (node, { values, random }) => {
    const number = Math.max(0, node.number + random(3) - 1);
    const pair = String(number).padStart(2, '0').slice(-2);
    // prettier-ignore
    const times = [`2026-11-21T${pair}:${pair}:00Z`, `2026-${pair}-${pair} 08:50:00.123`, `${number}-02-29T23:59:59+05:30`, `2026-01-0${random(9) + 1}T00:10:00-0130`, String(1_700_000_000 + random(100_000_000)), `${1_700_000_000 + random(100_000_000)}123`];
    values.set(node.field, pick(random, times));
  },
  fieldref: (node, { values, random }) => {
    const value = pick(random, ['ab', 'AB', '']);
    values.set(node.field, `${pick(random, ['', 'x'])}${value}${pick(random, ['', 'y'])}`);
    values.set(node.other, value);
  },
  exists: (node, { values, random }) => void values.set(node.field, pick(random, oddTexts)),
  regex: (node, { values, random }) => {
    const literal = node.source.replace(/[\\^$()[\]?+*]/g, '');
    values.set(node.field, pick(random, ['abc', 'ABC', 'a\nc', 'x1', literal]));
  },
  keyword_regex: (node, { values }) => void values.set('message', node.source),
};

function place(
  event: { [column: string]: unknown },
  { column }: Extract<FieldSource, { kind: 'column' }>,
  value: string | null
): void {
  if (column === 'severity' || column === 'facility') {
    event[column] = Math.trunc(Math.abs(Number(value)) || 0) % 8;
  } else if (column === 'ts') {
    event[column] = new Date(Date.parse(`${value}`) || 1_700_000_000_000).toISOString();
  } else event[column] = column === 'message' ? (value ?? '') : value;
}

/** Column and field values of an event near what the expression asks. */
export function eventNear(
  expression: Expression,
  source: (field: string) => FieldSource,
  random: Random
): Partial<EventRow> {
  const values = new Map<string, string | null>();
  visit(witnesses, expression, { values, random });
  const near = random(2) === 0;
  const columns: Record<string, unknown> = {};
  const fields: [string, string | null][] = [];
  for (const [field, exact] of values) {
    if (near && random(8) === 0) continue;
    const value = near && exact !== null ? mutated(exact, random) : exact;
    const where = source(field);
    if (where.kind === 'key') fields.push([where.key, value]);
    else place(columns, where, value);
  }
  return { ...columns, fields: Object.fromEntries(fields) };
}
