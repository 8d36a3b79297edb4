import { anyText } from './anchor.ts';
import type { GramSample } from './gram-sample.ts';
import { beforeValue, foldedByte, gramLength, saltOf, spread, stands, tagByte } from './gram.ts';

/** Bytes with tags that are looked for at one place, and whose numbers they name. */
export interface PaddedAnchor {
  /** Of the place. */
  readonly salt: number;
  readonly padded: Uint8Array;
  readonly grams: readonly number[];
  readonly owners: readonly number[];
}

/** A value to look through; one object may be used for many. */
export interface ScannedValue {
  bytes: Uint8Array;
  start: number;
  end: number;
  /** Of its place. */
  salt: number;
  /** Whether keywords are looked for in it too. */
  isText: boolean;
}

const anySalt = saltOf(anyText);
const slotsPerGram = 64;
const filterBitsMin = 12;
const filterBitsMax = 20;

/** The gram of an anchor that was seen least, at any place, and how many of its bytes end with it. */
function rarest({ grams }: PaddedAnchor, sample: GramSample): { gram: number; end: number } {
  let best = { gram: 0, end: 0 };
  let least = Infinity;
  grams.forEach((gram, at) => {
    const seen = sample.seen(gram ^ anySalt);
    if (seen >= least) return;
    least = seen;
    best = { gram, end: at + gramLength };
  });
  return best;
}

/**
 * Finds many anchors in values at once: each is known by its rarest gram, four bytes that a filter of at most 128 KiB
 * knows; where one stands, the anchor is compared whole. Times depend on the bytes read, not on how many anchors there are.
 */
export class GramIndex {
  readonly #filter: Int32Array;
  readonly #shift: number;
  /** Open addressing over grams; `#head` is a number of an anchor plus 1, 0 for a free place. */
  readonly #key: Int32Array;
  readonly #head: Int32Array;
  readonly #next: Int32Array;
  readonly #gramEnd: Int32Array;
  readonly #padded: Uint8Array[];
  readonly #salts: Int32Array;
  readonly #owners: Int32Array[];

  constructor(anchors: readonly PaddedAnchor[], sample: GramSample) {
    const filterBits = Math.min(filterBitsMax, Math.max(filterBitsMin, Math.ceil(Math.log2(anchors.length * slotsPerGram + 1)))); // prettier-ignore
    this.#filter = new Int32Array(2 ** (filterBits - 5));
    this.#shift = 32 - filterBits;
    const size = 2 ** Math.ceil(Math.log2(anchors.length * 2 + 2));
    this.#key = new Int32Array(size);
    this.#head = new Int32Array(size);
    this.#next = new Int32Array(anchors.length);
    this.#gramEnd = new Int32Array(anchors.length);
    this.#padded = anchors.map(({ padded }) => padded);
    this.#salts = Int32Array.from(anchors.map(({ salt }) => salt));
    this.#owners = anchors.map(({ owners }) => Int32Array.from(owners));
    anchors.forEach((anchor, number) => {
      const { gram, end } = rarest(anchor, sample);
      this.#gramEnd[number] = end;
      const hash = spread(gram) >>> this.#shift;
      this.#filter[hash >>> 5] = (this.#filter[hash >>> 5] ?? 0) | (1 << (hash & 31));
      const place = this.#placeOf(gram);
      this.#key[place] = gram;
      this.#next[number] = this.#head[place] ?? 0;
      this.#head[place] = number + 1;
    });
  }

  /** Gives the owners of every anchor in a value, again for each time it stands there. */
  scan(value: ScannedValue, found: (owners: Int32Array) => void): void {
    const { bytes, start, end } = value;
    let at = nextKnown(this.#filter, this.#shift, bytes, start, start, end);
    while (at < end) {
      this.#check(value, at + 1, gramAt(bytes, start, end, at), found);
      at = nextKnown(this.#filter, this.#shift, bytes, start, at + 1, end);
    }
    const last = gramAt(bytes, start, end, end);
    const hash = spread(last) >>> this.#shift;
    if ((((this.#filter[hash >>> 5] ?? 0) >>> (hash & 31)) & 1) === 1) this.#check(value, end + 1, last, found);
  }

  #placeOf(gram: number): number {
    const mask = this.#key.length - 1;
    let place = (spread(gram) >>> 7) & mask;
    while (this.#head[place] !== 0 && this.#key[place] !== gram) place = (place + 1) & mask;
    return place;
  }

  #check(
    { bytes, start, end, salt, isText }: ScannedValue,
    at: number,
    gram: number,
    found: (owners: Int32Array) => void
  ) {
    for (let next = this.#head[this.#placeOf(gram)] ?? 0; next > 0; next = this.#next[next - 1] ?? 0) {
      const wanted = this.#salts[next - 1];
      if (wanted !== salt && !(isText && wanted === anySalt)) continue;
      const padded = this.#padded[next - 1];
      const owners = this.#owners[next - 1];
      if (padded === undefined || owners === undefined) continue;
      if (stands(bytes, start, end, at - (this.#gramEnd[next - 1] ?? 0), padded)) found(owners);
    }
  }
}

/** The byte of the value at a position, folded; a tag outside of it. */
function byteAt(bytes: Uint8Array, start: number, end: number, at: number): number {
  return at < start || at >= end ? tagByte : (foldedByte[bytes[at] ?? 0] ?? 0);
}

/** The gram whose last byte stands at the position. */
function gramAt(bytes: Uint8Array, start: number, end: number, at: number): number {
  let gram = 0;
  for (let back = gramLength - 1; back >= 0; back -= 1) gram = (gram << 8) | byteAt(bytes, start, end, at - back);
  return gram;
}

/** The first position from `from` on where a gram ends that the filter knows; `end` when there is none. Every byte of every event passes here. */
function nextKnown(
  filter: Int32Array,
  shift: number,
  bytes: Uint8Array,
  start: number,
  from: number,
  end: number
): number {
  const folded = foldedByte;
  let gram = from === start ? beforeValue : gramAt(bytes, start, end, from - 1);
  for (let at = from; at < end; at += 1) {
    gram = (gram << 8) | (folded[bytes[at] ?? 0] ?? 0);
    // As in `spread`.
    const hash = Math.imul(gram ^ (gram >>> 15), 0x9e3779b1) >>> shift;
    if ((((filter[hash >>> 5] ?? 0) >>> (hash & 31)) & 1) === 1) return at;
  }
  return end;
}
