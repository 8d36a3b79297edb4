import type { Pattern, PatternPart, Wildcard } from './ast.ts';

const escapable = new Set(['*', '?', '\\']);

/** Joins neighbouring texts, drops empty ones and repeated `*`, and freezes. */
export function patternOf(parts: readonly PatternPart[]): Pattern {
  const joined: PatternPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if ('text' in part) {
      if (part.text === '') continue;
      if (last !== undefined && 'text' in last) joined[joined.length - 1] = { text: last.text + part.text };
      else joined.push(part);
    } else if (!(part.wildcard === '*' && last !== undefined && 'wildcard' in last && last.wildcard === '*')) {
      joined.push(part);
    }
  }
  return Object.freeze(joined.map((part) => Object.freeze(part)));
}

/**
 * Reads a Sigma string: `*` and `?` are wildcards, a backslash escapes only `*`, `?` and itself, and stands for
 * itself before anything else and at the end (Sigma 2.1, "Escaping").
 */
export function readSigmaString(text: string): Pattern {
  const parts: PatternPart[] = [];
  let plain = '';
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    const next = text.charAt(index + 1);
    if (character === '\\' && escapable.has(next)) {
      plain += next;
      index += 1;
    } else if (character === '*' || character === '?') {
      parts.push({ text: plain }, { wildcard: character });
      plain = '';
    } else plain += character;
  }
  parts.push({ text: plain });
  return patternOf(parts);
}

/** True where a single backslash makes a wildcard literal right after a path: an author's trap. */
export function escapesWildcard(text: string): boolean {
  return /(?<!\\)\\(?:\\\\)*[*?]/.test(text);
}

/** The pattern as text; undefined when it holds wildcards. */
export function plainTextOf(pattern: Pattern): string | undefined {
  const [only] = pattern;
  if (only === undefined) return '';
  return pattern.length === 1 && 'text' in only ? only.text : undefined;
}

const star: PatternPart = { wildcard: '*' as Wildcard };

/** The pattern with `*` put before, after or around it; wildcards in it stay active. */
export function open(pattern: Pattern, where: { start: boolean; end: boolean }): Pattern {
  return patternOf([...(where.start ? [star] : []), ...pattern, ...(where.end ? [star] : [])]);
}

/** The shape of a pattern, from which both backends choose the cheapest exact way. */
export type PatternShape =
  | { readonly shape: 'any' }
  | { readonly shape: 'equals' | 'contains' | 'startswith' | 'endswith'; readonly text: string }
  | { readonly shape: 'glob' };

const shapes: Readonly<Record<string, 'contains' | 'startswith' | 'endswith'>> = {
  '*T*': 'contains',
  'T*': 'startswith',
  '*T': 'endswith',
};

export function shapeOf(pattern: Pattern): PatternShape {
  const text = plainTextOf(pattern);
  if (text !== undefined) return { shape: 'equals', text };
  const form = pattern.map((part) => ('text' in part ? 'T' : part.wildcard)).join('');
  if (form === '*') return { shape: 'any' };
  const shape = shapes[form];
  const literal = pattern.find((part) => 'text' in part);
  return shape === undefined || literal === undefined ? { shape: 'glob' } : { shape, text: literal.text };
}
