import { Buffer } from 'node:buffer';

/** Sigma's names for the bytes of a text; `wide` is utf16le, `utf16` has a byte order mark (FF FE) before it. */
export type Charset = 'utf8' | 'wide' | 'utf16le' | 'utf16be' | 'utf16';

export function bytesOf(text: string, charset: Charset): Buffer {
  switch (charset) {
    case 'utf8':
      return Buffer.from(text, 'utf8');
    case 'wide':
    case 'utf16le':
      return Buffer.from(text, 'utf16le');
    case 'utf16be':
      return Buffer.from(text, 'utf16le').swap16();
    case 'utf16':
      return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
  }
}

/**
 * The base64 characters that bytes have for certain, when 0, 1 or 2 unknown bytes stand before them and any after.
 * A character says 6 bits: it is certain when all of its bits lie in the bytes. Empty ones are left out.
 */
export function base64AtOffsets(bytes: Buffer): string[] {
  return [0, 1, 2]
    .map((offset) => {
      const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
      const firstBit = offset * 8;
      const endBit = (offset + bytes.length) * 8;
      return encoded.slice(Math.ceil(firstBit / 6), Math.floor(endBit / 6));
    })
    .filter((text) => text !== '');
}
