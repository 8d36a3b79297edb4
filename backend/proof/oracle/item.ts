import { RE2JS } from 're2js';
import { base64AtOffsets, bytesOf, type Charset } from './encoding.ts';
import { datePart, dateParts } from './date-part.ts';
import type { Item, Value } from './detection.ts';
import { networkHolds } from './network.ts';
import { codePointsOf, foldText, matchesWhole, readPattern, textsOf, withDashes, type Token } from './pattern.ts';
import { expandedPatterns, expandedRegexes, type Placeholders } from './placeholder.ts';

/** An event as Sigma sees it. */
export interface SigmaEvent {
  /** The texts of a field: none when it is missing or null, several when it has several places; any of them counts. */
  read(field: string): readonly string[];
  /** What keywords are looked for in: the message and every value. */
  readonly texts: readonly string[];
}

export type Predicate = (event: SigmaEvent) => boolean;
/** Asks the texts of a field, or those of the whole event. */
type Test = (texts: readonly string[], event: SigmaEvent) => boolean;

const charsets: readonly string[] = ['wide', 'utf16le', 'utf16be', 'utf16'] satisfies Charset[];
type Comparison = (left: number, right: number) => boolean;
const equal: Comparison = (left, right) => left === right;
const comparisons: Readonly<Record<string, Comparison>> = {
  lt: (left, right) => left < right,
  lte: (left, right) => left <= right,
  gt: (left, right) => left > right,
  gte: (left, right) => left >= right,
};

/** A test of one text; false for a missing field. */
function present(test: (text: string, event: SigmaEvent) => boolean): Test {
  return (texts, event) => texts.some((text) => test(text, event));
}

function anchored(tokens: readonly Token[], modifier: string): Token[] {
  if (modifier === 'contains') return ['any', ...tokens, 'any'];
  return modifier === 'startswith' ? [...tokens, 'any'] : ['any', ...tokens];
}

/** Modifiers of a text, from left to right, to the patterns of which one must match. */
function patternsOf(text: string, modifiers: readonly string[], lists: Placeholders): Token[][] {
  let patterns = [readPattern(text)];
  let charset: Charset = 'utf8';
  const encode = (encoder: (bytes: Buffer) => string[]): void => {
    patterns = patterns.flatMap(textsOf).flatMap((literal) => encoder(bytesOf(literal, charset)).map(codePointsOf));
    charset = 'utf8';
  };
  for (const modifier of modifiers) {
    if (['contains', 'startswith', 'endswith'].includes(modifier)) {
      patterns = patterns.map((pattern) => anchored(pattern, modifier));
    } else if (modifier === 'expand') patterns = patterns.flatMap((pattern) => expandedPatterns(pattern, lists));
    else if (modifier === 'windash') patterns = patterns.map(withDashes);
    else if (charsets.includes(modifier)) charset = modifier as Charset;
    else if (modifier === 'base64') encode((bytes) => [bytes.toString('base64')]);
    else if (modifier === 'base64offset') encode(base64AtOffsets);
    else if (!['all', 'cased', 'neq'].includes(modifier)) throw new Error(`modifier ${modifier}`);
  }
  // Without base64 the bytes themselves are the text.
  if (charset !== 'utf8') encode((bytes) => [bytes.toString('utf8')]);
  return patterns;
}

function textTest(value: string, modifiers: readonly string[], lists: Placeholders): Test {
  const cased = modifiers.includes('cased');
  const patterns = patternsOf(value, modifiers, lists);
  return present((text) => {
    const points = codePointsOf(text);
    return patterns.some((pattern) => matchesWhole(pattern, points, cased));
  });
}

function regexTest(value: string, modifiers: readonly string[], lists: Placeholders): Test {
  const flag = (name: string, bit: number): number => (modifiers.includes(name) ? bit : 0);
  const flags = flag('i', RE2JS.CASE_INSENSITIVE) | flag('m', RE2JS.MULTILINE) | flag('s', RE2JS.DOTALL);
  const start = modifiers.includes('startswith') ? '\\A' : '';
  const end = modifiers.includes('endswith') ? '\\z' : '';
  const sources = modifiers.includes('expand') ? expandedRegexes(value, lists) : [value];
  const regexes = sources.map((source) => RE2JS.compile(`${start}(?:${source})${end}`, flags));
  return present((text) => regexes.some((regex) => regex.matcher(text).find()));
}

function fieldTest(other: string, modifiers: readonly string[]): Test {
  const fold = modifiers.includes('cased') ? (text: string) => text : foldText;
  const holds = (left: string, right: string): boolean => {
    if (modifiers.includes('contains')) return left.includes(right);
    if (modifiers.includes('startswith')) return left.startsWith(right);
    return modifiers.includes('endswith') ? left.endsWith(right) : left === right;
  };
  return present((text, event) => event.read(other).some((value) => holds(fold(text), fold(value))));
}

/** What is read as a number: sign, digits, fraction, exponent of one or two digits. */
const decimal = /^[+-]?(\d+(\.\d+)?|\.\d+)(e[+-]?\d{1,2})?$/i;

/** A text that is no number, or longer than 300 characters, is no match. */
function numberTest(value: string, modifiers: readonly string[]): Test {
  const part = dateParts.find((name) => modifiers.includes(name));
  const compare = Object.entries(comparisons).find(([name]) => modifiers.includes(name))?.[1];
  return present((text) => {
    const written = text.length <= 300 && decimal.test(text) ? Number(text) : null;
    const number = part === undefined ? written : datePart(text, part);
    return number !== null && (compare ?? equal)(number, Number(value));
  });
}

function valueTest(value: Value, modifiers: readonly string[], lists: Placeholders): Test {
  if (value === null) return (texts) => texts.length === 0;
  if (modifiers.includes('exists')) return (texts) => texts.length > 0 === (value.toLowerCase() === 'true');
  if (modifiers.includes('re')) return regexTest(value, modifiers, lists);
  if (modifiers.includes('cidr')) return present((text) => networkHolds(value, text));
  if (modifiers.includes('fieldref')) return fieldTest(value, modifiers);
  const numeric = [...dateParts, ...Object.keys(comparisons)].some((name) => modifiers.includes(name));
  return numeric ? numberTest(value, modifiers) : textTest(value, modifiers, lists);
}

function combined(tests: readonly Predicate[], modifiers: readonly string[]): Predicate {
  const item: Predicate = (event) =>
    modifiers.includes('all') ? tests.every((test) => test(event)) : tests.some((test) => test(event));
  return modifiers.includes('neq') ? (event) => !item(event) : item;
}

/** Without a field the values are keywords, each looked for in every text of the event. */
export function readItem({ field, modifiers, values }: Item, lists: Placeholders): Predicate {
  const placed = ['contains', 'startswith', 'endswith', 're'].some((name) => modifiers.includes(name));
  const used = field !== '' || placed ? modifiers : [...modifiers, 'contains'];
  const tests = values.map((value) => valueTest(value, used, lists));
  const predicates = tests.map(
    (test): Predicate =>
      (event) =>
        test(field === '' ? event.texts : event.read(field), event)
  );
  return combined(predicates, modifiers);
}
