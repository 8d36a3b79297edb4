import { patternOf } from './sigma-string.ts';
import type { Pattern } from './ast.ts';

export type WideEncoding = 'utf16le' | 'utf16be' | 'utf16';

/** UTF-16 of a text given as UTF-8 bytes; `utf16` is little endian behind a byte order mark FF FE. */
export function widen(bytes: Buffer, encoding: WideEncoding): Buffer {
  const wide = Buffer.from(bytes.toString('utf8'), 'utf16le');
  if (encoding === 'utf16be') return wide.swap16();
  return encoding === 'utf16' ? Buffer.concat([Buffer.from([0xff, 0xfe]), wide]) : wide;
}

/**
 * What base64 of any text holds when the bytes stand in it at offset 0, 1 or 2 of a group of three: only the
 * characters that the bytes alone decide. A byte alone decides no character at offset 1: then its text is empty.
 */
export function base64Offsets(bytes: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const skipped = [0, 2, 3][offset] ?? 0;
    const incomplete = (offset + bytes.length) % 3 === 0 ? 0 : 1;
    return encoded.slice(skipped, encoded.length - incomplete);
  });
}

/** Dashes that Windows programs take for one another before a parameter. */
const dashes = ['-', '/', '\u2013', '\u2014', '\u2015'];
const dashPlace = /(?<![\p{L}\p{N}_])[-/](?=[\p{L}\p{N}_])/u;

/** Most patterns that one value may become: five for each place, so four places. */
export const windashVariantsMax = 625;

/** Every way to write the dashes or slashes that begin a word; undefined when there are too many. */
export function windashVariants(pattern: Pattern): Pattern[] | undefined {
  let variants: Pattern[] = [[]];
  for (const part of pattern) {
    const pieces = 'text' in part ? part.text.split(new RegExp(`(${dashPlace.source})`, 'u')) : [];
    const choices =
      'text' in part
        ? pieces.map((piece, index) => (index % 2 === 1 ? dashes : [piece]).map((text) => ({ text })))
        : [[part]];
    for (const choice of choices) {
      variants = variants.flatMap((variant) => choice.map((one) => [...variant, one]));
      if (variants.length > windashVariantsMax) return undefined;
    }
  }
  return variants.map(patternOf);
}
