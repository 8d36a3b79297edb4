import { foldAscii } from '../evaluate/fold.ts';

/**
 * What is known of the texts that a part of an expression matches, A-Z folded: `exact`, all of them; `needed`, sets of
 * which one text each must be contained.
 */
interface Known {
  readonly exact: readonly string[] | undefined;
  readonly needed: readonly (readonly string[])[];
  /** Characters that it matches at least. */
  readonly length: number;
}

/** More texts than this are not followed. */
const textsMax = 24;
const anyCharacter: Known = { exact: undefined, needed: [], length: 1 };
const zeroWidth: Known = { exact: [''], needed: [], length: 0 };
/** Letters that fold with a letter beyond ASCII under the flag i (RE2: Unicode simple folding). */
const widerFold: Readonly<Record<string, readonly string[]>> = { k: ['k', '\u212A'], s: ['s', '\u017F'] };

class Unreadable extends Error {}

function exactly(texts: readonly string[], length: number): Known {
  const distinct = [...new Set(texts)];
  return { exact: distinct.length > textsMax ? undefined : distinct, needed: [], length };
}

/** Sets that a part gives when it stands among others: its own, or all it can be. */
function setsOf(known: Known): readonly (readonly string[])[] {
  return known.exact === undefined ? known.needed : [known.exact, ...known.needed];
}

const useful = (texts: readonly string[]): boolean => texts.length > 0 && texts.every((text) => text !== '');

function sequence(parts: readonly Known[]): Known {
  const needed: (readonly string[])[] = [];
  let run: readonly string[] = [''];
  let whole = true;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  for (const part of parts) {
    needed.push(...part.needed);
    const next =
      part.exact === undefined ? undefined : run.flatMap((head) => part.exact?.map((tail) => head + tail) ?? []);
    if (next !== undefined && next.length <= textsMax) {
      run = next;
      continue;
    }
    // What came before must stand there; what follows begins anew.
    needed.push(run);
    run = part.exact ?? [''];
    whole = false;
  }
  if (whole) return { exact: [...new Set(run)], needed: needed.filter(useful), length };
  return { exact: undefined, needed: [...needed, run].filter(useful), length };
}

function choice(parts: readonly Known[]): Known {
  const exact = parts.flatMap((part) => part.exact ?? []);
  const length = Math.min(...parts.map((part) => part.length));
  if (parts.every((part) => part.exact !== undefined) && exact.length <= textsMax) return exactly(exact, length);
  // One set of each alternative: the one with the longest texts.
  const chosen = parts.map(
    (part) =>
      setsOf(part)
        .filter(useful)
        .sort((a, b) => shortest(b) - shortest(a))[0]
  );
  const texts = chosen.flatMap((set) => set ?? []);
  return chosen.every((set) => set !== undefined) && texts.length <= 4 * textsMax
    ? { exact: undefined, needed: [texts], length }
    : { exact: undefined, needed: [], length };
}

const shortest = (texts: readonly string[]): number => Math.min(...texts.map((text) => text.length));

function repeated(part: Known, least: number, most: number): Known {
  if (least === 1 && most === 1) return part;
  if (least === 0 && most === 1 && part.exact !== undefined) return exactly([...part.exact, ''], 0);
  const needed = least === 0 ? [] : setsOf(part).filter(useful);
  return { exact: undefined, needed, length: part.length * least };
}

const classEscapes = /^\\(?:[dDwWsSC]|p\{[^}]*\}|P\{[^}]*\}|[pP][A-Za-z])/;
const assertions = /^(?:[\^$]|\\[bBAz])/;
const controls: Readonly<Record<string, string>> = { a: '\x07', f: '\f', t: '\t', n: '\n', r: '\r', v: '\v' };

/** Reads RE2 syntax (https://github.com/google/re2/wiki/Syntax); throws Unreadable for what it does not know. */
class RegexReader {
  readonly #source: string;
  #at = 0;
  #fold: boolean;

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#fold = flags.includes('i');
  }

  whole(): Known {
    const known = this.#alternatives();
    if (this.#at < this.#source.length) throw new Unreadable(')');
    return known;
  }

  #rest(): string {
    return this.#source.slice(this.#at);
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.#rest());
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found;
  }

  #alternatives(): Known {
    const parts = [this.#sequence()];
    while (this.#take(/^\|/) !== undefined) parts.push(this.#sequence());
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : choice(parts);
  }

  #sequence(): Known {
    const parts: Known[] = [];
    while (this.#at < this.#source.length && !/^[|)]/.test(this.#rest())) {
      for (const part of this.#item()) parts.push(part);
    }
    return sequence(parts);
  }

  /** One atom with its repetition; several for a quoted run. */
  #item(): Known[] {
    const quoted = this.#take(/^\\Q([\s\S]*?)(?:\\E|$)/);
    if (quoted !== undefined) {
      const letters = Array.from(quoted[1] ?? '');
      // A repetition behind the run is of its last letter.
      const last = letters.pop();
      const parts = letters.map((letter) => this.#letter(letter));
      return last === undefined ? [] : [...parts, this.#repetition(this.#letter(last))];
    }
    return [this.#repetition(this.#atom())];
  }

  #repetition(part: Known): Known {
    const sign = this.#take(/^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/);
    if (sign === undefined) return part;
    if (/^[*+?{]/.test(this.#rest())) throw new Unreadable('a repetition of a repetition');
    if (sign[1] !== undefined) return repeated(part, sign[1] === '+' ? 1 : 0, sign[1] === '?' ? 1 : Infinity);
    const least = Number(sign[2]);
    const most = sign[3] === undefined ? least : sign[4] === '' ? Infinity : Number(sign[4]);
    return repeated(part, least, most);
  }

  #atom(): Known {
    if (this.#take(assertions) !== undefined) return zeroWidth;
    if (this.#take(classEscapes) !== undefined || this.#take(/^\./) !== undefined) return anyCharacter;
    if (this.#rest().startsWith('(')) return this.#group();
    if (this.#rest().startsWith('[')) return this.#class();
    return this.#letter(this.#character());
  }

  /** One code point as it stands or escaped. */
  #character(): string {
    const hex = this.#take(/^\\x(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/);
    if (hex !== undefined) return String.fromCodePoint(parseInt(hex[1] ?? hex[2] ?? '', 16));
    const control = this.#take(/^\\([aftnrv])/);
    if (control !== undefined) return controls[control[1] ?? ''] ?? '';
    const plain = this.#take(/^\\([^A-Za-z0-9])/u) ?? this.#take(/^([^\\*+?])/u);
    if (plain?.[1] === undefined) throw new Unreadable(this.#rest().slice(0, 2));
    return plain[1];
  }

  #letter(letter: string): Known {
    const folded = foldAscii(letter);
    if (!this.#fold) return exactly([folded], 1);
    if (!/^[\0-\x7f]$/.test(letter)) return anyCharacter;
    return exactly(widerFold[folded] ?? [folded], 1);
  }

  #group(): Known {
    const before = this.#fold;
    const flags = this.#take(/^\(\?([imsU]*)(?:-([imsU]+))?([:)])/);
    if (flags !== undefined) {
      this.#fold = (before || (flags[1] ?? '').includes('i')) && !(flags[2] ?? '').includes('i');
      // `(?i)` holds to the end of the group that it stands in.
      if (flags[3] === ')') return zeroWidth;
    } else if (this.#take(/^\(\?P?<\w+>/) === undefined && this.#take(/^\((?!\?)/) === undefined) {
      throw new Unreadable('(?');
    }
    const inside = this.#alternatives();
    if (this.#take(/^\)/) === undefined) throw new Unreadable('(');
    this.#fold = before;
    return inside;
  }

  /** A class of single characters is followed; one with ranges, escapes or a negation may be anything. */
  #class(): Known {
    const plain = this.#take(/^\[((?:[^\\\][^-]|\\[^A-Za-z0-9])+)\]/u);
    if (plain !== undefined) {
      const letters = Array.from((plain[1] ?? '').replace(/\\([^A-Za-z0-9])/gu, '$1'));
      const known = letters.map((letter) => this.#letter(letter).exact);
      return known.some((texts) => texts === undefined)
        ? anyCharacter
        : exactly(
            known.flatMap((texts) => texts ?? []),
            1
          );
    }
    if (this.#take(/^\[\^?\]?(?:\[:\^?\w+:\]|\\[\s\S]|[^\]\\])*\]/) === undefined) throw new Unreadable('[');
    return anyCharacter;
  }
}

/**
 * Sets of texts of an RE2 expression (`flags` of i, m, s): every value that it matches contains, A-Z folded, at least one
 * text of each set. No set when nothing is known, or when the syntax is not. Never throws.
 */
export function regexLiterals(source: string, flags: string): readonly (readonly string[])[] {
  try {
    return setsOf(new RegexReader(source, flags).whole()).filter(useful);
  } catch {
    return [];
  }
}

/** Characters that a value which the expression matches has at least: 0 when the syntax is not known. Never throws. */
export function regexLengthMin(source: string): number {
  try {
    return new RegexReader(source, '').whole().length;
  } catch {
    return 0;
  }
}
