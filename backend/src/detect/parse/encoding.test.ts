import { describe, expect, test } from 'vitest';
import { base64Offsets, widen, windashVariants } from './encoding.ts';
import { patternOf } from './sigma-string.ts';

describe('base64Offsets', () => {
  test('20, 21 the golden needles', () => {
    expect(base64Offsets(Buffer.from('foo'))).toEqual(['Zm9v', 'Zvb', 'mb2']);
    expect(base64Offsets(widen(Buffer.from('ping'), 'utf16le'))).toEqual(['cABpAG4AZw', 'AAaQBuAGcA', 'wAGkAbgBnA']);
  });
  test('every needle stands in the base64 of any text around the bytes', () => {
    for (const word of ['ab', 'foo', '\u00FC', 'longer word', '\u{1F600}']) {
      const needles = base64Offsets(Buffer.from(word));
      for (let before = 0; before < 6; before += 1) {
        for (let after = 0; after < 3; after += 1) {
          const encoded = Buffer.from(`${'~'.repeat(before)}${word}${'~'.repeat(after)}`).toString('base64');
          expect(encoded).toContain(needles[before % 3]);
        }
      }
    }
  });
  test('a byte alone decides nothing at offset 1', () => {
    expect(base64Offsets(Buffer.from('a'))[1]).toBe('');
  });
});

test('UTF-16 has the byte order that its name says', () => {
  const hex = (encoding: 'utf16le' | 'utf16be' | 'utf16') => widen(Buffer.from('a\u00E9'), encoding).toString('hex');
  expect([hex('utf16le'), hex('utf16be'), hex('utf16')]).toEqual(['6100e900', '006100e9', 'fffe6100e900']);
});

describe('windashVariants', () => {
  const textsOf = (text: string): string[] =>
    (windashVariants(patternOf([{ text }])) ?? []).map((pattern) =>
      pattern.map((part) => ('text' in part ? part.text : part.wildcard)).join('')
    );
  test('five for each place where a word begins', () => {
    expect(textsOf(' -a-b')).toEqual([' -a-b', ' /a-b', ' \u2013a-b', ' \u2014a-b', ' \u2015a-b']);
    expect(textsOf('-a /b')).toHaveLength(25);
  });
  test('no place, no variant', () => {
    expect(textsOf('a-b - c--')).toEqual(['a-b - c--']);
  });
  test('a letter of any script makes a word', () => {
    expect(textsOf('\u00E9-a')).toHaveLength(1);
    expect(textsOf('-\u00E9')).toHaveLength(5);
  });
  test('more than four places are refused', () => {
    expect(windashVariants(patternOf([{ text: ' -a -b -c -d -e' }]))).toBeUndefined();
  });
});
