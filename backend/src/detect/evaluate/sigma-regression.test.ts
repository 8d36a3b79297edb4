import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compileRules } from '../compile/compile-rules.ts';
import { eventRow } from '../compile/rule-fixture.ts';
import { parseRuleFile } from '../parse/rule-file.ts';
import { loadPipelines } from '../load-pipelines.ts';
import { resolveField } from '../pipeline/pipeline.ts';
import type { EventRow, Logsource } from '../rule.ts';

const { pipeline } = await loadPipelines();
const corpus = fileURLToPath(new URL('../../../../../shared/data/windows/sigma-regression', import.meta.url));
const present = existsSync(corpus);
if (!present && process.env['LOGLAKE_CORPORA'] === 'required') throw new Error(`no corpus at ${corpus}`);
if (!present) process.stdout.write('Sigma regression events are not there: their test is skipped\n');

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Values of EventData and of the flat part of System, as text under their names as Sigma writes them: no spaces. */
function valuesOf(document: string): [string, string][] {
  const parsed: unknown = JSON.parse(document);
  const event = isObject(parsed) && isObject(parsed['Event']) ? parsed['Event'] : {};
  return [event['System'], event['EventData']]
    .filter(isObject)
    .flatMap((part) => Object.entries(part))
    .flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [[name.replaceAll(' ', ''), String(value)]]
        : []
    );
}

function rowOf(document: string, logsource: Logsource): EventRow {
  const columns: Record<string, string> = {};
  const fields: Record<string, string> = {};
  for (const [name, value] of valuesOf(document)) {
    const source = resolveField(pipeline, logsource, name);
    if (source.kind === 'key') fields[source.key] = value;
    else columns[source.column] = value;
  }
  return eventRow('regression', { ...logsource, ...columns, fields });
}

describe.skipIf(!present)('SigmaHQ regression events', () => {
  const names = present ? readdirSync(corpus).filter((name) => existsSync(path.join(corpus, name, 'rule.yml'))) : [];

  test('the corpus is whole', () => expect(names.length).toBeGreaterThanOrEqual(141));

  test.each(names)('%s matches the event recorded for it', (name) => {
    const folder = path.join(corpus, name);
    const { rules } = compileRules(
      parseRuleFile(readFileSync(path.join(folder, 'rule.yml'), 'utf8'), name).rules,
      pipeline
    );
    const [rule] = rules;
    if (rule?.kind !== 'single') throw new Error('no rule');
    const recorded = readdirSync(folder).filter((file) => file.endsWith('.json'));
    const documents = recorded.flatMap((file) =>
      readFileSync(path.join(folder, file), 'utf8')
        .replace(/^\uFEFF/, '')
        .split(/(?<=^\})\s*(?=^\{)/m)
    );
    expect(documents.some((document) => rule.matches(rowOf(document, rule.logsource)))).toBe(true);
  });
});
