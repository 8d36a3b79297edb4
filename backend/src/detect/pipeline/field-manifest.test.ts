import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { accountShapes, loginShapes, sudoShapes, suShapes } from '../../../parsers/linux-auth/account.ts';
import { pamProgramShapes, pamShapes } from '../../../parsers/linux-auth/pam.ts';
import { sshdConnectionShapes } from '../../../parsers/linux-auth/sshd-connection.ts';
import { sshdLoginShapes } from '../../../parsers/linux-auth/sshd-login.ts';
import { groupNames } from '../../../parsers/shape.ts';
import { loadFieldManifest, loadPipelines, pipelinesDirectory } from '../load-pipelines.ts';
import { parseRuleFile } from '../parse/rule-file.ts';
import type { ParsedSingle } from '../parse/rule-node.ts';
import {
  coverageOf,
  fieldsOf,
  filledFields,
  parseFieldManifest,
  type FieldManifest,
  type RuleCoverage,
} from './field-manifest.ts';
import { eventColumns, planOf } from './pipeline.ts';

const { pipeline } = await loadPipelines();
const { manifest, issues: manifestIssues } = await loadFieldManifest();
const parsers = path.join(pipelinesDirectory, '../parsers');
const logsource = (product = '', category = '', service = '') => ({ product, category, service });

function ruleOf(source: string, detection: string): ParsedSingle {
  const text = `title: t\nid: 8f1c0001-5a1e-4c0a-9d01-000000000001\nlogsource: ${source}\ndetection:\n  s: ${detection}\n  condition: s\n`;
  const [rule] = parseRuleFile(text, 'rule.yml').rules;
  if (rule?.kind !== 'single') throw new Error('no rule');
  return rule;
}

function coverage(source: string, detection: string, of: FieldManifest = manifest) {
  const rule = ruleOf(source, detection);
  return coverageOf(of, planOf(pipeline, rule.logsource), rule);
}

const caseEvent = z.looseObject({
  parser: z.string(),
  product: z.string().default(''),
  category: z.string().default(''),
  service: z.string().default(''),
  fields: z.record(z.string(), z.string().nullable()).default({}),
});

describe('the manifest of the service', () => {
  test('has no issues, and names only parsers that there are', () => {
    expect(manifestIssues).toEqual([]);
    for (const { parser } of manifest.entries) expect(readdirSync(parsers)).toContain(parser);
  });

  const folders = readdirSync(parsers).filter((name) => existsSync(path.join(parsers, name, 'cases')));
  test.each(folders)('knows every column and key in the cases of %s', (folder) => {
    const directory = path.join(parsers, folder, 'cases');
    const files = readdirSync(directory).filter((name) => name.endsWith('.json'));
    const events = files.flatMap((name) =>
      z.array(caseEvent).parse(JSON.parse(readFileSync(path.join(directory, name), 'utf8')))
    );
    const unknown = new Set<string>();
    for (const event of events) {
      const filled = filledFields(manifest, [logsource(event.product, event.category, event.service)]);
      expect(filled?.parsers, JSON.stringify(event)).toContain(event.parser);
      const columns = eventColumns.filter((column) => (event[column] ?? '') !== '');
      // Cases of Windows hold names that no Windows has, to try the parser: recorded events are looked at below.
      const said = folder === 'windows' ? [] : Object.keys(event.fields);
      // RFC 5424 lets a sender name its data as it likes.
      const keys = said.filter((key) => !/[.@:]/.test(key) || key === 'System.Channel').map((key) => `fields[${key}]`);
      for (const place of [...columns, ...keys]) {
        if (filled?.known.has(place) !== true) unknown.add(`${event.category || event.service} ${place}`);
      }
    }
    // A case of the Windows parser gives the end of a process a command line, which Sysmon does not.
    unknown.delete('process_termination command_line');
    expect([...unknown]).toEqual([]);
  });

  test('knows every name that the shapes of linux-auth take out of a line', () => {
    const families = [sshdLoginShapes, sshdConnectionShapes, pamShapes, pamProgramShapes];
    const shapes = [...families, accountShapes, loginShapes, sudoShapes, suShapes].flat();
    // Names that parser.sql turns into columns, or into one of the others.
    const turned =
      /^(?:user|target_user|pam_user|by_user|for_user|src_ip|src_port|dst_ip|dst_port|command_line)$|_too$/;
    const said = new Set(
      shapes.flatMap(({ pattern, constants }) => [...groupNames(pattern), ...Object.keys(constants)])
    );
    const filled = filledFields(manifest, [{ product: 'linux', category: 'authentication' }]);
    const unknown = [...said].filter((name) => !turned.test(name) && filled?.known.has(`fields[${name}]`) !== true);
    expect(unknown).toEqual([]);
    expect(filled?.open).toBe(false);
  });

  test('knows every log source that the Windows parser gives', () => {
    const rows = z.array(z.looseObject({ service: z.string(), category: z.string().default('') }));
    const table = z
      .looseObject({ channels: z.array(z.looseObject({ service: z.string() })), events: rows })
      .parse(parse(readFileSync(path.join(pipelinesDirectory, 'windows-logsources.yml'), 'utf8')));
    const made = [...table.events, ...table.channels.map(({ service }) => ({ service, category: '' }))];
    const unknown = made
      .filter(({ service, category }) => category !== '' || service !== 'sysmon')
      .filter(
        ({ service, category }) => filledFields(manifest, [logsource('windows', category, service)]) === undefined
      );
    expect(unknown).toEqual([]);
  });
});

describe('coverage of a rule', () => {
  test('all filled', () => {
    expect(
      coverage('{product: windows, category: process_creation}', '{Image: a, ParentImage: b, ProcessId: 5}')
    ).toEqual({
      parsers: ['windows'],
      unfilled: [],
      unlisted: [],
    });
  });
  test('a name that no parser fills, where the list is closed', () => {
    const found = coverage(
      '{product: windows, category: process_creation}',
      '{Image: a, GrandParentImage: b, image: c}'
    );
    expect(found.unfilled).toEqual(['GrandParentImage', 'image']);
  });
  test('a name that is not known, where others may arrive, is a warning', () => {
    const found = coverage('{product: windows, service: security}', '{EventID: 1, SubjectUsername: b}');
    expect(found).toMatchObject({ unfilled: [], unlisted: ['SubjectUsername'] });
  });
  test('no warning where no list is kept', () => {
    expect(coverage('{product: windows, service: system}', '{Whatever: b}')).toMatchObject({
      unfilled: [],
      unlisted: [],
    });
  });
  test('a column that the parser leaves empty is unfilled, though every name may arrive', () => {
    expect(coverage('{product: windows, service: system}', '{src_mac: b}').unfilled).toEqual(['src_mac']);
  });
  test('no parser: nothing is filled, and the taxonomy tells the misspelt', () => {
    expect(coverage('{category: proxy}', '{cs-host: a, cs-hosts: b}')).toEqual({
      parsers: [],
      unfilled: ['cs-host', 'cs-hosts'],
      unlisted: ['cs-hosts'],
    });
    expect(coverage('{product: cisco, service: aaa}', '{x: a}')).toEqual({
      parsers: [],
      unfilled: ['x'],
      unlisted: [],
    });
  });
  test('several places: one that is filled is enough', () => {
    expect(coverage('{category: antivirus}', '{Signature: a}').unfilled).toEqual([]);
  });
  test('both fields of a fieldref, and each name once', () => {
    const { expression } = ruleOf('{product: p}', '[{a|fieldref: b, c: 1}, {c: 2}]');
    expect(fieldsOf(expression)).toEqual(['a', 'b', 'c']);
  });
});

describe('a manifest with something wrong', () => {
  const head = 'lists: {l: [x]}\nparsers: ';
  const entry = 'parser: p, events: {product: a}, names: closed';
  // prettier-ignore
  const wrong: readonly (readonly [string, string, string])[] = [
    ['YAML', 'lists: [', 'pipeline.yaml 1:9'],
    ['nothing', '', 'pipeline.shape 1:1'],
    ['a list that there is not', `${head}[{${entry}, lists: [m]}]\ntaxonomy: []\n`, 'pipeline.shape 2:67'],
    ['a column that there is not', `${head}[{${entry}, columns: [src]}]\ntaxonomy: []\n`, 'pipeline.shape 2:69'],
    ['an unknown key', `${head}[{${entry}, field: [src]}]\ntaxonomy: []\n`, 'pipeline.shape 2:11'],
  ];
  test.each(wrong)('%s', (_name, text, issue) => {
    const { manifest: read, issues } = parseFieldManifest(text, 'fields.yml');
    expect(issues.map(({ code, line, column }) => `${code} ${line}:${column}`)).toEqual([issue]);
    expect(read.entries).toEqual([]);
  });
  test('the same without', () => {
    expect(parseFieldManifest(`${head}[{${entry}, lists: [l]}]\ntaxonomy: []\n`, 'x.yml').issues).toEqual([]);
  });
});

const recorded = fileURLToPath(new URL('../../../../../shared/data/windows/sigma-regression', import.meta.url));
const recordedThere = existsSync(recorded);
if (!recordedThere && process.env['LOGLAKE_CORPORA'] === 'required') throw new Error(`no corpus at ${recorded}`);

test.skipIf(!recordedThere)('recorded Sysmon events hold no name that the list of their category leaves out', () => {
  const table = z
    .looseObject({
      events: z.array(z.looseObject({ service: z.string(), id: z.number(), category: z.string().optional() })),
    })
    .parse(parse(readFileSync(path.join(pipelinesDirectory, 'windows-logsources.yml'), 'utf8')));
  const system = z.looseObject({ EventID: z.number(), Channel: z.string() });
  const event = z.object({
    Event: z.object({ System: system, EventData: z.record(z.string(), z.unknown()).nullish() }),
  });
  const unknown = new Set<string>();
  let seen = 0;
  for (const name of readdirSync(recorded, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.json'))) {
    const text = readFileSync(path.join(recorded, name), 'utf8').replace(/^\uFEFF/, '');
    for (const document of text.split(/(?<=^\})\s*(?=^\{)/m)) {
      const { System, EventData } = event.parse(JSON.parse(document)).Event;
      if (!System.Channel.endsWith('Sysmon/Operational')) continue;
      const { category = '' } = table.events.find((row) => row.service === 'sysmon' && row.id === System.EventID) ?? {};
      const filled = filledFields(manifest, [logsource('windows', category, 'sysmon')]);
      seen += 1;
      for (const key of Object.keys(EventData ?? {})) {
        if (filled?.known.has(`fields[${key}]`) !== true) unknown.add(`${category} ${key}`);
      }
    }
  }
  expect(seen).toBeGreaterThan(100);
  expect([...unknown]).toEqual([]);
});

/** Of the 3,752 rules that compile without lists. */
const servedFloor = 3046;
const filledFloor = 3019;
const corpus = fileURLToPath(new URL('../../../../../shared/data/sigmahq', import.meta.url));
const present = existsSync(corpus);
if (!present && process.env['LOGLAKE_CORPORA'] === 'required') throw new Error(`no corpus at ${corpus}`);
if (!present) process.stdout.write('SigmaHQ is not there: its coverage is skipped\n');

interface Count {
  rules: number;
  served: number;
  filled: number;
  listed: number;
}

function counted(count: Count, { parsers: found, unfilled, unlisted }: RuleCoverage): Count {
  const served = found.length > 0;
  const [filled, listed] = [served && unfilled.length === 0, served && unfilled.length + unlisted.length === 0];
  return {
    rules: count.rules + 1,
    served: count.served + Number(served),
    filled: count.filled + Number(filled),
    listed: count.listed + Number(listed),
  };
}

test.skipIf(!present)('SigmaHQ: most rules have a parser, and most of those every field', { timeout: 120_000 }, () => {
  const files = readdirSync(corpus, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.yml'));
  const parsed = files.flatMap((name) => parseRuleFile(readFileSync(path.join(corpus, name), 'utf8'), name).rules);
  const none: Count = { rules: 0, served: 0, filled: 0, listed: 0 };
  const counts = new Map<string, Count>();
  const missing = new Map<string, number>();
  let total = none;
  for (const rule of parsed.filter((one) => one.kind === 'single')) {
    const key = (['product', 'category', 'service'] as const).map((part) => rule.logsource[part] || '-').join('/');
    const found = coverageOf(manifest, planOf(pipeline, rule.logsource), rule);
    counts.set(key, counted(counts.get(key) ?? none, found));
    total = counted(total, found);
    if (found.parsers.length === 0) continue;
    for (const field of [...found.unfilled, ...found.unlisted]) {
      missing.set(`${key} ${field}`, (missing.get(`${key} ${field}`) ?? 0) + 1);
    }
  }
  const rows = [...counts].sort(([, a], [, b]) => b.rules - a.rules);
  const lines = [...rows, ['all', total] as const].map(
    ([name, count]) => `| ${name} | ${count.rules} | ${count.served} | ${count.filled} | ${count.listed} |`
  );
  const head = '| log source | rules | a parser makes its events | every field may be filled | every field is listed |';
  const left = [...missing].map(([name, number]) => `${name} ${number}`).join(', ');
  process.stdout.write(`${[head, ...lines].join('\n')}\nnot filled or not listed: ${left}\n`);
  expect(total.rules).toBeGreaterThanOrEqual(3752);
  expect(total.served).toBeGreaterThanOrEqual(servedFloor);
  expect(total.filled).toBeGreaterThanOrEqual(filledFloor);
});
