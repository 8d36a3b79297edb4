import { anyText, type Anchor } from './anchor.ts';
import { beforeValue, foldedByte, gramLength, preparedOf, saltOf, spread, tagByte } from './gram.ts';

const bits = 19;
const slots = 2 ** bits;
const anySalt = saltOf(anyText);
/** Keep the counts of pairs and of single bytes apart from those of grams. */
const pairSalt = 0x5bd1e995;
const byteSalt = 0x1b873593;
/**
 * Pairs and single bytes are counted in one of so many values, which stands for all: there are so few different ones that
 * a quarter of the values tells how often each comes.
 */
const shortEvery = 4;

/**
 * What real values hold, counted by hash: 4 MiB, whatever comes. A count is never too low, so nothing looks too rare.
 * Everything is counted in two places and the lower count holds: with one, any of a list of 1,000 texts that shared its
 * place with something frequent made the whole list look frequent.
 */
export class GramSample {
  readonly #counts = new Uint32Array(2 * slots);
  #values = 0;
  /** Rows counted since the start; halved with the counts. */
  rows = 0;

  /** Counts a value's bytes at a place, and at any. */
  add(bytes: Uint8Array, start: number, end: number, salt: number): void {
    this.#values += 1;
    const withShort = this.#values % shortEvery === 0;
    this.#raise(salt, 1);
    this.#raise(anySalt, 1);
    let gram = beforeValue;
    for (let at = start; at <= end; at += 1) {
      gram = (gram << 8) | (at === end ? tagByte : (foldedByte[bytes[at] ?? 0] ?? 0));
      this.#raise(gram ^ salt, 1);
      this.#raise(gram ^ anySalt, 1);
      if (!withShort) continue;
      for (const of of [salt, anySalt]) {
        this.#raise((gram & 0xffff) ^ of ^ pairSalt, shortEvery);
        this.#raise((gram & 0xff) ^ of ^ byteSalt, shortEvery);
      }
    }
  }

  /** Forgets by half: what data is like now counts for more. */
  fade(): void {
    this.rows /= 2;
    for (let at = 0; at < this.#counts.length; at += 1) this.#counts[at] = (this.#counts[at] ?? 0) >>> 1;
  }

  /** About how often the anchor was seen: at most as often as the rarest of its bytes. Longer ones cost less at a tie. */
  cost(anchor: Anchor): number {
    const { salt, padded, grams } = preparedOf(anchor);
    // Where nothing was seen yet, any text is better than that there is a value.
    if (padded.length === 0) return this.#at(salt) + 1;
    const [only = 0] = padded;
    if (padded.length === 1) return this.#at(only ^ salt ^ byteSalt) + 0.0004;
    if (padded.length >= gramLength) {
      return grams.reduce((least, gram) => Math.min(least, this.#at(gram ^ salt)), Infinity) + 0.0005 / padded.length;
    }
    const pairs = Array.from(padded.subarray(1), (byte, at) => ((padded[at] ?? 0) << 8) | byte);
    return Math.min(...pairs.map((pair) => this.seenPair(pair, salt))) + 0.0003;
  }

  /** How often a salted gram was seen. */
  seen(salted: number): number {
    return this.#at(salted);
  }

  seenPair(pair: number, salt: number): number {
    return this.#at(pair ^ salt ^ pairSalt);
  }

  #at(salted: number): number {
    return Math.min(this.#counts[slotOf(salted)] ?? 0, this.#counts[otherSlotOf(salted)] ?? 0);
  }

  #raise(salted: number, by: number): void {
    const counts = this.#counts;
    const slot = slotOf(salted);
    counts[slot] = (counts[slot] ?? 0) + by;
    const other = otherSlotOf(salted);
    counts[other] = (counts[other] ?? 0) + by;
  }
}

const slotOf = (salted: number): number => spread(salted) >>> (32 - bits);
/** Another half of the table, by another hash. */
const otherSlotOf = (salted: number): number => slots + (Math.imul(salted ^ (salted >>> 13), 0x85ebca6b) >>> (32 - bits)); // prettier-ignore
