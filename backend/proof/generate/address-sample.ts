import { isIPv6 } from 'node:net';
import type { Random } from './random.ts';

const fallback = [
  '192.0.2.1',
  '192.0.2.01',
  '192.0.2',
  '256.0.0.1',
  '::1',
  'fe80::1%eth0',
  '::ffff:192.0.2.1',
  '',
  'x',
];

function dotted(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.');
}

function groupsOf(text: string): string[] {
  return text.split(':').filter((group) => group !== '');
}

function v6Bits(text: string): bigint {
  const [before = '', after = ''] = text.split('::');
  const [left, right] = [groupsOf(before), groupsOf(after)];
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return BigInt(`0x${[...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join('')}`);
}

function v6Text(bits: bigint, random: Random): string {
  const groups = (bits.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).map((group) =>
    group.replace(/^0{1,3}/, '')
  );
  const text = groups.join(':');
  const short = text.replace(/(^|:)0(:0)+(:|$)/, '::');
  return random.pick([text, short, short.toUpperCase()]);
}

/** An address in the network, at its borders, just outside, in another family's writing, or none at all. */
export function addressSample(network: string, random: Random): string {
  const [base = '', length] = network.split('/');
  const v6 = isIPv6(base);
  if (random.once(6) || base.includes('.') === v6) return random.pick(fallback);
  const width = v6 ? 128n : 32n;
  const size = 1n << (width - BigInt(length ?? width));
  const first = v6 ? v6Bits(base) : base.split('.').reduce((bits, part) => bits * 256n + BigInt(part), 0n);
  const start = first - (first % size);
  const inside = start + (BigInt(random.below(2 ** 31)) % size);
  const bits = random.pick([start, start + size - 1n, inside, inside, start - 1n, start + size]);
  const wrapped = ((bits % (1n << width)) + (1n << width)) % (1n << width);
  if (v6) return v6Text(wrapped, random);
  return random.pick([dotted(wrapped), dotted(wrapped), dotted(wrapped), `::ffff:${dotted(wrapped)}`]);
}
