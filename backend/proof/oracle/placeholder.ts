import { codePointsOf, readPattern, type Token } from './pattern.ts';

/** Lists for `expand`, by the placeholder's name. */
export type Placeholders = ReadonlyMap<string, readonly string[]>;

const placeholder = /%([^%\s]+)%/;

function listOf(name: string | undefined, lists: Placeholders): readonly string[] {
  const list = lists.get(name ?? '');
  if (list === undefined) throw new Error(`no list for ${name}`);
  return list;
}

/** `%name%` of a pattern: each value of its list in its place, as a pattern of its own. */
export function expandedPatterns(tokens: readonly Token[], lists: Placeholders): Token[][] {
  const text = tokens.map((token) => (typeof token === 'number' ? String.fromCodePoint(token) : ' ')).join('');
  const found = placeholder.exec(text);
  if (found === null) return [[...tokens]];
  const start = codePointsOf(text.slice(0, found.index)).length;
  const rests = expandedPatterns(tokens.slice(start + codePointsOf(found[0]).length), lists);
  return listOf(found[1], lists).flatMap((value) =>
    rests.map((rest) => [...tokens.slice(0, start), ...readPattern(value), ...rest])
  );
}

/** The same in a regular expression, where a list's value stands for itself. */
export function expandedRegexes(source: string, lists: Placeholders): string[] {
  const found = placeholder.exec(source);
  if (found === null) return [source];
  const before = source.slice(0, found.index);
  return listOf(found[1], lists).flatMap((value) =>
    expandedRegexes(source.slice(found.index + found[0].length), lists).map(
      (rest) =>
        before + value.replace(/[^\p{L}\p{N}]/gu, (symbol) => `\\x{${codePointsOf(symbol)[0]?.toString(16)}}`) + rest
    )
  );
}
