import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import { parseRuleFile, type ParsedFile } from '../parse/rule-file.ts';
import type { ParsedRule, ParsedSingle } from '../parse/rule-node.ts';
import { loadPipelines } from '../load-pipelines.ts';
import { resolveField, routesOf } from '../pipeline/pipeline.ts';
import type { EventRow, SingleRule } from '../rule.ts';
import { compileRules } from './compile-rules.ts';
import { eventNear, seededRandom } from './event-generator.ts';
import { eventRow, storeEvents } from './rule-fixture.ts';

/** Rules that must parse and compile: all of SigmaHQ but the 25 with placeholders that nobody gave lists for. */
const compiledFloor = 3752;
/** Every so many rules also run on the engine, each over events near it. */
const stride = 8;
const batch = 40;

const { pipeline } = await loadPipelines();
const corpus = fileURLToPath(new URL('../../../../../shared/data/sigmahq', import.meta.url));
const present = existsSync(corpus);
if (!present && process.env['LOGLAKE_CORPORA'] === 'required') throw new Error(`no corpus at ${corpus}`);
if (!present) process.stdout.write('SigmaHQ is not there: its tests are skipped\n');

function eventsOf(parsed: ParsedSingle, seed: number): EventRow[] {
  const random = seededRandom(seed);
  const [route = {}] = routesOf(pipeline, parsed.logsource);
  const source = (field: string) => resolveField(pipeline, parsed.logsource, field);
  return Array.from({ length: 4 }, (_, index) =>
    eventRow(`${parsed.meta.id} ${index}`, {
      product: '',
      ...route,
      ...eventNear(parsed.expression, source, random),
      run_id: parsed.meta.id,
    })
  );
}

describe.skipIf(!present)('SigmaHQ', () => {
  const files: ParsedFile[] = [];
  let parsed: ParsedRule[] = [];
  let rules: SingleRule[] = [];
  let db: TestDatabase;

  beforeAll(async () => {
    const names = readdirSync(corpus, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.yml'));
    for (const name of names.sort()) files.push(parseRuleFile(readFileSync(path.join(corpus, name), 'utf8'), name));
    parsed = files.flatMap((file) => file.rules);
    rules = compileRules(parsed, pipeline).rules.filter((rule) => rule.kind === 'single');
    db = await testDatabase();
  });
  afterAll(() => db.drop());

  test('every rule parses and compiles but those with placeholders', () => {
    const issues = files.flatMap((file) => file.issues);
    expect(issues.filter(({ code }) => code !== 'sigma.placeholder')).toEqual([]);
    process.stdout.write(`SigmaHQ: ${rules.length} of ${files.length} rules parse and compile\n`);
    expect(rules.length).toBeGreaterThanOrEqual(compiledFloor);
  });

  test('the rules with placeholders compile once their lists are given', () => {
    const refused = files.filter(({ issues }) => issues.some(({ code }) => code === 'sigma.placeholder'));
    const messages = refused.flatMap(({ issues }) => issues.map(({ message }) => message));
    const names = new Set(messages.map((message) => /%([^%]+)%/.exec(message)?.[1] ?? ''));
    const lists = new Map([...names].map((name) => [name, ['192.0.2.7', `${name}*`]]));
    const read = refused.map(({ issues: [issue] }) => {
      const file = issue?.path ?? '';
      return parseRuleFile(readFileSync(path.join(corpus, file), 'utf8'), file, { lists });
    });
    const compiled = compileRules(
      read.flatMap((file) => file.rules),
      pipeline
    );
    process.stdout.write(
      `SigmaHQ: ${compiled.rules.length} rules with ${names.size} placeholders compile with lists\n`
    );
    expect([...read.flatMap(({ issues }) => issues), ...compiled.issues]).toEqual([]);
    expect(compiled.rules.length).toBe(files.length - rules.length);
  });

  test('warnings stay rare enough to be read', () => {
    const counts = new Map<string, number>();
    for (const { code } of files.flatMap((file) => file.warnings)) counts.set(code, (counts.get(code) ?? 0) + 1);
    process.stdout.write(`SigmaHQ warnings: ${JSON.stringify(Object.fromEntries(counts))}\n`);
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBeLessThan(files.length / 4);
  });

  test('every rule compiles to SQL that holds none of its values, and evaluates without throwing', () => {
    const event = eventRow('plain', { message: 'x', fields: { Image: 'C:\\x.exe', CommandLine: 'x -a' } });
    for (const rule of rules) {
      rule.matches({ ...event, ...rule.logsource });
      // Outside of placeholders and the engine's own words nothing but the column names and our constants stands.
      expect(rule.compile().sql).not.toMatch(/\\\\Windows|powershell|\.exe/i);
    }
  });

  test('a share of the rules gives the same on the engine as in the process', { timeout: 120_000 }, async () => {
    const chosen = parsed
      .filter((rule): rule is ParsedSingle => rule.kind === 'single')
      .filter((_rule, index) => index % stride === 0);
    const byId = new Map(rules.map((rule) => [rule.meta.id, rule]));
    const cases = chosen.map((rule, index) => ({ rule: byId.get(rule.meta.id), events: eventsOf(rule, index) }));
    await storeEvents(
      db.store,
      cases.flatMap(({ events }) => events)
    );
    const selected = new Set<string>();
    for (let first = 0; first < cases.length; first += batch) {
      const parts = cases.slice(first, first + batch).map(({ rule }, index) => {
        const compiled = rule?.compile(`r${index}p`);
        return {
          sql: `(run_id = {r${index}:String} AND ${compiled?.sql})`,
          params: { ...compiled?.params, [`r${index}`]: rule?.meta.id },
        };
      });
      const statement = {
        sql: `SELECT id FROM event WHERE ${parts.map(({ sql }) => sql).join('\nOR ')}`,
        params: Object.assign({}, ...parts.map(({ params }) => params)) as Record<string, unknown>,
      };
      const found = await db.store.compiled('test.sigmahq', statement, z.object({ id: z.string() }), {
        timeoutMs: 30_000,
        rowsMax: 10_000,
      });
      for (const { id } of found) selected.add(id);
    }
    let matched = 0;
    for (const { rule, events } of cases) {
      for (const event of events) {
        const matches = rule?.matches(event) ?? false;
        if (matches) matched += 1;
        expect(selected.has(event.id), `${rule?.meta.path} ${JSON.stringify(event)}`).toBe(matches);
      }
    }
    process.stdout.write(
      `SigmaHQ: ${cases.length} rules on the engine, ${matched} of ${cases.length * 4} events match\n`
    );
    expect(matched).toBeGreaterThan(cases.length);
  });
});
