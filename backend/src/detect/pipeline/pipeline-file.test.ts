import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { joinPipelines } from './join-pipelines.ts';
import { parsePipelineFile } from './pipeline-file.ts';
import { pipelineCodes } from './pipeline-issue.ts';

/** `code line:column` of everything that is wrong with the files. */
function issuesOf(...texts: string[]): string[] {
  const { issues } = joinPipelines(texts.map((text, index) => parsePipelineFile(text, `${index}.yml`)));
  return issues.map(({ code, path, line, column }) => `${path} ${code} ${line}:${column}`);
}

/** `line:column` of every ^ in a text, as they are once the marks are gone. */
function placesOf(marked: string): string[] {
  return marked
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(/\^/g)].map((mark, before) => `${index + 1}:${mark.index - before + 1}`)
    );
}

const head = 'name: Test\ntransformations:\n';
const mapping = '  - {type: field_name_mapping, mapping: {a: src_ip}}\n';

describe('what is refused, and where', () => {
  // prettier-ignore
  const refused: readonly (readonly [string, string, ...(readonly string[])])[] = [
    ['YAML that is none', 'name: [a^', 'yaml'],
    ['a tag', 'name: ^!secret T\ntransformations: []\n', 'yaml'],
    ['an empty file', '^', 'shape'],
    ['two pipelines in a file', `${head}${mapping}---\n^${head}${mapping}`, 'shape'],
    ['a list', '^- a\n', 'shape'],
    ['no name', `^transformations:\n${mapping}`, 'shape'],
    ['no transformations', 'name: T\ntransformations: ^[]\n', 'shape'],
    ['a priority that is no whole number', `priority: ^1.5\n${head}${mapping}`, 'shape'],
    ['postprocessing', `${head}${mapping}^postprocessing: []\n`, 'key_unknown'],
    ['finalizers and vars, both at once', `^vars: {}\n${head}${mapping}^finalizers: []\n`, 'key_unknown', 'key_unknown'],
    ['a transformation of pySigma that is not here', `${head}  - {type: ^drop_detection_item}\n`, 'transformation_unknown'],
    ['set_state', `${head}  - {type: ^set_state, key: a, val: b}\n`, 'transformation_unknown'],
    ['no type', `${head}  - ^{mapping: {a: src_ip}}\n`, 'transformation_unknown'],
    ['field_name_conditions', `${head}  - {type: field_name_mapping, mapping: {a: src_ip}, ^field_name_conditions: []}\n`, 'key_unknown'],
    ['a rule condition that is not here', `${head}  - {type: field_name_mapping, mapping: {a: src_ip}, rule_conditions: [{type: ^tag, tag: x.y}]}\n`, 'condition_unknown'],
    ['a part of a log source that there is not', `${head}  - {type: field_name_mapping, mapping: {a: src_ip}, rule_conditions: [{type: logsource, ^host: x}]}\n`, 'key_unknown'],
    ['no rule conditions though there is a list', `${head}  - {type: field_name_mapping, mapping: {a: src_ip}, rule_conditions: ^[]}\n`, 'shape'],
    ['an operator that there is not', `${head}  - {type: field_name_mapping, mapping: {a: src_ip}, rule_cond_op: ^xor}\n`, 'shape'],
    ['a mapping to a number', `${head}  - {type: field_name_mapping, mapping: {a: ^5}}\n`, 'shape'],
    ['a mapping to nothing', `${head}  - {type: field_name_mapping, mapping: {a: ^[]}}\n`, 'shape'],
    ['a name that objects have by nature', `${head}  - {type: field_name_mapping, mapping: {^__proto__: src_ip}}\n`, 'key_unknown'],
    ['a name twice', `${head}  - {type: field_name_mapping, mapping: {a: src_ip, ^a: dst_ip}}\n`, 'yaml'],
    ['a column that there is not', `${head}  - {type: field_name_mapping, mapping: {a: ^src_ipp}}\n`, 'target_unknown'],
    ['a column that rules may not read', `${head}  - {type: field_name_mapping, mapping: {a: ^raw_id}}\n`, 'target_unknown'],
    ['a name that was mapped before, not later', `${head}  - {type: field_name_mapping, mapping: {b: src_ip}}\n  - {type: field_name_mapping, mapping: {a: ^b}}\n`, 'target_unknown'],
    ['a name mapped to itself', `${head}  - {type: field_name_mapping, mapping: {a: ^a}}\n`, 'cycle'],
    ['two names in a circle', `${head}  - {type: field_name_mapping, mapping: {a: ^b}}\n  - {type: field_name_mapping, mapping: {b: ^a}}\n`, 'cycle', 'cycle'],
    ['a log source of nothing', `${head}  - ^{type: change_logsource}\n`, 'shape'],
    ['one log source and several', `${head}  - ^{type: change_logsource, product: a, logsources: [{product: b}]}\n`, 'shape'],
    ['an empty one among several', `${head}  - {type: change_logsource, logsources: [{product: b}, ^{}]}\n`, 'shape'],
    ['a condition with an unknown modifier', `${head}  - {type: add_condition, conditions: {^f|nope: x}}\n`, 'condition_invalid'],
    ['a condition with a placeholder', `${head}  - {type: add_condition, conditions: {f|expand: ^'%x%'}}\n`, 'condition_invalid'],
    ['no condition', `${head}  - {type: add_condition, conditions: ^{}}\n`, 'condition_invalid'],
    ['an id twice', `${head}  - {id: x, type: field_name_mapping, mapping: {a: src_ip}}\n  - {id: ^x, type: field_name_mapping, mapping: {b: src_ip}}\n`, 'id_duplicate'],
    ['several at once, by place', `${head}  - {type: field_name_mapping, mapping: {a: ^5}}\n  - {type: ^nope}\n^vars: {}\n`, 'shape', 'transformation_unknown', 'key_unknown'],
  ];
  test.each(refused)('%s', (_name, marked, ...codes) => {
    const places = placesOf(marked);
    expect(places).toHaveLength(codes.length);
    const wanted = places.map((place, index) => `0.yml pipeline.${codes[index]} ${place}`);
    expect(issuesOf(marked.replaceAll('^', ''))).toEqual(wanted);
  });

  test('a circle over two files, each in its own place', () => {
    const file = (from: string, to: string) =>
      `name: T\ntransformations: [{type: field_name_mapping, mapping: {${from}: ${to}}}]\n`;
    const codes = issuesOf(file('a', 'b'), file('b', 'a')).map((issue) => issue.split(' ').slice(0, 2).join(' '));
    expect(codes).toEqual(['0.yml pipeline.cycle', '1.yml pipeline.cycle']);
  });
  test('a file with an issue gives nothing', () => {
    const { transformations } = parsePipelineFile(`${head}${mapping}  - {type: nope}\n`, 'x.yml');
    expect(transformations).toEqual([]);
  });
  test('text that is none, whatever it is', () => {
    for (const text of ['\0', '\u{FEFF}', '%', '- - -', '{', '?', 'a: &a [*a]', '['.repeat(5000)]) {
      expect(issuesOf(text).length, JSON.stringify(text.slice(0, 9))).toBeGreaterThan(0);
    }
  });
});

test('what is right has no issue', () => {
  const chain =
    '  - {id: a, type: field_name_mapping, mapping: {a: b}}\n  - {id: b, type: field_name_mapping, mapping: {b: [src_ip, "fields[b]"]}}\n';
  expect(issuesOf(`${head}${mapping}`, `priority: -3\n${head}${chain}`)).toEqual([]);
});

test('docs/reference/pipelines.md lists every code with its meaning, and no other', () => {
  const page = readFileSync(new URL('../../../../docs/reference/pipelines.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(pipeline\.[a-z_]+)`\s*\| (.*?)\s*\|$/gm)];
  expect(Object.fromEntries(rows.map((row): [string, string] => [row[1] ?? '', row[2] ?? '']))).toEqual(pipelineCodes);
});
