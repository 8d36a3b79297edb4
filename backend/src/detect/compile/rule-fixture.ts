import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { TestDatabase } from '../../../testing/database.ts';
import { parseRuleFile, type ParseOptions } from '../parse/rule-file.ts';
import type { CorrelationRule, DetectionRule, EventRow, SingleRule } from '../rule.ts';
import { emptyEvent } from '../empty-event.ts';
import { compileRules } from './compile-rules.ts';

type Store = TestDatabase['store'];

/** A UUID that is the same for the same name. */
export function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** An event of product `test` with nothing in it but what is given. */
export function eventRow(id: string, given: Partial<EventRow>): EventRow {
  const at = '2026-11-21T08:50:00.000Z';
  return { ...emptyEvent, id: uuidOf(id), ts: at, received_at: at, parser: 'test', product: 'test', ...given };
}

/** A rule over product `test` from the lines below `detection:`, indented by two. */
export function ruleText(detection: string, extra = ''): string {
  const id = uuidOf(detection + extra);
  return `title: A rule\nid: ${id}\nlogsource:\n  product: test\n${extra}detection:\n${detection}\n`;
}

/** The rules of a text; throws with the issues when it has any. */
export function rulesOf(text: string, options: ParseOptions = {}): readonly DetectionRule[] {
  const parsed = parseRuleFile(text, 'test.yml', options);
  const compiled = compileRules([...parsed.rules, ...parsed.filters]);
  const issues = [...parsed.issues, ...compiled.issues];
  if (issues.length > 0)
    throw new Error(issues.map((issue) => `${issue.line}:${issue.column} ${issue.message}`).join('\n'));
  return compiled.rules;
}

/** The one rule over single events of `ruleText(detection)`. */
export function singleOf(detection: string): SingleRule {
  const rule = rulesOf(ruleText(detection))[0];
  if (rule?.kind !== 'single') throw new Error('no single rule');
  return rule;
}

/** The last rule of a text, which must be a correlation. */
export function correlationOf(text: string): CorrelationRule {
  const rule = rulesOf(text).at(-1);
  if (rule?.kind !== 'correlation') throw new Error('no correlation');
  return rule;
}

/** Stores events as they are. */
export async function storeEvents(store: Store, events: readonly EventRow[]): Promise<void> {
  const rows = events.map((event) => ({ ...event, raw_id: event.id, ts_quality: 'exact' }));
  await store.insert('event', rows);
}

const idRow = z.object({ id: z.string() });

/** Ids of the run's events that the rule's SQL selects. */
export async function selectedIds(store: Store, runId: string, rule: SingleRule): Promise<Set<string>> {
  const { sql, params } = rule.compile();
  const statement = {
    sql: `SELECT id FROM event WHERE run_id = {run:String} AND ${sql}`,
    params: { ...params, run: runId },
  };
  const rows = await store.compiled('test.select', statement, idRow, { timeoutMs: 20_000, rowsMax: 100_000 });
  return new Set(rows.map(({ id }) => id));
}
