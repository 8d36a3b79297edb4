import { RE2JS } from 're2js';
import type { CompareOperator, FieldrefPlace, Pattern } from './ast.ts';
import { base64Offsets, widen, windashVariants, windashVariantsMax, type WideEncoding } from './encoding.ts';
import { readNetwork } from './ip-address.ts';
import type { ItemValue, ModifierContext } from './item-value.ts';
import { open, patternOf, plainTextOf, readSigmaString } from './sigma-string.ts';

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
    context.issues.add('sigma.regex', context.at, `not a regular expression of RE2: ${reason}`);
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
  context.issues.add('sigma.cidr', context.at, `"${context.raw}" is no IPv4 or IPv6 network`);
};

function compare(operator: CompareOperator): ValueModifier {
  return (value, context) => {
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

const expand: ValueModifier = (value, context) => {
  if (value.kind !== 'pattern') {
    refuse(context, 'text with a %placeholder%');
    return;
  }
  let choices = [''];
  const pieces = context.raw.split(/%([^%\s]+)%/);
  for (const [index, piece] of pieces.entries()) {
    const list = index % 2 === 0 ? [piece] : context.lists.get(piece);
    if (list === undefined || list.length === 0) {
      context.issues.add('sigma.placeholder', context.at, `the placeholder %${piece}% has no list of values`);
      return;
    }
    choices = choices.flatMap((choice) => list.map((one) => choice + one));
    if (choices.length > windashVariantsMax) {
      refuse(context, `lists with at most ${windashVariantsMax} values`);
      return;
    }
  }
  return { kind: 'any', values: choices.map((choice) => text(readSigmaString(choice))) };
};

const timePart: ValueModifier = (_value, context) => {
  context.issues.add(
    'sigma.unsupported',
    context.at,
    `${context.modifier} (a part of a time) is not read yet: compare a field that holds the part itself`
  );
  return undefined;
};

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
  ...['minute', 'hour', 'day', 'week', 'month', 'year'].map((name): [string, ValueModifier] => [name, timePart]),
]);

/** Modifiers that change how an item's values are put together. */
export const itemModifiers: ReadonlySet<string> = new Set(['all', 'cased', 'neq']);

/** These take the value as written and so come before any other. */
export const firstModifiers: ReadonlySet<string> = new Set([
  're',
  'cidr',
  'exists',
  'fieldref',
  'lt',
  'lte',
  'gt',
  'gte',
]);
