import { RE2JS } from 're2js';
import type { CompareOperator, FieldrefPlace, Pattern } from './ast.ts';
import { base64Offsets, widen, windashVariants, windashVariantsMax, type WideEncoding } from './encoding.ts';
import { readNetwork } from './ip-address.ts';
import { timePartBounds, timeParts, type TimePart } from './event-time.ts';
import { expandPattern, expandRegex, expandedValuesMax, type Expansion } from './expand.ts';
import type { ItemValue, ModifierContext } from './item-value.ts';
import { open, patternOf, plainTextOf } from './sigma-string.ts';

/** Turns one value into what the modifier makes of it; undefined after an issue was added. */
export type ValueModifier = (value: ItemValue, context: ModifierContext) => ItemValue | undefined;

const text = (pattern: Pattern): ItemValue => ({ kind: 'pattern', pattern, placed: false });

function refuse(context: ModifierContext, wanted: string): void {
  context.issues.add('sigma.modifier_value', context.at, `${context.modifier} takes ${wanted}`);
}

/** Checks a regular expression with an RE2 engine; undefined when it is none. */
function checkedRegex(source: string, flags: string, context: ModifierContext): ItemValue | undefined {
  try {
    RE2JS.compile(flags === '' ? source : `(?${flags})${source}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.issues.add(
      'sigma.regex',
      context.at,
      `not a regular expression of RE2, which has no look-around and no back reference: ${reason}`
    );
    return;
  }
  return { kind: 'regex', source, flags };
}

const places: Record<'contains' | 'startswith' | 'endswith', { start: boolean; end: boolean }> = {
  contains: { start: true, end: true },
  startswith: { start: false, end: true },
  endswith: { start: true, end: false },
};

function place(name: keyof typeof places): ValueModifier {
  const anchors: Record<FieldrefPlace, (source: string) => string> = {
    equals: (source) => source,
    contains: (source) => source,
    startswith: (source) => `^(?:${source})`,
    endswith: (source) => `(?:${source})$`,
  };
  return (value, context) => {
    if (value.kind === 'pattern') return { kind: 'pattern', pattern: open(value.pattern, places[name]), placed: true };
    if (value.kind === 'fieldref') return { ...value, place: name };
    if (value.kind === 'regex') return checkedRegex(anchors[name](value.source), value.flags, context);
    refuse(context, 'text, a regular expression or a field reference; quote a number to search it as text');
  };
}

/** The value's bytes; undefined after an issue was added. */
function bytesOf(value: ItemValue, context: ModifierContext): Buffer | undefined {
  if (value.kind === 'bytes') return value.bytes;
  if (value.kind === 'number') return Buffer.from(value.text, 'utf8');
  const plain = value.kind === 'pattern' && !value.placed ? plainTextOf(value.pattern) : undefined;
  if (plain === undefined || plain === '') {
    refuse(context, 'text without wildcards, before contains and the like');
    return;
  }
  return Buffer.from(plain, 'utf8');
}

function wide(encoding: WideEncoding): ValueModifier {
  return (value, context) => {
    const bytes = bytesOf(value, context);
    return bytes === undefined ? undefined : { kind: 'bytes', bytes: widen(bytes, encoding) };
  };
}

const base64: ValueModifier = (value, context) => {
  const bytes = bytesOf(value, context);
  return bytes === undefined ? undefined : text(patternOf([{ text: bytes.toString('base64') }]));
};

const base64offset: ValueModifier = (value, context) => {
  const bytes = bytesOf(value, context);
  if (bytes === undefined) return undefined;
  const needles = base64Offsets(bytes);
  // An empty needle would match every event.
  if (needles.includes('')) {
    refuse(context, 'at least two bytes');
    return;
  }
  return { kind: 'any', values: needles.map((needle) => text(patternOf([{ text: needle }]))) };
};

const windash: ValueModifier = (value, context) => {
  if (value.kind !== 'pattern') {
    refuse(context, 'text');
    return;
  }
  const variants = windashVariants(value.pattern);
  if (variants === undefined) {
    refuse(context, `at most ${windashVariantsMax} variants: fewer dashes in a value`);
    return;
  }
  return { kind: 'any', values: variants.map((pattern) => ({ ...value, pattern })) };
};

const re: ValueModifier = (_value, context) => checkedRegex(context.raw, '', context);

function regexFlag(flag: 'i' | 'm' | 's'): ValueModifier {
  return (value, context) => {
    if (value.kind !== 'regex') {
      refuse(context, 'a regular expression: it stands after re');
      return;
    }
    const flags = ['i', 'm', 's'].filter((one) => one === flag || value.flags.includes(one)).join('');
    return checkedRegex(value.source, flags, context);
  };
}

const cidr: ValueModifier = (_value, context) => {
  const network = readNetwork(context.raw);
  if (network !== undefined) return { kind: 'cidr', ...network };
  context.issues.add(
    'sigma.cidr',
    context.at,
    `"${context.raw}" is no IPv4 or IPv6 network: write one such as 192.0.2.0/24`
  );
};

function compare(operator: CompareOperator): ValueModifier {
  return (value, context) => {
    if (value.kind === 'time_part') return { ...value, operator };
    if (value.kind !== 'number') {
      refuse(context, 'a number, unquoted');
      return;
    }
    return { kind: 'compare', operator, number: Number(value.text) };
  };
}

const exists: ValueModifier = (value, context) => {
  if (value.kind !== 'boolean') {
    refuse(context, 'true or false, unquoted');
    return;
  }
  return { kind: 'exists', present: value.text.toLowerCase() === 'true' };
};

const fieldref: ValueModifier = (value, context) => {
  const other = value.kind === 'pattern' && !value.placed ? plainTextOf(value.pattern) : undefined;
  if (other === undefined || other === '') {
    refuse(context, 'the name of a field');
    return;
  }
  return { kind: 'fieldref', other, place: 'equals' };
};

/** Adds the issues of an expansion; what it gives is empty then. */
function expanded<T>(found: Expansion<T>, context: ModifierContext): readonly T[] {
  for (const name of found.names) context.usedLists.add(name);
  for (const name of found.missing) {
    const message = `the placeholder %${name}% has no list: give one under its name, or write the values out`;
    context.issues.add('sigma.placeholder', context.at, message);
  }
  if (found.names.length === 0) {
    context.issues.warn('sigma.warn.placeholder_none', context.at, 'expand finds no %placeholder% here: leave it out');
  } else if (found.missing.length === 0 && found.values.length === 0) {
    refuse(context, `lists that give at most ${expandedValuesMax} values`);
  }
  return found.values;
}

const expand: ValueModifier = (value, context) => {
  if (value.kind === 'pattern') {
    const values = expanded(expandPattern(value.pattern, context.lists), context);
    return values.length === 0 ? undefined : { kind: 'any', values: values.map((pattern) => ({ ...value, pattern })) };
  }
  if (value.kind !== 'regex') {
    refuse(context, 'text with a %placeholder%');
    return;
  }
  const sources = expanded(expandRegex(value.source, context.lists), context);
  const values = sources.map((source) => checkedRegex(source, value.flags, context)).filter((one) => one !== undefined);
  return values.length === 0 || values.length < sources.length ? undefined : { kind: 'any', values };
};

function timePart(part: TimePart): ValueModifier {
  const { min, max } = timePartBounds[part];
  return (value, context) => {
    const number = value.kind === 'number' && /^\d+$/.test(value.text) ? Number(value.text) : Number.NaN;
    if (number >= min && number <= max) return { kind: 'time_part', part, operator: 'eq', number };
    refuse(context, `a whole number from ${min} to ${max}, unquoted and without leading zeros`);
    return;
  };
}

/** Modifiers that work on each value by itself (Sigma 2.1, "Value modifiers"). */
export const valueModifiers: ReadonlyMap<string, ValueModifier> = new Map<string, ValueModifier>([
  ['contains', place('contains')],
  ['startswith', place('startswith')],
  ['endswith', place('endswith')],
  ['re', re],
  ['i', regexFlag('i')],
  ['m', regexFlag('m')],
  ['s', regexFlag('s')],
  ['cidr', cidr],
  ['lt', compare('lt')],
  ['lte', compare('lte')],
  ['gt', compare('gt')],
  ['gte', compare('gte')],
  ['exists', exists],
  ['wide', wide('utf16le')],
  ['utf16le', wide('utf16le')],
  ['utf16be', wide('utf16be')],
  ['utf16', wide('utf16')],
  ['base64', base64],
  ['base64offset', base64offset],
  ['windash', windash],
  ['expand', expand],
  ['fieldref', fieldref],
  ...timeParts.map((part): [string, ValueModifier] => [part, timePart(part)]),
]);

/** Modifiers that change how an item's values are put together. */
export const itemModifiers: ReadonlySet<string> = new Set(['all', 'cased', 'neq']);

const comparisons = ['lt', 'lte', 'gt', 'gte'];
/** These take the value as written and so come before any other. */
const firstModifiers: ReadonlySet<string> = new Set([
  ...['re', 'cidr', 'exists', 'fieldref'],
  ...comparisons,
  ...timeParts,
]);

/** Whether a modifier may stand after those before it: some must be first, a comparison may follow a part of a time. */
export function mayFollow(name: string, before: readonly string[]): boolean {
  if (!firstModifiers.has(name)) return true;
  const others = before.filter((one) => !itemModifiers.has(one));
  const [only] = others;
  return (
    only === undefined || (others.length === 1 && comparisons.includes(name) && timeParts.some((one) => one === only))
  );
}
