import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listRules } from './catalogue.ts';
import { eventRow } from './compile/rule-fixture.ts';
import { loadLists } from './load-lists.ts';
import { loadRules } from './load-rules.ts';
import { defaultPipeline } from './pipeline/default-pipeline.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'loglake-lists-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(file: string, text: string): string {
  const target = path.join(directory, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
  return target;
}

const rule = `title: Foreign admin
id: 8f1c0001-5a1e-4c0a-9d01-0000000000a1
logsource: {product: test}
detection:
  s: {f|expand: '%admins%'}
  condition: not s
`;
const filter = `title: Backups
logsource: {product: test}
filter: {rules: any, s: {g: backup}, condition: not s}
`;

describe('loadLists', () => {
  it('reads a file, or every YAML and JSON file of a directory', async () => {
    const file = write('one/a.yml', 'admins: [root]\n');
    write('one/b.json', '{"hosts": ["h1"]}');
    write('one/notes.txt', 'no: list\n');
    expect(Object.fromEntries((await loadLists(file)).lists)).toEqual({ admins: ['root'] });
    const { lists, issues } = await loadLists(path.join(directory, 'one'));
    expect([Object.fromEntries(lists), issues]).toEqual([{ admins: ['root'], hosts: ['h1'] }, []]);
    expect(await loadLists(undefined)).toEqual({ lists: new Map(), issues: [] });
  });

  it('reports what is wrong and uses the rest', async () => {
    write('a.yml', 'admins: [root]\nbad: {x: y}\n');
    write('b.yml', 'admins: [other]\nhosts: [h1]\n');
    write('c.yml', ': [');
    const { lists, issues } = await loadLists(directory);
    expect(Object.fromEntries(lists)).toEqual({ admins: ['root'], hosts: ['h1'] });
    expect(issues.map(({ code, path: file }) => `${code} ${path.basename(file)}`)).toEqual([
      'sigma.lists a.yml',
      'sigma.lists b.yml',
      'sigma.yaml c.yml',
    ]);
  });

  it('says so when there is no such file', async () => {
    const { lists, issues } = await loadLists(path.join(directory, 'none.yml'));
    expect([lists.size, issues.map(({ code }) => code)]).toEqual([0, ['sigma.lists']]);
  });
});

describe('loadRules with lists and filters', () => {
  it('puts lists into placeholders, filters into rules, and shows both', async () => {
    const listsFile = write('lists.yml', "admins: [root, 'adm*']\n");
    write('rules/admin.yml', rule);
    write('rules/filters/backups.yml', filter);
    const loaded = await loadRules(path.join(directory, 'rules'), defaultPipeline, await loadLists(listsFile));
    expect(loaded.issues).toEqual([]);
    const [only] = loaded.rules;
    if (only?.kind !== 'single') throw new Error('a single rule');
    const matches = (fields: Record<string, string>) => only.matches(eventRow('e', { fields }));
    expect([matches({ f: 'x' }), matches({ f: 'ADMIN' }), matches({ f: 'x', g: 'backup' })]).toEqual([
      true,
      false,
      false,
    ]);
    expect(listRules(loaded, new Map())).toMatchObject([
      { title: 'Foreign admin', filters: [{ id: '', title: 'Backups', path: 'filters/backups.yml' }], issues: [] },
    ]);
  });

  it('refuses a rule without its list by name, and lists a broken filter beside the rules that run', async () => {
    write('admin.yml', rule);
    write('other.yml', rule.replace('a1', 'a2').replace("f|expand: '%admins%'", 'f: a, g: [b, b]'));
    write('filter.yml', filter.replace('any', '[nobody]'));
    const loaded = await loadRules(directory, defaultPipeline);
    expect(loaded.rules.map(({ meta }) => meta.path)).toEqual(['other.yml']);
    expect(loaded.issues.map(({ code, path: file }) => `${code} ${file}`)).toEqual([
      'sigma.placeholder admin.yml',
      'sigma.reference_unknown filter.yml',
    ]);
    expect(loaded.warnings).toMatchObject([
      { code: 'sigma.warn.value_duplicate', path: 'other.yml', line: 5, column: 20 },
    ]);
    const shown = listRules(loaded, new Map());
    expect(
      shown.map(({ path: file, status, issues, warnings }) => [file, status, issues.length, warnings.length])
    ).toEqual([
      ['other.yml', 'experimental', 0, 1],
      ['admin.yml', 'not loaded', 1, 0],
      ['filter.yml', 'not loaded', 1, 0],
    ]);
  });
});
