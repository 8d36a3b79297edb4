interface Address {
  family: 4 | 6;
  /** All bits as a number. */
  bits: bigint;
}

/** Four decimal numbers; leading zeros are allowed as the engine allows them: not in the first of an address alone. */
function isV4(text: string, alone: boolean): boolean {
  const parts = text.split('.');
  const decimal = parts.length === 4 && parts.every((part) => /^\d{1,4}$/.test(part) && Number(part) <= 255);
  return decimal && !(alone && /^0\d/.test(text));
}

function v4Bits(text: string): bigint {
  return text.split('.').reduce((bits, part) => bits * 256n + BigInt(part), 0n);
}

/**
 * Bits of an address in groups, null when it is none. As the engine reads them: `::` may stand for no group too, and
 * `:::` between groups is `::`.
 */
function v6Bits(text: string): bigint | null {
  const [before = '', after, more] = text.replace(/(?<=[^:]):::(?=[^:])/, '::').split('::');
  const [left = [], right = []] = [before, after].map((half) =>
    half === undefined || half === '' ? [] : half.split(':')
  );
  const missing = 8 - left.length - right.length;
  const groups = [...left, ...right];
  const complete = after === undefined ? missing === 0 : missing >= 0 && left.length < 8;
  if (!complete || more !== undefined || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  const zeros = Array.from({ length: missing }, () => '0');
  return [...left, ...zeros, ...right].reduce((bits, group) => bits * 65536n + BigInt(`0x${group}`), 0n);
}

/** The text with its dotted tail, if there is one, as two groups; null when the tail is no IPv4 address. */
function withoutDots(text: string): string | null {
  const tail = text.slice(text.lastIndexOf(':') + 1);
  if (!tail.includes('.')) return text;
  if (!isV4(tail, false)) return null;
  const bits = v4Bits(tail);
  return `${text.slice(0, -tail.length)}${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
}

/** What a text is an address of: nothing, IPv4, IPv6; `::ffff:a.b.c.d` is both. */
function readAddresses(text: string): Address[] {
  if (isV4(text, true)) return [{ family: 4, bits: v4Bits(text) }];
  const plain = withoutDots(text);
  const bits = plain === null ? null : v6Bits(plain);
  if (bits === null) return [];
  const own: Address = { family: 6, bits };
  return bits >> 32n === 0xffffn ? [own, { family: 4, bits: bits & 0xffffffffn }] : [own];
}

/** Whether a text is an address of the network `address/length` (or of that one address). */
export function networkHolds(network: string, text: string): boolean {
  const [base = '', length] = network.split('/');
  const own = readAddresses(base)[0];
  if (own === undefined) throw new Error(`no network: ${network}`);
  const width = own.family === 4 ? 32 : 128;
  const rest = BigInt(width - Number(length ?? width));
  return readAddresses(text).some(({ family, bits }) => family === own.family && bits >> rest === own.bits >> rest);
}
