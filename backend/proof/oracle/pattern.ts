/** One place of a pattern: a code point, one of the five dashes, any one code point, any number of them. */
export type Token = number | 'dash' | 'one' | 'any';

const codePoint = (text: string): number => text.codePointAt(0) ?? 0;
const dashes: readonly number[] = Array.from('-/–—―', codePoint);

/** The code points of a text. */
export function codePointsOf(text: string): number[] {
  return Array.from(text, codePoint);
}

/** A-Z to a-z, nothing else: our choice of folding. */
export function foldCodePoint(point: number): number {
  return point >= 0x41 && point <= 0x5a ? point + 0x20 : point;
}

/** The same for a text. */
export function foldText(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Sigma's escapes: a backslash escapes `*`, `?` and itself; before anything else, and at the end, it is a backslash. */
export function readPattern(text: string): Token[] {
  const points = Array.from(text);
  const tokens: Token[] = [];
  for (let at = 0; at < points.length; at++) {
    const here = points[at] ?? '';
    const next = points[at + 1];
    if (here === '\\' && (next === '*' || next === '?' || next === '\\')) {
      tokens.push(codePoint(next));
      at++;
    } else {
      tokens.push(here === '*' ? 'any' : here === '?' ? 'one' : codePoint(here));
    }
  }
  return tokens;
}

function isWord(token: Token | undefined): boolean {
  return typeof token === 'number' && /^[\p{L}\p{N}_]$/u.test(String.fromCodePoint(token));
}

/**
 * `windash`: a `-` or `/` at a word's start, `\B[-/]\b`, stands for each of the five dashes. Wildcards are no
 * words, letters of any script are. */
export function withDashes(tokens: readonly Token[]): Token[] {
  return tokens.map((token, at) => {
    const swaps = token === codePoint('-') || token === codePoint('/');
    return swaps && !isWord(tokens[at - 1]) && isWord(tokens[at + 1]) ? 'dash' : token;
  });
}

/** The texts of a pattern without wildcards: one, or five for each dash. */
export function textsOf(tokens: readonly Token[]): string[] {
  let texts = [''];
  for (const token of tokens) {
    if (token === 'any' || token === 'one') throw new Error('a wildcard where only a text may stand');
    const choices = token === 'dash' ? dashes : [token];
    texts = texts.flatMap((text) => choices.map((choice) => text + String.fromCodePoint(choice)));
  }
  return texts;
}

function accepts(token: Token, point: number, cased: boolean): boolean {
  if (token === 'one') return true;
  if (token === 'dash') return dashes.includes(point);
  return typeof token === 'number' && (cased ? token === point : foldCodePoint(token) === foldCodePoint(point));
}

/**
 * Whether the pattern matches the whole text. One row for each token: `reached[n]` says that the tokens so far match
 * the first n code points.
 */
export function matchesWhole(tokens: readonly Token[], text: readonly number[], cased: boolean): boolean {
  let reached = new Uint8Array(text.length + 1);
  reached[0] = 1;
  for (const token of tokens) {
    const first = reached.indexOf(1);
    if (first < 0) return false;
    const next = new Uint8Array(text.length + 1);
    if (token === 'any') {
      next.fill(1, first);
    } else {
      for (let n = first; n < text.length; n++) {
        if (reached[n] === 1 && accepts(token, text[n] ?? -1, cased)) next[n + 1] = 1;
      }
    }
    reached = next;
  }
  return reached[text.length] === 1;
}
