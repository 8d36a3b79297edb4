import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import { ruleSetOf } from './evaluate-range.ts';
import { findingQuery } from './finding-query.ts';
import { parseRuleFile } from '../parse/rule-file.ts';
import { joinPipelines } from '../pipeline/join-pipelines.ts';
import { parsePipelineFile } from '../pipeline/pipeline-file.ts';
import type { EventRow, SingleRule } from '../rule.ts';
import { compileRules } from '../compile/compile-rules.ts';
import { eventRow, selectedIds, storeEvents, uuidOf } from '../compile/rule-fixture.ts';
import { z } from 'zod';

/** Several places, several log sources, an added condition; a key with the name of a column. */
const file = `
name: Test
transformations:
  - type: field_name_mapping
    mapping: { Peer: [src_ip, "fields[Peer]", "fields[user]"], Level: severity }
  - type: add_condition
    conditions: { Program: [cron, at?] }
    rule_conditions: [{ type: logsource, service: cron }]
  - type: change_logsource
    logsources: [{ product: test, category: one }, { product: '', category: '' }]
    rule_conditions: [{ type: logsource, service: cron }]
  - type: field_name_mapping
    mapping: { Program: program }
`;
const { pipeline, issues } = joinPipelines([parsePipelineFile(file, 'test.yml')]);
if (issues.length > 0) throw new Error(JSON.stringify(issues));

function ruleOf(detection: string, condition = 's'): SingleRule {
  const text = `title: t\nid: ${uuidOf(detection + condition)}\nlogsource: {product: test, service: cron}\nfinding: {group_by: [Peer, Level]}\ndetection:\n  s: ${detection}\n  condition: ${condition}\n`;
  const [rule] = compileRules(parseRuleFile(text, 'rule.yml').rules, pipeline).rules;
  if (rule?.kind !== 'single') throw new Error('no rule');
  return rule;
}

const some = (id: string, event: Partial<EventRow>): EventRow =>
  eventRow(id, { run_id: 'run', category: 'one', program: 'CRON', ...event });
const events = [
  some('column', { src_ip: 'x' }),
  some('key', { fields: { Peer: 'x' } }),
  some('third', { src_ip: 'y', fields: { Peer: 'z', user: 'X' }, severity: 3 }),
  some('none of them', { src_ip: 'y', user: 'x', fields: { Peer: 'z' } }),
  some('nothing', {}),
  some('other program', { src_ip: 'x', program: 'sshd' }),
  some('wildcard of the condition', { src_ip: 'x', program: 'atd' }),
  some('no program', { src_ip: 'x', program: null }),
  some('no log source', { src_ip: 'x', product: '', category: '' }),
  some('half a log source', { src_ip: 'x', product: '', category: 'one' }),
  some('its own log source', { src_ip: 'x', category: 'two', service: 'cron' }),
];

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await storeEvents(db.store, events);
});
afterAll(() => db.drop());

const idOf = new Map(events.map(({ id }, index) => [id, index]));
const reached = [0, 1, 2, 3, 4, 6, 8];

const cases: readonly (readonly [string, string, readonly number[]])[] = [
  ['{Peer: x}', 's', [0, 1, 2, 6, 8]],
  ['{Peer: x}', 'not s', [3, 4]],
  ['{Peer|neq: x}', 's', [3, 4]],
  ['{Peer: null}', 's', [4]],
  ['{Peer|exists: true}', 's', [0, 1, 2, 3, 6, 8]],
  ['{Peer|contains|all: [x]}', 's', [0, 1, 2, 6, 8]],
  ['{Peer|re: "^[xy]$"}', 's', [0, 1, 2, 3, 6, 8]],
  ['{Peer|fieldref: Peer}', 's', [0, 1, 2, 3, 6, 8]],
  ['{Level: 3}', 's', [2]],
];
test.each(cases)(
  '%s with condition %s: evaluator and SQL both say what is wanted',
  async (detection, condition, wanted) => {
    const rule = ruleOf(detection, condition);
    const evaluated = events.flatMap((event, index) => (rule.matches(event) ? [index] : []));
    const selected = [...(await selectedIds(db.store, 'run', rule))].map((id) => idOf.get(id) ?? -1);
    expect({ evaluated, selected: selected.sort((a, b) => a - b) }).toEqual({ evaluated: wanted, selected: wanted });
    expect(wanted.every((index) => reached.includes(index))).toBe(true);
  }
);

test("a finding's query groups by the first place that has a value, as the evaluator does", async () => {
  const rule = ruleOf('{Peer|exists: true}');
  for (const index of [0, 1, 2]) {
    const event = events[index] ?? eventRow('', {});
    const group = { Peer: rule.fieldValue(event, 'Peer'), Level: rule.fieldValue(event, 'Level') };
    const scope = { runId: 'run', group, firstMs: Date.parse(event.ts), lastMs: Date.parse(event.ts) };
    const statement = findingQuery(rule, scope, ruleSetOf([rule]));
    const limits = { timeoutMs: 20_000, rowsMax: 100 };
    const rows = await db.store.compiled('test.finding', statement, z.looseObject({ id: z.string() }), limits);
    const wanted = events.filter(
      (one) => rule.matches(one) && Object.entries(group).every(([name, value]) => rule.fieldValue(one, name) === value)
    );
    expect(rows.map(({ id }) => id).sort()).toEqual(wanted.map(({ id }) => id).sort());
    expect(wanted).toContain(event);
  }
});
