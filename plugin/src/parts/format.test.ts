import { expect, it } from 'vitest';
import { agoText, countText, durationText, groupText, pluralText, wordsText } from './format.ts';

it.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1500, '1.5 s'],
  [61_000, '61 s'],
  [120_000, '2 min'],
  [2 * 3_600_000, '2 h'],
  [72 * 3_600_000, '3 d'],
])('%i ms is %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

it('says how long ago, and does not hide a clock that is ahead', () => {
  const now = Date.parse('2026-11-21T12:00:00.000Z');
  expect(agoText('2026-11-21T11:58:00.000Z', now)).toBe('2 min ago');
  expect(agoText('2026-11-21T12:02:00.000Z', now)).toBe('in 2 min');
  expect(agoText('2026-11-21T12:00:00.400Z', now)).toBe('now');
});

it('keeps every digit of a 64-bit count', () => {
  expect(countText('18446744073709551615').replaceAll('\u202f', ' ')).toBe('18 446 744 073 709 551 615');
  expect(countText(0)).toBe('0');
});

it('names groups, and a missing value as missing', () => {
  expect(groupText({ src_ip: '192.0.2.7', user: null })).toBe('src_ip 192.0.2.7 · no user');
  expect(groupText({})).toBe('');
});

it('makes words of names', () => {
  expect(wordsText('udp_dropped')).toBe('UDP dropped');
  expect(pluralText('1', 'finding')).toBe('1 finding');
  expect(pluralText(0, 'finding')).toBe('0 findings');
});
