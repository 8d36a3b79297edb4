import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';
import { type TestIngest, startTestIngest } from '../../../testing/ingest.ts';
import { jsonParts } from '../../ingest/json-documents.ts';
import { defineQuery } from '../../store/query.ts';
import { compileRules } from '../compile/compile-rules.ts';
import { loadPipelines } from '../load-pipelines.ts';
import { parseRuleFile } from '../parse/rule-file.ts';
import type { DetectionRule } from '../rule.ts';
import { liveFindings, ruleId, rulesOf, testDetection } from './fixture.ts';

/** The whole way: HTTP, raw_log, parser, ledger, detection, finding; each SigmaHQ rule over the event recorded for it. */

const corpus = fileURLToPath(new URL('../../../../../shared/data/windows/sigma-regression', import.meta.url));
const present = existsSync(corpus);
if (!present && process.env['LOGLAKE_CORPORA'] === 'required') throw new Error(`no corpus at ${corpus}`);
if (!present) process.stdout.write('Sigma regression events are not there: their way to a finding is not tested\n');
const names = present ? readdirSync(corpus).filter((name) => existsSync(path.join(corpus, name, 'rule.yml'))) : [];
const { pipeline } = await loadPipelines();

const evidence = defineQuery({
  name: 'test.evidence',
  sql: `SELECT toString(event.id) AS id, base64Encode(raw_log.raw) AS raw64, event.parser AS parser
FROM event INNER JOIN raw_log ON raw_log.id = event.raw_id`,
  params: z.object({}),
  row: z.object({ id: z.string(), raw64: z.string(), parser: z.string() }),
  timeoutMs: 30_000,
  rowsMax: 10_000,
});

function ruleOf(name: string): DetectionRule {
  const parsed = parseRuleFile(readFileSync(path.join(corpus, name, 'rule.yml'), 'utf8'), name);
  const { rules, issues } = compileRules(parsed.rules, pipeline);
  const [rule] = rules;
  if (rule === undefined) throw new Error(JSON.stringify([...parsed.issues, ...issues]));
  return rule;
}

const control = (number: number, logsource: string, selection: string): string => `
title: Control ${String(number)}
id: ${ruleId(number)}
logsource: ${logsource}
detection: { selection: ${selection}, condition: selection }
---`;
const controls = rulesOf(
  [
    control(1, '{ product: windows, category: process_creation }', "{ Image|endswith: '\\nobody.exe' }"),
    control(2, '{ product: windows, category: registry_set }', '{ EventID: 1 }'),
    control(3, '{ product: windows, service: security }', '{ EventID: 13 }'),
    control(4, '{ product: linux, category: process_creation }', "{ Image|contains: '\\' }"),
    control(5, '{ product: windows, category: file_event }', '{ TargetFilename: null }'),
  ].join('')
);

const bodiesOf = (name: string): Buffer[] =>
  readdirSync(path.join(corpus, name))
    .filter((file) => file.endsWith('.json'))
    .map((file) => readFileSync(path.join(corpus, name, file)));

const documentsOf = (body: Buffer): Buffer[] =>
  [...jsonParts(body)].flatMap((part) => (part.kind === 'document' ? [part.bytes] : []));

describe.skipIf(!present)('SigmaHQ regression events, from HTTP to finding', () => {
  const rules = new Map(names.map((name) => [name, ruleOf(name)]));
  let db: TestDatabase;
  let door: TestIngest;
  /** What each rule's findings rest on, as base64 of the raw document, by rule id. */
  const foundBy = new Map<string, Set<string>>();

  beforeAll(async () => {
    db = await testDatabase({ parsers: true });
    door = await startTestIngest(db.store);
    const bodies = names.flatMap(bodiesOf);
    const answers = await Promise.all(
      bodies.map(async (body) => {
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(door.url, { method: 'POST', headers, body: new Uint8Array(body) });
        expect(answer.status).toBe(202);
        return z.object({ accepted: z.number() }).parse(await answer.json()).accepted;
      })
    );
    const sent = bodies.flatMap(documentsOf).length;
    expect(answers.reduce((sum, accepted) => sum + accepted, 0)).toBe(sent);

    await testDetection(db.store, [...rules.values(), ...controls], { clock: () => Date.now() }).runOnce();
    const events = (await db.store.rows(evidence, {})).filter(({ parser }) => parser === 'windows');
    expect(events).toHaveLength(sent);
    const rawOf = new Map(events.map(({ id, raw64 }) => [id, raw64]));
    for (const finding of await liveFindings(db.store)) {
      const found = foundBy.get(finding.rule_id) ?? new Set<string>();
      for (const id of finding.event_ids) found.add(rawOf.get(id) ?? '');
      foundBy.set(finding.rule_id, found);
    }
  }, 120_000);
  afterAll(async () => {
    await door.close();
    await db.drop();
  });

  it('the corpus is whole', () => expect(names.length).toBeGreaterThanOrEqual(141));

  it.each(names)('%s has a finding that rests on the event recorded for it', (name) => {
    const recorded = bodiesOf(name).flatMap(documentsOf);
    const found = foundBy.get(rules.get(name)?.meta.id ?? '') ?? new Set();
    expect(recorded.some((document) => found.has(document.toString('base64')))).toBe(true);
  });

  it('rules that ask for something else have none: another value, category, service or product', () => {
    expect([...foundBy.keys()].sort()).toEqual([...rules.values()].map(({ meta }) => meta.id).sort());
  });
});
