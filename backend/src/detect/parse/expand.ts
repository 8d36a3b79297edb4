import type { Pattern, PatternPart } from './ast.ts';
import { patternOf, readSigmaString } from './sigma-string.ts';

/** Values of `%placeholders%` by name. Each value is a Sigma string: `*` and `?` in it are wildcards, `\*` is a star. */
export type PlaceholderLists = ReadonlyMap<string, readonly string[]>;

/** No lists: every placeholder is then refused. */
export const noLists: PlaceholderLists = new Map();

/** Most values that one value may become. */
export const expandedValuesMax = 20_000;

/** What `expand` finds in a value: which names it asks for, and what it becomes. */
export interface Expansion<T> {
  /** Placeholders, in the order of the value, each once. */
  readonly names: readonly string[];
  /** Names without a list, or with an empty one. */
  readonly missing: readonly string[];
  /** Every combination of the lists' values; empty when a list is missing or there would be too many. */
  readonly values: readonly T[];
}

const placeholder = /%([^%\s]+)%/;

/** Literal text, or the name of a placeholder. */
type Piece = { readonly literal: string } | { readonly name: string };

function piecesOf(text: string): Piece[] {
  return text.split(placeholder).map((piece, index) => (index % 2 === 0 ? { literal: piece } : { name: piece }));
}

function combine<T, P>(parts: readonly (readonly P[])[], join: (parts: readonly P[]) => T): T[] {
  let choices: P[][] = [[]];
  for (const part of parts) {
    if (choices.length * part.length > expandedValuesMax) return [];
    choices = part.length === 1 ? choices.map((choice) => [...choice, ...part]) : multiplied(choices, part);
  }
  return choices.map(join);
}

function multiplied<P>(choices: readonly P[][], part: readonly P[]): P[][] {
  return choices.flatMap((choice) => part.map((one) => [...choice, one]));
}

function namesOf(pieces: readonly Piece[], lists: PlaceholderLists): { names: string[]; missing: string[] } {
  const names = [...new Set(pieces.flatMap((piece) => ('name' in piece ? [piece.name] : [])))];
  return { names, missing: names.filter((name) => (lists.get(name) ?? []).length === 0) };
}

/** Puts the lists' values in place of the placeholders of a pattern; its own wildcards stay active. */
export function expandPattern(pattern: Pattern, lists: PlaceholderLists): Expansion<Pattern> {
  const pieces = pattern.flatMap((part): (Piece | PatternPart)[] => ('text' in part ? piecesOf(part.text) : [part]));
  const found = namesOf(
    pieces.filter((piece): piece is Piece => 'name' in piece),
    lists
  );
  if (found.missing.length > 0) return { ...found, values: [] };
  const choices = pieces.map((piece): readonly Pattern[] => {
    if ('literal' in piece) return [[{ text: piece.literal }]];
    if (!('name' in piece)) return [[piece]];
    return (lists.get(piece.name) ?? []).map(readSigmaString);
  });
  return { ...found, values: combine(choices, (parts) => patternOf(parts.flat())) };
}

/** The same in a regular expression: there a list's value stands for itself, whatever characters it holds. */
export function expandRegex(source: string, lists: PlaceholderLists): Expansion<string> {
  const pieces = piecesOf(source);
  const found = namesOf(pieces, lists);
  if (found.missing.length > 0) return { ...found, values: [] };
  const escaped = (value: string): string => value.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
  const choices = pieces.map((piece) =>
    'literal' in piece ? [piece.literal] : (lists.get(piece.name) ?? []).map(escaped)
  );
  return { ...found, values: combine(choices, (parts) => parts.join('')) };
}
