import { describe, expect, test } from 'vitest';
import { compileRules } from '../compile/compile-rules.ts';
import { head, item, places, rule } from './parse-fixture.ts';
import { parseRuleFile } from './rule-file.ts';

describe('what is refused, and where', () => {
  // prettier-ignore
  const refused: readonly (readonly [string, string, readonly string[]])[] = [
    ['broken YAML', 'title: [', ['sigma.yaml 1:9']],
    ['an empty file', '# nothing\n', ['sigma.shape 1:1']],
    ['a list', '- a\n', ['sigma.shape 1:1']],
    ['a duplicate key', `${head}level: low\nlevel: high\ndetection: {s: {a: b}, condition: s}\n`, ['sigma.yaml 6:1']],
    ['an alias without its anchor', item('f: *x'), ['sigma.yaml 7:8']],
    ['an alias before its anchor', item('{f: *x, g: &x a}'), ['sigma.yaml 7:9']],
    ['a merge key over text', rule('  s:\n    <<: a\n  condition: s'), ['sigma.detection_empty 7:5', 'sigma.yaml 7:9']],
    ['two keys that an alias makes one', item('{&k f: a, *k : b}'), ['sigma.yaml 7:15']],
    ['an unknown tag', item('f: !x y'), ['sigma.yaml 7:8']],
    ['a map as value', item('f: {a: b}'), ['sigma.shape 7:8']],
    ['a list in a list of values', item('f: [[a]]'), ['sigma.shape 7:9']],
    ['a list in a selection', rule('  s: [[a]]\n  condition: s'), ['sigma.shape 6:7']],
    ['an empty map', rule('  s: {}\n  condition: s'), ['sigma.detection_empty 6:6']],
    ['an empty list', rule('  s: []\n  condition: s'), ['sigma.detection_empty 6:6']],
    ['an empty list of values', item('f: []'), ['sigma.detection_empty 7:8']],
    ['a field without a name', item("'': x"), ['sigma.shape 7:5']],
    ['an unknown modifier', item('f|containz: a'), ['sigma.modifier_unknown 7:5']],
    ['a modifier twice', item('f|all|all: [a, b]'), ['sigma.modifier_order 7:5']],
    ['re after another', item('f|contains|re: a'), ['sigma.modifier_order 7:5']],
    ['a flag without re', item('f|i: a'), ['sigma.modifier_value 7:10']],
    ['a regular expression that RE2 refuses', item("f|re: 'a(?=b)'"), ['sigma.regex 7:11']],
    ['a back reference', item("f|re: '(a)\\1'"), ['sigma.regex 7:11']],
    ['a pattern that closes what was not opened', item("f|re|startswith: 'a)|(b'"), ['sigma.regex 7:22']],
    ['exists beside another', item('f|exists|neq: true'), ['sigma.modifier_order 7:5']],
    ['exists with text', item("f|exists: 'yes'"), ['sigma.modifier_value 7:15']],
    ['exists without a field', rule("  s:\n    '|exists': true\n  condition: s"), ['sigma.modifier_order 7:5']],
    ['contains with a number', item('f|contains: [1, a]'), ['sigma.modifier_value 7:18']],
    ['contains with a boolean', item('f|contains: true'), ['sigma.modifier_value 7:17']],
    ['contains with null', item('f|contains: null'), ['sigma.modifier_value 7:17']],
    ['gt with text', item("f|gt: '10'"), ['sigma.modifier_value 7:11']],
    ['gt without a field', rule("  s:\n    '|gt': 1\n  condition: s"), ['sigma.modifier_value 7:12']],
    ['cased over a regular expression', item("f|re|cased: 'a'"), ['sigma.modifier_value 7:17']],
    ['a network that is none', item('f|cidr: [10.0.0.0/8, 10.0.0.0/33, x, 010.0.0.0/8]'), ['sigma.cidr 7:26', 'sigma.cidr 7:39', 'sigma.cidr 7:42']],
    ['base64 with a wildcard', item('f|base64: a*'), ['sigma.modifier_value 7:15']],
    ['base64offset of one byte, whose needle would be empty', item('f|base64offset|contains: a'), ['sigma.modifier_value 7:30']],
    ['bytes that are no text', item('f|utf16: a'), ['sigma.modifier_value 7:14']],
    ['windash with too many dashes', item('f|windash: " -a -b -c -d -e"'), ['sigma.modifier_value 7:16']],
    ['a placeholder without a list', item("f|expand: '%users%'"), ['sigma.placeholder 7:15']],
    ['placeholders without lists, all of them', item("f|expand: ['%a%%b%', '%c%']"), ['sigma.placeholder 7:16', 'sigma.placeholder 7:16', 'sigma.placeholder 7:26']],
    ['expand over a number', item('f|expand: 5'), ['sigma.modifier_value 7:15']],
    ['an hour that there is not', item('f|hour: 24'), ['sigma.modifier_value 7:13']],
    ['an hour with a leading zero', item('f|hour: 03'), ['sigma.modifier_value 7:13']],
    ['an hour as text', item("f|hour: '3'"), ['sigma.modifier_value 7:13']],
    ['a broken hour', item('f|hour|gt: 3.5'), ['sigma.modifier_value 7:16']],
    ['a comparison before the part of a time', item('f|gt|hour: 3'), ['sigma.modifier_order 7:5']],
    ['two parts of a time', item('f|hour|minute: 3'), ['sigma.modifier_order 7:5']],
    ['two comparisons of one part', item('f|hour|gt|lt: 3'), ['sigma.modifier_order 7:5']],
    ['a part of a time after contains', item('f|contains|hour: 3'), ['sigma.modifier_order 7:5']],
    ['a part of a time, cased', item('f|hour|cased: 3'), ['sigma.modifier_value 7:19']],
    ['a part of a time without a field', rule("  s:\n    '|hour': 3\n  condition: s"), ['sigma.modifier_value 7:14']],
    ['half a surrogate pair', item('f: "\\ud800"'), ['sigma.yaml 7:8']],
    ['no condition', rule('  s: {a: b}'), ['sigma.key_missing 6:3']],
    ['a timeframe', rule('  s: {a: b}\n  timeframe: 5m\n  condition: s'), ['sigma.unsupported 7:3']],
    ['a pipe aggregate', rule('  s: {a: b}\n  condition: s | count() > 5'), ['sigma.condition 7:16']],
    ['an open parenthesis', rule('  s: {a: b}\n  condition: not (s'), ['sigma.condition 7:18']],
    ['a closing one too many', rule('  s: {a: b}\n  condition: s)'), ['sigma.condition 7:15']],
    ['a condition that ends early', rule('  s: {a: b}\n  condition: s and'), ['sigma.condition 7:19']],
    ['two names side by side', rule('  s: {a: b}\n  condition: s s'), ['sigma.condition 7:16']],
    ['two of', rule('  s: {a: b}\n  condition: 2 of s*'), ['sigma.condition 7:14']],
    ['an empty condition', rule("  s: {a: b}\n  condition: ''"), ['sigma.condition 7:15']],
    ['an unknown selection', rule('  s: {a: b}\n  condition: s or t'), ['sigma.selection_unknown 7:19']],
    ['an operator in capitals', rule('  s: {a: b}\n  condition: NOT'), ['sigma.selection_unknown 7:14']],
    ['notfoo is a name', rule('  s: {a: b}\n  condition: nots'), ['sigma.selection_unknown 7:14']],
    ['a pattern that matches nothing', rule('  s: {a: b}\n  condition: s or 1 of t*'), ['sigma.selection_unknown 7:24']],
    ['them when all names are hidden', rule('  _s: {a: b}\n  condition: 1 of them'), ['sigma.selection_unknown 7:19']],
    ['an action document by another name', 'action: repeat\n', ['sigma.unsupported 1:1']],
    ['an action document', 'action: global\ntitle: x\n', ['sigma.unsupported 1:1']],
    ['a foreign taxonomy', `taxonomy: mine\n${item('f: a')}`, ['sigma.unsupported 1:11']],
    ['an id that is no UUID', item('f: a').replace('3f0d0d52', 'x'), ['sigma.metadata 2:5']],
    ['an unknown level and status', `${item('f: a')}level: severe\nstatus: old\n`, ['sigma.metadata 9:8', 'sigma.metadata 10:9']],
    ['a title too long', item('f: a').replace('A rule', 'x'.repeat(257)), ['sigma.metadata 1:8']],
    ['a gap without a unit', `${item('f: a')}finding: {gap: 300}\n`, ['sigma.metadata 9:16']],
    ['an unknown key of finding', `${item('f: a')}finding: {group-by: [x]}\n`, ['sigma.shape 9:11']],
    ['no log source', item('f: a').replace('  product: linux', '  definition: x'), ['sigma.key_missing 4:3']],
    ['a related rule of no known kind', `${item('f: a')}related: [{id: 3f0d0d52-6f3c-4e9c-8d1a-0a8c7c1b2a11, type: friend}]\n`, ['sigma.metadata 9:60']],
  ];
  test.each(refused)('%s', (_name, text, wanted) => {
    expect(places(text)).toEqual(wanted);
    expect(parseRuleFile(text, 'x.yml').rules).toEqual([]);
  });

  test('everything at once, in the order of the file', () => {
    const text =
      'title: A rule\nlogsource: {product: x}\ndetection:\n  s: {f|nope: a, g|cidr: b}\n  condition: t\nlevel: x\n';
    expect(places(text)).toEqual([
      'sigma.key_missing 1:1',
      'sigma.modifier_unknown 4:7',
      'sigma.cidr 4:26',
      'sigma.selection_unknown 5:14',
      'sigma.metadata 6:8',
    ]);
  });

  test('nesting by the thousand is an issue, not a crash', () => {
    expect(places(`a: ${'['.repeat(20_000)}`).length).toBeGreaterThan(0);
    expect(places(rule(`  s: {a: b}\n  condition: ${'('.repeat(5000)}s${')'.repeat(5000)}`))).toEqual([
      'sigma.condition 7:14',
    ]);
    expect(places(rule(`  s: {a: b}\n  condition: ${'not '.repeat(5000)}s`))).toEqual(['sigma.condition 7:14']);
  });
});

describe('what is read', () => {
  test('a wrong document does not take its neighbours along', () => {
    const { rules, issues } = parseRuleFile(`${item('f: a')}---\ntitle: x\n---\n# empty\n`, 'x.yml');
    expect(rules).toHaveLength(1);
    expect(issues.map(({ line }) => line)).toContain(10);
  });
  test('the hash is of the document alone', () => {
    const alone = parseRuleFile(item('f: a'), 'x.yml').rules[0]?.meta.hash;
    const second = parseRuleFile(`title: x\n---\n${item('f: a')}`, 'y.yml').rules[0]?.meta.hash;
    expect(alone).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toBe(alone);
    expect(parseRuleFile(item('f: b'), 'x.yml').rules[0]?.meta.hash).not.toBe(alone);
  });
  test('placeholders with lists become their values', () => {
    const lists = new Map([['users', ['root', 'adm*']]]);
    const { rules, issues } = parseRuleFile(item("f|expand: 'x%users%'"), 'x.yml', { lists });
    expect(issues).toEqual([]);
    const [compiled] = compileRules(rules).rules;
    expect(Object.values(compiled?.kind === 'single' ? compiled.compile().params : {})).toContainEqual('xadm');
  });
  test('metadata has defaults, and finding its own keys', () => {
    const { rules } = parseRuleFile(`${item('f: a')}finding: {group_by: [dst_ip], gap: 2h}\nanything: else\n`, 'x.yml');
    expect(rules[0]).toMatchObject({
      groupBy: ['dst_ip'],
      gapMs: 7_200_000,
      meta: { level: 'medium', status: 'experimental', tags: [] },
    });
  });
});
