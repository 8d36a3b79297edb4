import { Buffer } from 'node:buffer';
import type { Item, Value } from '../oracle/detection.ts';
import { bytesOf, type Charset } from '../oracle/encoding.ts';
import type { Placeholders } from '../oracle/placeholder.ts';
import { dateParts } from '../oracle/date-part.ts';
import { readPattern, withDashes, type Token } from '../oracle/pattern.ts';
import { addressSample } from './address-sample.ts';
import { oddTexts } from './near-miss.ts';
import type { Random } from './random.ts';
import { regexSample } from './regex-sample.ts';

/** Where a text must stand in a field's value. */
export type Place = 'whole' | 'start' | 'end' | 'inside';

/** A demand on one field that would satisfy one value of an item; null: the field must be missing. */
export interface Witness {
  readonly field: string;
  readonly place: Place;
  readonly text: string | null;
}

export interface Sampling {
  readonly random: Random;
  readonly lists: Placeholders;
}

const fill = ['', 'zz', '\n', '\\', ' -x', '\u{1F600}', '*', 'k\u212A'];

function sampleOf(tokens: readonly Token[], random: Random): string {
  return tokens
    .map((token) => {
      if (token === 'any') return random.pick(fill);
      if (token === 'one') return random.pick(['x', '\n', '\u00E9', '\u{1F600}', '?']);
      return token === 'dash' ? random.pick(Array.from('-/\u2013\u2014\u2015')) : String.fromCodePoint(token);
    })
    .join('');
}

function encoded(text: string, modifiers: readonly string[], random: Random): string {
  const charset = (['wide', 'utf16le', 'utf16be', 'utf16'] satisfies Charset[]).find((name) =>
    modifiers.includes(name)
  );
  const bytes = bytesOf(text, charset ?? 'utf8');
  if (modifiers.includes('base64')) return bytes.toString('base64');
  const [before, after] = [random.below(4), random.below(4)];
  const around = [Buffer.alloc(before, 'q'), bytes, Buffer.alloc(after, 'z')];
  if (modifiers.includes('base64offset')) return Buffer.concat(around).toString('base64');
  return bytes.toString('utf8');
}

function expanded(value: string, { random, lists }: Sampling): string {
  return value.replace(/%([^%]+)%/g, (whole, name: string) => random.pick(lists.get(name) ?? [whole]));
}

function textSample(value: string, modifiers: readonly string[], sampling: Sampling): string {
  const text = modifiers.includes('expand') ? expanded(value, sampling) : value;
  // Now and then the value as the rule writes it: its escapes and wildcards taken as text.
  if (sampling.random.once(12)) return text;
  const tokens = readPattern(text);
  const sample = sampleOf(modifiers.includes('windash') ? withDashes(tokens) : tokens, sampling.random);
  const bytes = ['base64', 'base64offset', 'wide', 'utf16le', 'utf16be', 'utf16'];
  return bytes.some((name) => modifiers.includes(name)) ? encoded(sample, modifiers, sampling.random) : sample;
}

/** Times at the borders of what is read as one, inside and outside. */
// prettier-ignore
const borderTimes = ['1970-01-01T00:00:00Z', '1970-01-01T00:30:00+02:00', '1970-01-01T23:59:59-14:00', '1969-12-31T23:59:59Z', '2199-12-31T23:59:59Z', '2199-12-31T23:59:59-11:30', '2200-01-01T00:00:00Z', '2000-02-29T23:30:00-01:00', '2100-02-28T23:59:59-00:01', '2100-02-29T00:00:00Z', '2106-02-07T06:28:16Z', '2026-02-30T00:00:00Z', '2026-12-31T23:59:60Z', '2026-11-21T24:00:00Z', '2026-11-21T08:50:00+15:00', '2026-11-21T08:50:00+0160', '2026-11-21', '1000000000', '9999999999', '0999999999', '1700000000.5', '1700000000123', '17000000001', '1e9'];

function timeSample(value: string, part: string, random: Random): string {
  if (random.once(4)) return random.pick(borderTimes);
  const number = Math.max(0, Math.trunc(Number(value)) + random.below(3) - 1);
  const two = (amount: number): string => String(amount).padStart(2, '0');
  const own = (name: string, least: number, below: number): number =>
    part === name ? number : least + random.below(below);
  const month = part === 'week' ? 1 + Math.floor(number / 4.4) : own('month', 1, 12);
  const year = own('year', 2019, 9);
  const zone = random.pick(['Z', 'Z', 'z', '+00:00', '+02:00', '-11:30', '']);
  const fraction = random.pick(['', '.5', '.123456789']);
  const day = random.once(4) ? random.pick([1, 2, 3, 29, 30, 31]) : own('day', 1, 28);
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(part === 'day' ? number : day)}`;
  const time = `${two(own('hour', 0, 24))}:${two(own('minute', 0, 60))}:${two(random.below(60))}`;
  return `${date}${random.pick(['T', 'T', 'T', 't', ' '])}${time}${fraction}${zone}`;
}

function numberSample(value: string, random: Random): string {
  const number = Number(value);
  const near = number + random.pick([-1, 0, 1, 0.5, -0.5, 1e-9]);
  const shapes = [
    String(near),
    String(near),
    `0${near}`,
    `${near}.0`,
    `+${near}`,
    near.toExponential(),
    ` ${near}`,
    `-${near}`,
  ];
  return random.pick([...shapes, '1'.repeat(25), 'inf', 'nan', '0x10', '1e400', '1e100', '1e99', '.5', '5.', '']);
}

function placeOf(modifiers: readonly string[]): Place {
  if (modifiers.includes('startswith')) return 'start';
  if (modifiers.includes('endswith')) return 'end';
  return modifiers.includes('contains') || modifiers.includes('base64offset') ? 'inside' : 'whole';
}

/** Texts that make the item probably true for one of its values. */
export function witnessOf({ field, modifiers }: Item, value: Value, sampling: Sampling): readonly Witness[] {
  const { random } = sampling;
  const at = (place: Place, text: string | null): readonly Witness[] => [{ field, place, text }];
  if (value === null) return at('whole', null);
  if (modifiers.includes('exists')) return at('whole', value === 'true' ? random.pick(oddTexts) : null);
  if (modifiers.includes('cidr')) return at('whole', addressSample(value, random));
  if (modifiers.includes('fieldref')) {
    const text = random.pick(['ab', 'A*b', '', 'k%_', '\u00E4\\']);
    return [
      { field: value, place: 'whole', text },
      { field, place: placeOf(modifiers), text },
    ];
  }
  const part = dateParts.find((name) => modifiers.includes(name));
  if (part !== undefined) return at('whole', timeSample(value, part, random));
  if (['lt', 'lte', 'gt', 'gte'].some((name) => modifiers.includes(name)))
    return at('whole', numberSample(value, random));
  if (modifiers.includes('re')) return at('whole', regexSample(value, random));
  return at(field === '' ? 'inside' : placeOf(modifiers), textSample(value, modifiers, sampling));
}
