import type { Anchor } from './anchor.ts';

/** Stands before and after each value; one that holds it can only add candidates. */
export const tagByte = 1;
/** Bytes that are looked up together. */
export const gramLength = 4;
/** The bytes before a value. */
export const beforeValue = 0x01010101;

/** A-Z as a-z, every other byte as it is: what `foldAscii` does to the UTF-8 of a text. */
export const foldedByte = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));

/** A number per place, so that the same bytes elsewhere are another gram (FNV-1a). */
export function saltOf(place: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(place)) hash = Math.imul(hash ^ byte, 0x01000193);
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) | 0;
}

/** Spreads a salted gram over 32 bits. */
export const spread = (salted: number): number => Math.imul(salted ^ (salted >>> 15), 0x9e3779b1) >>> 0;

/** An anchor as bytes. */
export interface Prepared {
  /** Of its place. */
  readonly salt: number;
  /** With the tags around it; empty when there is nothing to look for. */
  readonly padded: Uint8Array;
  /** First to last. */
  readonly grams: readonly number[];
  /** The same for the same bytes at the same place. */
  readonly key: string;
}

const prepared = new WeakMap<Anchor, Prepared>();

/** Remembered for each anchor: prefilters are built anew as the data changes, their anchors are the same. */
export function preparedOf(anchor: Anchor): Prepared {
  const known = prepared.get(anchor);
  if (known !== undefined) return known;
  const padded = paddedOf(anchor);
  const key = `${Buffer.from(padded).toString('latin1')}${anchor.place}`;
  const made = { salt: saltOf(anchor.place), padded, grams: gramsOf(padded), key };
  prepared.set(anchor, made);
  return made;
}

function paddedOf({ text, start, end }: Anchor): Uint8Array {
  const bytes = Buffer.from(text, 'utf8').map((byte) => foldedByte[byte] ?? byte);
  if (bytes.length === 0) return bytes;
  // Before a value stand as many tags as one likes, so that a short one becomes a gram; behind it stands one.
  const head = start ? Math.max(1, gramLength - bytes.length - (end ? 1 : 0)) : 0;
  return Uint8Array.from([...Array.from({ length: head }, () => tagByte), ...bytes, ...(end ? [tagByte] : [])]);
}

/** The grams of padded bytes, first to last. */
export function gramsOf(padded: Uint8Array): number[] {
  const grams: number[] = [];
  let gram = 0;
  padded.forEach((byte, at) => {
    gram = (gram << 8) | byte;
    if (at >= gramLength - 1) grams.push(gram);
  });
  return grams;
}

/** Whether padded bytes stand from `from` on, where everything outside of the value is a tag. */
export function stands(bytes: Uint8Array, start: number, end: number, from: number, padded: Uint8Array): boolean {
  for (let at = 0; at < padded.length; at += 1) {
    const position = from + at;
    const byte = position < start || position >= end ? tagByte : (foldedByte[bytes[position] ?? 0] ?? 0);
    if (byte !== padded[at]) return false;
  }
  return true;
}
