import { describeGolden, item, type GoldenCase } from './golden-fixture.ts';

const lists = new Map([
  ['admins', ['root', 'adm*', 'a\\*b']],
  ['hosts', ['DC-1', 'DC-2']],
  ['DC-NAMES', ['x.y']],
]);
const shared = `title: Shared values
id: 6f1c2b7e-49c4-4b0a-9c57-0f6f0d1e2a01
logsource: {product: test}
names: &names [alpha, 'be*a']
base: &base
  g: '1'
  h: '2'
`;

/** Conditions, placeholders, and what YAML itself offers. */
// prettier-ignore
const cases: readonly GoldenCase[] = [
  ['not 1 of', '  sel: {f: a}\n  no_a: {g: a}\n  no_b: {g: b}\n  condition: sel and not 1 of no_*', [[{ f: 'a' }, true], [{ f: 'a', g: 'c' }, true], [{ f: 'a', g: 'b' }, false]]],
  ['not all of', '  sel: {f: a}\n  no_a: {g: a}\n  no_b: {h: b}\n  condition: sel and not all of no_*', [[{ f: 'a', g: 'a' }, true], [{ f: 'a', g: 'a', h: 'b' }, false]]],
  ['1 of them leaves _ names out', '  _hidden: {f: a}\n  b: {g: b}\n  c: {h: c}\n  condition: 1 of them', [[{ h: 'c' }, true], [{ f: 'a' }, false]]],
  ['all of them', '  a: {f: a}\n  b: {g: b}\n  condition: all of them', [[{ f: 'a', g: 'b' }, true], [{ f: 'a' }, false]]],
  ['any of a pattern in the middle', '  sel_x_end: {f: a}\n  sel_y_end: {g: b}\n  sel_z: {h: c}\n  condition: any of sel_*_end and not sel_z', [[{ g: 'b' }, true], [{ g: 'b', h: 'c' }, false], [{ h: 'c' }, false]]],
  ['x of binds tighter than not', '  a1: {f: a}\n  a2: {g: b}\n  condition: not 1 of a* or a1 and a2', [[{}, true], [{ f: 'a', g: 'b' }, true], [{ f: 'a' }, false]]],
  ['nested parentheses', '  a: {f: a}\n  b: {g: b}\n  c: {h: c}\n  condition: not ((a and (b or c)) or (not a and not (b or c)))', [[{ f: 'a' }, true], [{ g: 'b' }, true], [{ f: 'a', h: 'c' }, false], [{}, false]]],
  ['parentheses without blanks', '  a: {f: a}\n  b: {g: b}\n  condition: (a)and not(b)', [[{ f: 'a' }, true], [{ f: 'a', g: 'b' }, false]]],
  ['a list of conditions with not', '  a: {f: a}\n  b: {g: b}\n  condition:\n    - a and not b\n    - b and not a', [[{ f: 'a' }, true], [{ g: 'b' }, true], [{ f: 'a', g: 'b' }, false], [{}, false]]],
  ['a list of conditions with of', '  a1: {f: a}\n  a2: {g: b}\n  b1: {h: c}\n  condition: [all of a*, b1]', [[{ f: 'a', g: 'b' }, true], [{ h: 'c' }, true], [{ f: 'a' }, false]]],
  ['a list of maps with several values each', '  s:\n    - {f|startswith: [a, b], g: c}\n    - {f: [x, y]}\n  condition: s', [[{ f: 'bz', g: 'C' }, true], [{ f: 'Y' }, true], [{ f: 'bz' }, false]]],
  ['one field twice by different modifiers is AND', item('{f|startswith: a, f|endswith: z, f|neq: a-z}'), [[{ f: 'a--z' }, true], [{ f: 'A-Z' }, false], [{ f: 'a--' }, false]]],
  ['a selection named like a word of Sigma', '  all: {f: a}\n  them: {g: b}\n  condition: all and them', [[{ f: 'a', g: 'b' }, true], [{ f: 'a' }, false]]],
  ['expand: one of the list', item("f|expand: '%hosts%'"), [[{ f: 'dc-2' }, true], [{ f: 'DC-3' }, false], [{ f: '%hosts%' }, false]]],
  ['expand: the values of a list may hold wildcards', item("f|expand: '%admins%'"), [[{ f: 'ADMIN7' }, true], [{ f: 'a*b' }, true], [{ f: 'axb' }, false], [{ f: 'rooty' }, false]]],
  ['expand: text and wildcards around it stay', item("f|expand: 'CN=%hosts%,*'"), [[{ f: 'cn=dc-1,OU=x' }, true], [{ f: 'CN=DC-1' }, false], [{ f: 'DC-1,x' }, false]]],
  ['contains|expand searches anywhere', item("f|contains|expand: '%hosts%'"), [[{ f: 'at DC-1 now' }, true], [{ f: 'at DC-3' }, false]]],
  ['expand|endswith likewise', item("f|expand|endswith: '\\%hosts%'"), [[{ f: 'x\\dc-1' }, true], [{ f: 'x/dc-1' }, false], [{ f: 'x\\dc-1 ' }, false]]],
  ['several placeholders give every pair', item("f|expand: '%hosts%:%admins%'"), [[{ f: 'DC-2:adm' }, true], [{ f: 'dc-1:ROOT' }, true], [{ f: 'DC-1:x' }, false]]],
  ['a backslash before a list stays, a wildcard in it too', item("f|expand: 'C:\\%admins%'"), [[{ f: 'c:\\admX' }, true], [{ f: 'C:\\*' }, false]]],
  ['expand|all: each value by one of its list', item("f|contains|expand|all: ['%hosts%', '%admins%']"), [[{ f: 'root on DC-2' }, true], [{ f: 'root' }, false]]],
  ['expand in a regular expression takes the list literally', item("f|re|expand: '^(%DC-NAMES%)$'"), [[{ f: 'x.y' }, true], [{ f: 'xzy' }, false]]],
  ['expand of keywords', "  s:\n    '|expand': ['%hosts%']\n  condition: s", [[{ g: 'on dc-1 now' }, true], [{ g: 'dc-3' }, false]]],
  ['per cent without a name is itself', item("f|contains|expand: '50% of %hosts%'"), [[{ f: '50% of DC-1' }, true], [{ f: '50 of DC-1' }, false]]],
  ['anchors: a list used twice', `${shared}detection:\n  a: {f: *names}\n  b: {g|contains: *names}\n  condition: a or b\n`, [[{ f: 'ALPHA' }, true], [{ g: 'x bexa x' }, true], [{ f: 'gamma' }, false]]],
  ['merge keys: own keys win', `${shared}detection:\n  s:\n    <<: *base\n    h: '3'\n  condition: s\n`, [[{ g: '1', h: '3' }, true], [{ g: '1', h: '2' }, false], [{ h: '3' }, false]]],
  ['merge keys: the first of a list wins', `${shared}more: &more {h: '9', i: '4'}\ndetection:\n  s:\n    <<: [*more, *base]\n  condition: s\n`, [[{ g: '1', h: '9', i: '4' }, true], [{ g: '1', h: '2', i: '4' }, false]]],
  ['a quoted << is a field', item("'<<': a"), [[{ '<<': 'a' }, true], [{ f: 'a' }, false]]],
  ['an anchor given anew', 'title: Anew\nid: 6f1c2b7e-49c4-4b0a-9c57-0f6f0d1e2a02\nlogsource: {product: test}\na: &v one\nb: [*v]\nc: &v two\ndetection: {s: {f: *v}, condition: s}\n', [[{ f: 'two' }, true], [{ f: 'one' }, false]]],
];

describeGolden('conditions, placeholders, anchors: evaluator and SQL agree with Sigma', cases, lists);
