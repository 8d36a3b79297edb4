const addressText = /^[0-9a-fA-F:.]+$/;

/** Leading zeros are decimal, as ClickHouse's toIPv6OrNull reads them (26.7), and readNetwork refuses them. */
function readIpv4(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes: number[] = [];
  for (const part of parts) {
    if (!/^\d{1,4}$/.test(part) || Number(part) > 255) return undefined;
    bytes.push(Number(part));
  }
  return bytes;
}

function readGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    if (index === groups.length - 1 && group.includes('.')) {
      const tail = readIpv4(group);
      if (tail === undefined) return undefined;
      bytes.push(...tail);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
}

/** As in ClickHouse (26.7) `::` may stand for no group at all, but not after eight; and `:::` between groups is `::`. */
function readIpv6(text: string): number[] | undefined {
  const [before = '', after, ...more] = text.replace(/(?<=[^:]):::(?=[^:])/, '::').split('::');
  const head = readGroups(before);
  if (head === undefined || more.length > 0) return undefined;
  if (after === undefined) return head.length === 16 ? head : undefined;
  const tail = before.includes('.') ? undefined : readGroups(after);
  if (tail === undefined || head.length > 14 || head.length + tail.length > 16) return undefined;
  return [...head, ...Array.from({ length: 16 - head.length - tail.length }, () => 0), ...tail];
}

function hexOf(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const mappedPrefix = '00000000000000000000ffff';

/** 32 hex digits of an address, IPv4 as ::ffff:a.b.c.d; undefined for anything else (RFC 4291 section 2.2). */
export function addressHex(text: string): string | undefined {
  if (!addressText.test(text)) return undefined;
  if (text.includes(':')) {
    const v6 = readIpv6(text);
    return v6 === undefined ? undefined : hexOf(v6);
  }
  // The engine's own oddity: no leading zero in the first part of a bare IPv4 address.
  const v4 = /^0\d/.test(text) ? undefined : readIpv4(text);
  return v4 === undefined ? undefined : mappedPrefix + hexOf(v4);
}

/** `010` is 8 for some programs and 10 for others: no rule should depend on it. */
function hasOctalLook(address: string): boolean {
  return address.includes('.') && /(?:^|[.:])0\d+(?:\.|$)/.test(address);
}

export interface Network {
  /** 32 hex digits each. */
  readonly first: string;
  readonly last: string;
  readonly version: 4 | 6;
}

/** Reads `address/prefix` or a bare address; bits beyond the prefix are dropped. Undefined when it is none. */
export function readNetwork(text: string): Network | undefined {
  const [address = '', prefixText, ...rest] = text.split('/');
  const hex = addressHex(address);
  if (hex === undefined || rest.length > 0 || hasOctalLook(address)) return undefined;
  const version = address.includes(':') ? 6 : 4;
  const bits = version === 4 ? 32 : 128;
  if (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) return undefined;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  if (prefix > bits) return undefined;
  const host = (1n << BigInt(bits - prefix)) - 1n;
  const value = BigInt(`0x${hex}`);
  const format = (number: bigint): string => number.toString(16).padStart(32, '0');
  return { first: format(value & ~host), last: format(value | host), version };
}
