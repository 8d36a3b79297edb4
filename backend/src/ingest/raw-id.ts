import { createHash, randomBytes } from 'node:crypto';

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const counterMax = 0xfff;

/**
 * UUIDv7 (RFC 9562, section 5.7) whose text order is the order of the calls: rand_a is a counter (section 6.2,
 * method 1), and a clock that goes back is not followed.
 */
export function createRawIds(now: () => number, random: (size: number) => Buffer = randomBytes): () => string {
  let lastMs = 0;
  let counter = 0;
  let pool: Buffer = Buffer.alloc(0);
  let used = 0;
  return () => {
    const ms = Math.max(now(), lastMs);
    counter = ms === lastMs ? counter + 1 : 0;
    lastMs = counter > counterMax ? ms + 1 : ms;
    if (counter > counterMax) counter = 0;
    if (used + 8 > pool.length) {
      pool = random(8192);
      used = 0;
    }
    const bytes = Buffer.alloc(16);
    bytes.writeUIntBE(lastMs, 0, 6);
    bytes.writeUInt16BE(0x7000 | counter, 6);
    pool.copy(bytes, 8, used, used + 8);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    used += 8;
    return uuidText(bytes);
  };
}

/**
 * Ids that follow from a request's token: the n-th row has the same id each time the request is sent.
 * UUIDv8 (RFC 9562, section 5.8): 88 bits of SHA-256, then n.
 */
export function createDerivedIds(token: string): (n: number) => string {
  const base = createHash('sha256').update(token).digest().subarray(0, 16);
  base.writeUInt8((base.readUInt8(6) & 0x0f) | 0x80, 6);
  base.writeUInt8((base.readUInt8(8) & 0x3f) | 0x80, 8);
  return (n) => {
    base.writeUInt32BE(n, 12);
    return uuidText(base);
  };
}
