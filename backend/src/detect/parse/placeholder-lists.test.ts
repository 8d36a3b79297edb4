import { describe, expect, test } from 'vitest';
import { expandPattern, expandRegex } from './expand.ts';
import { item, places } from './parse-fixture.ts';
import { readPlaceholderLists } from './placeholder-lists.ts';
import { parseRuleFile } from './rule-file.ts';
import { readSigmaString } from './sigma-string.ts';

function read(text: string) {
  const { lists, issues } = readPlaceholderLists(text, 'lists.yml');
  return {
    lists: Object.fromEntries(lists),
    issues: issues.map(({ code, path, line, column }) => `${path} ${code} ${line}:${column}`),
  };
}

describe('a file of lists', () => {
  test('YAML: values as they are written', () => {
    const text = 'admins: [root, "adm*"]\nports:\n  - 00445\n  - 0x3e7\nDC-1: dc\nshared: &s [a]\nagain: *s\n';
    const lists = { admins: ['root', 'adm*'], ports: ['00445', '0x3e7'], 'DC-1': ['dc'], shared: ['a'], again: ['a'] };
    expect(read(text)).toEqual({ lists, issues: [] });
  });
  test('JSON', () => {
    const text = JSON.stringify({ admins: ['C:\\Users\\"x"', 'ü'], one: 'a', number: 7, flag: true });
    const lists = { admins: ['C:\\Users\\"x"', 'ü'], one: ['a'], number: ['7'], flag: ['true'] };
    expect(read(text)).toEqual({ lists, issues: [] });
  });
  test('an empty file holds no list', () => {
    expect(read('# none yet\n')).toEqual({ lists: {}, issues: [] });
  });

  // prettier-ignore
  const refused: readonly (readonly [string, string, readonly string[]])[] = [
    ['no map', '[a, b]', ['lists.yml sigma.lists 1:1']],
    ['broken YAML', 'a: [', ['lists.yml sigma.yaml 1:5']],
    ['a map as value, null, an empty list: the others stay', 'a: {b: c}\nd: [e, null]\nf: []\n', ['lists.yml sigma.lists 1:4', 'lists.yml sigma.lists 2:8', 'lists.yml sigma.lists 3:4']],
    ['one name in two documents', 'a: [b]\n---\na: [c]\n', ['lists.yml sigma.lists 3:1']],
  ];
  test.each(refused)('%s', (_name, text, issues) => {
    expect(read(text).issues).toEqual(issues);
  });
  test('a list with an issue is left out, the others stay', () => {
    expect(read('a: {b: c}\nd: [e]\n').lists).toEqual({ d: ['e'] });
  });
});

describe('expand', () => {
  const lists = new Map([
    ['a', ['1', '2']],
    ['many', Array.from({ length: 1000 }, (_, number) => String(number))],
  ]);
  test('names what it asks for, and what is missing', () => {
    const found = expandPattern(readSigmaString('%a%-%b%-%c%-%b%'), lists);
    expect([found.names, found.missing, found.values]).toEqual([['a', 'b', 'c'], ['b', 'c'], []]);
    expect(expandRegex('%a%|%b%', lists).missing).toEqual(['b']);
  });
  test('more values than a rule may have are refused', () => {
    expect(places(item("f|expand: '%many%%many%'"), { lists })).toEqual(['sigma.modifier_value 7:15']);
    expect(places(item("f|expand: '%many%%a%'"), { lists })).toEqual([]);
  });
  test('a rule has another hash with other lists, and the same with lists that it does not use', () => {
    const hash = (text: string, given: Record<string, string[]>) =>
      parseRuleFile(text, 'x.yml', { lists: new Map(Object.entries(given)) }).rules[0]?.meta.hash;
    const text = item("f|expand: '%a%'");
    expect(hash(text, { a: ['1'] })).toMatch(/^[0-9a-f]{64}$/);
    expect(hash(text, { a: ['1'] })).not.toBe(hash(text, { a: ['2'] }));
    expect(hash(text, { a: ['1'] })).toBe(hash(text, { a: ['1'], b: ['2'] }));
    expect(hash(item('f: a'), { a: ['1'] })).toBe(hash(item('f: a'), {}));
  });
  test('the message names the list', () => {
    const { issues } = parseRuleFile(item("f|contains|expand: 'x%users%'"), 'x.yml');
    expect(issues).toMatchObject([{ code: 'sigma.placeholder', path: 'x.yml', line: 7, column: 24 }]);
    expect(issues[0]?.message).toContain('%users%');
  });
});
