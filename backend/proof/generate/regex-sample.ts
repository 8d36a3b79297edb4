import type { Random } from './random.ts';

const classes: Readonly<Record<string, string>> = {
  d: '0123456789',
  w: 'abcXYZ019_',
  s: ' \t\n',
  D: 'ab -',
  W: ' -./',
  S: 'aZ9-',
};
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v', a: '\x07' };
const printable = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at));

/** One reading of a regular expression, giving a text that it probably matches; unknown syntax is taken literally. */
class RegexSampler {
  #at = 0;

  constructor(
    private readonly source: string,
    private readonly random: Random
  ) {}

  alternatives(): string {
    const parts = [this.sequence()];
    while (this.source[this.#at] === '|') {
      this.#at++;
      parts.push(this.sequence());
    }
    return this.random.pick(parts);
  }

  private sequence(): string {
    let text = '';
    while (this.#at < this.source.length && !'|)'.includes(this.source[this.#at] ?? '')) text += this.repeated();
    return text;
  }

  private repeated(): string {
    const start = this.#at;
    let text = this.atom();
    const end = this.#at;
    const quantifier = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/.exec(this.source.slice(end));
    if (quantifier === null) return text;
    const [whole, fixed, range, most] = quantifier;
    const low = fixed === undefined ? (whole.startsWith('+') ? 1 : 0) : Number(fixed);
    const high = range === undefined && fixed !== undefined ? low : Number(most ?? '') || low + 3;
    const count = low + this.random.below((whole.startsWith('?') ? 1 : high - low) + 1);
    text = '';
    for (let time = 0; time < Math.min(count, 2000); time++) {
      this.#at = start;
      text += this.atom();
    }
    this.#at = end + whole.length;
    return text;
  }

  private atom(): string {
    const here = this.source[this.#at++] ?? '';
    if (here === '(') return this.group();
    if (here === '[') return this.bracket();
    if (here === '\\') return this.escape();
    if (here === '.') return this.random.pick(['a', 'Z', '0', '\\', '\u00e9', '\u{1F600}']);
    return here === '^' || here === '$' ? '' : here;
  }

  private group(): string {
    const flags = /^\?(?:P?<\w+>|[imsU-]*:|[imsU-]*(?=\)))/.exec(this.source.slice(this.#at));
    this.#at += flags?.[0].length ?? 0;
    const text = this.alternatives();
    this.#at++;
    return text;
  }

  private escape(): string {
    const name = this.source[this.#at++] ?? '';
    if (name === 'x') return this.hexadecimal();
    if ('bBAz'.includes(name)) return '';
    const set = classes[name];
    return set === undefined ? (escapes[name] ?? name) : this.random.pick(Array.from(set));
  }

  private hexadecimal(): string {
    const rest = this.source.slice(this.#at);
    const whole = /^(?:\{[0-9a-fA-F]+\}|[0-9a-fA-F]{2})/.exec(rest)?.[0] ?? '78';
    this.#at += whole.length;
    return String.fromCodePoint(Number.parseInt(whole.replace(/[{}]/g, ''), 16));
  }

  private bracket(): string {
    const source = this.source.slice(this.#at);
    const body = /^\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*/s.exec(source)?.[0] ?? '';
    this.#at += body.length + 1;
    let matches: RegExp;
    try {
      matches = new RegExp(`^[${body.replaceAll('[:alpha:]', 'a-zA-Z').replaceAll('[', '\\[')}]$`, 's');
    } catch {
      return this.random.pick(printable);
    }
    const fitting = printable.filter((character) => matches.test(character));
    return fitting.length === 0 ? '\u00e9' : this.random.pick(fitting);
  }
}

/** A text that an RE2 expression probably matches: a witness to start from, nothing depends on its being right. */
export function regexSample(source: string, random: Random): string {
  return new RegexSampler(source, random).alternatives();
}
