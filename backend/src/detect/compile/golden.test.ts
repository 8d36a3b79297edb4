import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import type { EventRow } from '../rule.ts';
import { eventRow, selectedIds, singleOf, storeEvents } from './rule-fixture.ts';

type Fields = Record<string, string | null>;
/** Name, lines of the detection, and events with what must come of them. */
type Case = readonly [name: string, detection: string, events: readonly (readonly [Fields, boolean])[]];

const item = (line: string): string => `  s:\n    ${line}\n  condition: s`;

/** The golden cases of single events: each against the evaluator and against the SQL on the engine. */
// prettier-ignore
const cases: readonly Case[] = [
  ['1 case is ignored', item('f: abc'), [[{ f: 'ABC' }, true], [{ f: 'abcd' }, false], [{ f: 'xabc' }, false]]],
  ['2 ? is one code point', item('f: a?c'), [[{ f: 'ac' }, false], [{ f: 'abc' }, true], [{ f: 'a\u{1F600}c' }, true], [{ f: 'abbc' }, false], [{ f: 'a\nc' }, true]]],
  ['3 * crosses newlines', item('f: a*c'), [[{ f: 'a\nc' }, true], [{ f: 'ac' }, true], [{ f: 'a\ncd' }, false]]],
  ['3b the ends of a pattern do not overlap', item('{f: ab*ba, g: "a?*?a"}'), [[{ f: 'aba', g: 'abba' }, false], [{ f: 'abba', g: 'abba' }, true], [{ f: 'abba', g: 'aba' }, false]]],
  ['4 a doubled backslash before a wildcard is one backslash', item("f: '\\\\*'"), [[{ f: '\\x' }, true], [{ f: '\\' }, true], [{ f: 'x' }, false]]],
  ['5 an escaped star is literal', item("f: '\\*'"), [[{ f: 'x' }, false], [{ f: '*' }, true]]],
  ['6 a trailing backslash is literal', item("f|contains: 'C:\\a\\'"), [[{ f: 'C:\\a\\b' }, true], [{ f: 'C:\\ab' }, false]]],
  ['7 per cent is no wildcard', item("f: '%x%'"), [[{ f: 'axb' }, false], [{ f: '%x%' }, true]]],
  ['8 underscore is no wildcard', item('f: a_b'), [[{ f: 'axb' }, false], [{ f: 'A_B' }, true]]],
  ['8b nor in a pattern with wildcards', item("f: '*a_b%c?d*'"), [[{ f: 'xaxb%cdd' }, false], [{ f: 'a_b%c.d!' }, true]]],
  ['9 startswith is anchored, wildcards in it stay active', item("f|startswith: 'a*b'"), [[{ f: 'aXbY' }, true], [{ f: 'zaXb' }, false]]],
  ['9b endswith likewise', item("f|endswith: 'a*b'"), [[{ f: 'YaXb' }, true], [{ f: 'aXbz' }, false]]],
  ['10 not over a missing field matches', '  s:\n    f: x\n  condition: not s', [[{}, true], [{ f: 'x' }, false], [{ f: null }, true]]],
  ['11 null is missing or null, not empty', item('f: null'), [[{}, true], [{ f: '' }, false], [{ f: null }, true]]],
  ['12 empty is present and empty', item("f: ''"), [[{}, false], [{ f: '' }, true], [{ f: null }, false]]],
  ['13 exists tests presence', item('f|exists: false'), [[{}, true], [{ f: '' }, false], [{ f: 'x' }, false]]],
  ['13b exists true', item('f|exists: true'), [[{}, false], [{ f: '' }, true]]],
  ['14 a number equals its text', item('f: 4624'), [[{ f: '4624' }, true], [{ f: '46240' }, false]]],
  ['15 a quoted number too', item("f: '4624'"), [[{ f: '4624' }, true]]],
  ['16 contains|all in any order', item('f|contains|all: [a, b]'), [[{ f: 'ba' }, true], [{ f: 'a' }, false]]],
  ['17 neq over a list is not any of them', item('f|neq: [a, b]'), [[{ f: 'a' }, false], [{ f: 'B' }, false], [{ f: 'c' }, true], [{}, true]]],
  ['18 windash only where a word begins', item("f|contains|windash: ' -a-b'"), [[{ f: ' /a-b' }, true], [{ f: ' -a/b' }, false], [{ f: 'x \u2014A-B y' }, true]]],
  ['19 windash from a slash to a dash', item("f|windash: '/a'"), [[{ f: '\u2013a' }, true], [{ f: '-a' }, true], [{ f: 'a' }, false]]],
  ['20 base64offset', item('f|base64offset|contains: foo'), [[{ f: 'xxZm9vxx' }, true], [{ f: '..Zvb..' }, true], [{ f: '..mb2..' }, true], [{ f: 'foo' }, false]]],
  ['21 wide|base64offset', item('f|wide|base64offset|contains: ping'), [[{ f: '.cABpAG4AZw.' }, true], [{ f: '.AAaQBuAGcA.' }, true], [{ f: '.AAaQBuAGc.' }, false], [{ f: '.wAGkAbgBnA.' }, true]]],
  ['22 re: case-sensitive, unanchored, . is no newline', item("f|re: 'a.c'"), [[{ f: 'xabc' }, true], [{ f: 'ABC' }, false], [{ f: 'a\nc' }, false], [{}, false]]],
  ['22b re with flags', item("f|re|i|s: 'a.c'"), [[{ f: 'A\nC' }, true], [{ f: 'ab' }, false]]],
  ['22c re with m', item("f|re|m: '^b$'"), [[{ f: 'a\nb\nc' }, true], [{ f: 'ab' }, false]]],
  ['23 cidr never throws', item('f|cidr: 192.168.0.0/22'), [[{ f: '192.168.3.9' }, true], [{ f: '192.168.4.0' }, false], [{ f: 'x' }, false], [{ f: '' }, false], [{}, false]]],
  ['24 and binds tighter than or', '  a: {f: a}\n  b: {g: b}\n  c: {h: c}\n  condition: a or b and not c', [[{ f: 'a' }, true], [{ g: 'b' }, true], [{ g: 'b', h: 'c' }, false], [{ f: 'a', h: 'c' }, true]]],
  ['25 1 of * leaves _ names out', '  _x: {f: x}\n  y: {g: y}\n  condition: 1 of *', [[{ f: 'x' }, false], [{ g: 'y' }, true]]],
  ['25b a pattern that begins with _ takes them', '  _x: {f: x}\n  y: {g: y}\n  condition: 1 of _*', [[{ f: 'x' }, true], [{ g: 'y' }, false]]],
  ['26 a list of maps is OR of ANDs', '  s:\n    - {a: 1, b: 2}\n    - {c: 3}\n  condition: s', [[{ a: '1' }, false], [{ a: '1', b: '2' }, true], [{ c: '3' }, true]]],
  // What SigmaHQ's corpus never uses.
  ['absence: only * is presence, the empty text included', item("f: '*'"), [[{}, false], [{ f: '' }, true], [{ f: null }, false]]],
  ['absence: contains the empty text likewise', item("f|contains: ''"), [[{}, false], [{ f: '' }, true]]],
  ['absence: neq matches the missing field', item('f|neq: x'), [[{}, true], [{ f: 'x' }, false]]],
  ['absence: not over a comparison matches the missing field', '  s:\n    f|gt: 1\n  condition: not s', [[{}, true], [{ f: 'x' }, true], [{ f: '2' }, false]]],
  ['null in a list', item('f: [null, a]'), [[{}, true], [{ f: 'A' }, true], [{ f: 'b' }, false]]],
  ['cased', item('f|cased: aB'), [[{ f: 'aB' }, true], [{ f: 'ab' }, false]]],
  ['cased contains', item('f|contains|cased: [aB, Cd]'), [[{ f: 'xCdx' }, true], [{ f: 'xabx' }, false]]],
  ['gt and lte', item('{f|gt: 1023, f|lte: 2000.5}'), [[{ f: '1024' }, true], [{ f: '2000.5' }, true], [{ f: '1023' }, false], [{ f: '999999' }, false], [{ f: '' }, false]]],
  ['gte and lt with signs and exponents', item('{f|gte: -1e2, f|lt: 0}'), [[{ f: '-100' }, true], [{ f: '-1E+1' }, true], [{ f: '0' }, false], [{ f: '-.5' }, true], [{ f: 'inf' }, false], [{ f: '-5 ' }, false]]],
  ['fieldref', item('f|fieldref: g'), [[{ f: 'A', g: 'a' }, true], [{ f: 'a' }, false], [{ g: 'a' }, false], [{ f: 'a', g: 'b' }, false]]],
  ['fieldref|startswith and neq', item('{f|fieldref|startswith: g, f|fieldref|neq: h}'), [[{ f: 'abc', g: 'AB', h: 'x' }, true], [{ f: 'abc', g: 'b' }, false], [{ f: 'abc', g: 'ab', h: 'abc' }, false]]],
  ['fieldref|contains and endswith', item('{f|fieldref|contains: g, f|fieldref|endswith: h}'), [[{ f: 'abc', g: 'B', h: 'bc' }, true], [{ f: 'abc', g: '', h: '' }, true], [{ f: 'abc', g: 'x', h: 'c' }, false]]],
  ['fieldref|cased', item('f|fieldref|cased: g'), [[{ f: 'A', g: 'a' }, false], [{ f: 'A', g: 'A' }, true]]],
  ['cidr v6', item("f|cidr: '2001:db8::/32'"), [[{ f: '2001:DB8:1::1' }, true], [{ f: '2001:db9::' }, false], [{ f: '192.0.2.1' }, false]]],
  ['cidr ::/0 holds no v4 address', item("f|cidr: '::/0'"), [[{ f: '192.0.2.1' }, false], [{ f: '::1' }, true]]],
  ['cidr of one bare address, mapped form too', item('f|cidr: 192.0.2.1'), [[{ f: '192.0.2.1' }, true], [{ f: '::ffff:192.0.2.1' }, true], [{ f: '192.0.2.2' }, false]]],
  ['neq over cidr', item('f|cidr|neq: [10.0.0.0/8, 192.168.0.0/16]'), [[{ f: '10.1.1.1' }, false], [{ f: '8.8.8.8' }, true], [{}, true]]],
  ['keywords over the values of fields', '  s: [alpha, 42]\n  condition: s', [[{ f: 'xALPHAx' }, true], [{ g: '142' }, true], [{ f: null }, false], [{}, false]]],
  ["'|all' keywords", "  s:\n    '|all': [alpha, beta]\n  condition: s", [[{ f: 'beta', g: 'alpha' }, true], [{ f: 'alpha' }, false]]],
  ['keywords by regular expression', "  s:\n    '|re': 'a+b$'\n  condition: s", [[{ f: 'xaab' }, true], [{ f: 'abc' }, false]]],
  ['mixed lists', '  s:\n    - {f: a}\n    - word\n  condition: s', [[{ f: 'a' }, true], [{ g: 'a Word' }, true], [{ g: 'a' }, false]]],
  ['a list of conditions is OR', '  a: {f: a}\n  b: {f: b}\n  condition: [a, b]', [[{ f: 'a' }, true], [{ f: 'b' }, true], [{ f: 'c' }, false]]],
  ['all of them, any of', '  sel_a: {f: a}\n  sel_b: {g: b}\n  condition: all of them or any of sel_c*\n  sel_c.d-1: {h: c}', [[{ f: 'a', g: 'b', h: 'c' }, true], [{ h: 'c' }, true], [{ f: 'a', g: 'b' }, false]]],
  ['not binds tighter than and; parentheses', '  a: {f: a}\n  b: {g: b}\n  condition: not (a and b) and not not a', [[{ f: 'a' }, true], [{ f: 'a', g: 'b' }, false], [{}, false]]],
  ['utf16be and base64', item('f|utf16be|base64: a'), [[{ f: 'AGE=' }, true], [{ f: 'YQA=' }, false]]],
  ['utf16 has a byte order mark', item('f|utf16|base64: a'), [[{ f: '//5hAA==' }, true]]],
  ['base64offset counts bytes, not characters', item('f|base64offset|contains: ü'), [[{ f: 'aaw7xx' }, true], [{ f: 'zzz' }, false], [{ f: '' }, false]]],
  ['windash|contains|all stays OR inside', item("f|contains|all|windash: [' -a', ' -b']"), [[{ f: ' /a \u2015b' }, true], [{ f: ' -a' }, false]]],
  ['folding is ASCII alone', item('f: stra\u00DFe \u212A \u00C4'), [[{ f: 'STRA\u00DFE \u212A \u00C4' }, true], [{ f: 'stra\u00DFe k \u00C4' }, false], [{ f: 'stra\u00DFe \u212A \u00E4' }, false]]],
  ['leading zeros stay', item('{f|contains: [00000429], g: [0x3e7, 1.50]}'), [[{ f: 'x00000429', g: '0x3E7' }, true], [{ f: '429', g: '1.50' }, false], [{ f: '00000429', g: '999' }, false]]],
  ['field names keep their case', item('Status: a'), [[{ Status: 'a' }, true], [{ status: 'a' }, false]]],
  ['field names that objects have by nature are missing', item('constructor|exists: true'), [[{}, false], [{ constructor: 'x' }, true]]],
  ['NUL, tab and trailing newline', item('f: "a\\0b\\t\\n"'), [[{ f: 'a\0b\t\n' }, true], [{ f: 'a\0b\t' }, false], [{ f: 'a' }, false]]],
  ['NUL inside a pattern', item('f|contains: ["\\0b", "zz"]'), [[{ f: 'a\0bc' }, true], [{ f: 'a\0c' }, false]]],
  ['NUL under wildcards', item('f: "a*\\0?c"'), [[{ f: 'axx\0bc' }, true], [{ f: 'axxbc' }, false]]],
];

let db: TestDatabase;
const events = new Map<string, EventRow>();
for (const [name, , of] of cases) {
  for (const [index, [fields]] of of.entries())
    events.set(`${name} ${index}`, eventRow(`${name} ${index}`, { run_id: 'golden', fields }));
}
beforeAll(async () => {
  db = await testDatabase();
  await storeEvents(db.store, [...events.values()]);
});
afterAll(() => db.drop());

describe('golden cases: evaluator and SQL agree with Sigma', () => {
  test.each(cases)('%s', async (name, detection, of) => {
    const rule = singleOf(detection);
    const own = of.map((_one, index) => events.get(`${name} ${index}`)).filter((event) => event !== undefined);
    const wanted = of.map(([, matches]) => matches);
    const selected = await selectedIds(db.store, 'golden', rule);
    expect({
      evaluator: own.map((event) => rule.matches(event)),
      sql: own.map((event) => selected.has(event.id)),
    }).toEqual({ evaluator: wanted, sql: wanted });
  });
});
