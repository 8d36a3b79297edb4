import { describe, expect, it } from 'vitest';
import { jsonParts } from './json-documents.ts';

const parts = (body: string | Buffer) =>
  [...jsonParts(Buffer.from(body))].map((part) =>
    part.kind === 'document' ? `${String(part.line)} ${part.bytes.toString()}` : `${String(part.line)}! ${part.message}`
  );

describe('documents', () => {
  it.each([
    ['one', '{"a":1}', ['1 {"a":1}']],
    ['none', '', []],
    ['white space', ' \r\n\t\n', []],
    ['one a line', '{"a":1}\n{"b":2}\r\n', ['1 {"a":1}', '2 {"b":2}']],
    ['one behind the other', '{}{"b":2} {}', ['1 {}', '1 {"b":2}', '1 {}']],
    ['pretty-printed', '{\n  "a": 1\n}\n{\n  "b": 2\n}', ['1 {\n  "a": 1\n}', '4 {\n  "b": 2\n}']],
    ['an array', '[\n{"a":[1,{"b":2}]},\n {}\n]\n', ['2 {"a":[1,{"b":2}]}', '3 {}']],
    ['an empty array', '[ ]', []],
    ['arrays and documents', '[{}]\n[{"a":1}]{"b":2}', ['1 {}', '2 {"a":1}', '2 {"b":2}']],
    ['brackets, quotes and backslashes in texts', '{"}":"]{\\"}\\\\"}{}', ['1 {"}":"]{\\"}\\\\"}', '1 {}']],
    ['a byte order mark', '\u{feff}{"a":1}', ['1 {"a":1}']],
  ])('%s', (_, body, expected) => {
    expect(parts(body)).toEqual(expected);
  });

  it('are slices of the body: no byte is changed', () => {
    const bytes = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xc3, 0x28, 0x22, 0x7d]);
    expect([...jsonParts(bytes)]).toEqual([{ kind: 'document', line: 1, bytes }]);
  });

  it('are found in deep ones without recursion', () => {
    const deep = `{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`;
    expect(parts(`${deep}{}`)).toEqual([`1 ${deep}`, '1 {}']);
  });
});

describe('what is no document is named with its line, and the rest is still read', () => {
  const begin = 'Here a document must begin, with {';
  it.each([
    ['words', 'Record 1\n{"a":1}', [`1! ${begin}`, '2 {"a":1}']],
    ['a text, a number, null', '"{}"\n7\nnull\n{}', [`1! ${begin}`, `2! ${begin}`, `3! ${begin}`, '4 {}']],
    ['a comma between documents', '{},\n{}', ['1 {}', `1! ${begin}`, '2 {}']],
    ['an array in an array', '[\n[{}],\n{}]', [`2! ${begin}`, '3 {}']],
    ['no comma in an array', '[{}\n{}]', ['1 {}', '2! There is no comma before this document', '2 {}']],
    ['a comma too many', '[{},\n]\n', ['1 {}', `2! ${begin}`, '3! The array does not end']],
    ['a comma first', '[,{}\n]', [`1! ${begin}`]],
    ['a bracket too many', '{}}\n{}', ['1 {}', `1! ${begin}`, '2 {}']],
    ['an array that does not end', '[{}', ['1 {}', '1! The array does not end']],
    ['a document that does not end', '{}\n{"a":"}\n', ['1 {}', '2! The document does not end']],
    ['a text that ends in a backslash', '{"a\\', ['1! The document does not end']],
    ['a byte order mark within', '{}\u{feff}', ['1 {}', `1! ${begin}`]],
    ['UTF-16', Buffer.from('\u{feff}{}', 'utf16le'), [`1! ${begin}`]],
  ])('%s', (_, body, expected) => {
    expect(parts(body)).toEqual(expected);
  });
});
