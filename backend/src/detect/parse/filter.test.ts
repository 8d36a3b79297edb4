import { describe, expect, test } from 'vitest';
import { parseRuleFile } from './rule-file.ts';

const head = 'title: Known backups\nlogsource: {product: linux}\n';
const filter = (body: string): string => `${head}filter:\n${body}\n`;

function places(text: string): string[] {
  return parseRuleFile(text, 'x.yml').issues.map(({ code, line, column }) => `${code} ${line}:${column}`);
}

describe('a filter', () => {
  test('is read beside the rules of its file', () => {
    const text = filter('  rules: [one, two]\n  s: {f: a}\n  t: {g: b}\n  condition: not (s and t)');
    const { rules, filters, issues } = parseRuleFile(text, 'x.yml');
    expect([rules, issues]).toEqual([[], []]);
    expect(filters).toMatchObject([
      {
        kind: 'filter',
        meta: { id: '', title: 'Known backups' },
        logsource: { product: 'linux', category: '', service: '' },
        rules: [{ text: 'one', at: { line: 4, column: 11 } }, { text: 'two' }],
      },
    ]);
    expect([...(filters[0]?.selections.keys() ?? [])]).toEqual(['s', 't']);
  });
  test('is for one rule, or for any', () => {
    const rulesOf = (rules: string) =>
      parseRuleFile(filter(`  rules: ${rules}\n  s: {f: a}\n  condition: not s`), 'x.yml').filters[0]?.rules;
    expect(rulesOf('one')).toMatchObject([{ text: 'one' }]);
    expect([rulesOf('any'), rulesOf('all')]).toEqual(['any', 'any']);
  });

  // prettier-ignore
  const refused: readonly (readonly [string, string, readonly string[]])[] = [
    ['without rules', filter('  s: {f: a}\n  condition: not s'), ['sigma.key_missing 4:3']],
    ['with an empty list of rules', filter('  rules: []\n  s: {f: a}\n  condition: not s'), ['sigma.key_missing 4:10']],
    ['with a rule that is no text', filter('  rules: [{id: a}]\n  s: {f: a}\n  condition: not s'), ['sigma.shape 4:11']],
    ['with a rule twice', filter('  rules: [a, b, a]\n  s: {f: a}\n  condition: not s'), ['sigma.filter 4:17']],
    ['without a condition', filter('  rules: any\n  s: {f: a}'), ['sigma.key_missing 4:3']],
    ['with several conditions', filter('  rules: any\n  s: {f: a}\n  condition: [not s, s]'), ['sigma.filter 6:14']],
    ['whose condition names no selection', filter('  rules: any\n  s: {f: a}\n  condition: not t'), ['sigma.selection_unknown 6:18']],
    ['whose condition names rules', filter('  rules: any\n  s: {f: a}\n  condition: not rules'), ['sigma.selection_unknown 6:18']],
    ['with a broken selection', filter('  rules: any\n  s: {f|cidr: a}\n  condition: not s'), ['sigma.cidr 5:15']],
    ['without a log source', 'title: x\nfilter: {rules: any, s: {f: a}, condition: not s}\n', ['sigma.key_missing 1:1']],
    ['without a title', 'logsource: {product: linux}\nfilter: {rules: any, s: {f: a}, condition: not s}\n', ['sigma.key_missing 1:1']],
    ['with an id that is no UUID', `id: 7\n${filter('  rules: any\n  s: {f: a}\n  condition: not s')}`, ['sigma.metadata 1:5']],
    ['that is a list', `${head}filter: [a]\n`, ['sigma.shape 3:9']],
    ['beside a detection', `${filter('  rules: any\n  s: {f: a}\n  condition: not s')}detection: {s: {f: a}, condition: s}\n`, ['sigma.filter 7:1']],
    ['beside a correlation', `${filter('  rules: any\n  s: {f: a}\n  condition: not s')}correlation: {}\n`, ['sigma.filter 7:1']],
    ['of a taxonomy that nothing maps', `taxonomy: mine\n${filter('  rules: any\n  s: {f: a}\n  condition: not s')}`, ['sigma.unsupported 1:11']],
  ];
  test.each(refused)('is refused %s', (_name, text, wanted) => {
    expect(places(text)).toEqual(wanted);
    expect(parseRuleFile(text, 'x.yml').filters).toEqual([]);
  });
});
