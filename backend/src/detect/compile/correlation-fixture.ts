import { expect } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import {
  firingWindowRow,
  type CorrelationRule,
  type CorrelationScope,
  type FiringWindow,
  type RuleMatch,
} from '../rule.ts';
import { correlationOf, uuidOf } from './rule-fixture.ts';

/** Tests only: rules a, b, c, d, which matter by the fields of their matches alone, before one correlation or more. */
export function withRules(correlations: string): string {
  const single = (name: string): string =>
    `title: ${name}\nid: ${uuidOf(name)}\nname: ${name}\nlogsource: {product: test}\ndetection:\n  s: {f: ${name}}\n  condition: s\n`;
  return [single('a'), single('b'), single('c'), single('d'), correlations].join('---\n');
}

/** Tests only: the document of a correlation with this body. */
export function correlation(body: string, name = 'outer'): string {
  return `title: ${name}\nid: ${uuidOf(name)}\nname: ${name}\ncorrelation:\n  ${body.trim().replaceAll('\n', '\n  ')}\n`;
}

/** Tests only: the last of these correlations, over rules a to d. */
export function ruleOf(body: string, ...inner: string[]): CorrelationRule {
  return correlationOf(withRules([...inner, correlation(body)].join('---\n')));
}

/** Time 0 of the tests' event lines. */
export const start = Date.parse('2026-11-21T08:00:00.000Z');
let number = 0;

/** Tests only: a match of rule `name` so many seconds after the start. */
export function match(
  name: string,
  seconds: number,
  fields: Record<string, string | null> = {},
  eventId?: string
): RuleMatch {
  number += 1;
  const tsMs = Math.round(start + seconds * 1000);
  return { ruleId: uuidOf(name), eventId: eventId ?? uuidOf(`event ${number}`), tsMs, fields };
}

export const allTime = { fromMs: start - 100_000_000, toMs: start + 100_000_000 };
let run = 0;

function byGroupAndTime(windows: readonly FiringWindow[]): FiringWindow[] {
  const key = (window: FiringWindow): string => `${JSON.stringify(window.group)} ${window.lastMs}`;
  return [...windows].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

export async function storeMatches(db: TestDatabase, runId: string, matches: readonly RuleMatch[]): Promise<void> {
  const rows = matches.map(({ ruleId, eventId, tsMs, fields }) => {
    const at = new Date(tsMs).toISOString();
    return { rule_id: ruleId, event_id: eventId, ts: at, received_at: at, run_id: runId, fields };
  });
  await db.store.insert('rule_match', rows);
}

/** Tests only: what the SQL gives over the matches of a run, ordered. */
export async function windowsBySql(
  db: TestDatabase,
  rule: CorrelationRule,
  scope: CorrelationScope
): Promise<FiringWindow[]> {
  const limits = { timeoutMs: 20_000, rowsMax: 100_000 };
  const rows = await db.store.compiled('test.windows', rule.compileWindows(scope), firingWindowRow, limits);
  return byGroupAndTime(rows.map((row) => rule.windowOf(row)));
}

/** Tests only: what the reference gives, ordered as windowsBySql. */
export function windowsByReference(
  rule: CorrelationRule,
  matches: readonly RuleMatch[],
  scope: Omit<CorrelationScope, 'runId'>
): FiringWindow[] {
  return byGroupAndTime(rule.windows(matches, scope));
}

/** Tests only: windows by SQL over stored matches, held equal to the reference; `times` limits the triggers. */
export async function windowsOf(
  db: TestDatabase,
  rule: CorrelationRule,
  matches: readonly RuleMatch[],
  times = allTime
): Promise<FiringWindow[]> {
  run += 1;
  const runId = `run ${run}`;
  await storeMatches(db, runId, matches);
  const scope = { groups: matches.flatMap((one) => rule.groupsOf(one)), ...times };
  const bySql = await windowsBySql(db, rule, { runId, ...scope });
  expect(bySql).toEqual(windowsByReference(rule, matches, scope));
  return bySql;
}

/** Tests only: seconds of the last trigger of each firing window. */
export async function lastSeconds(
  db: TestDatabase,
  rule: CorrelationRule,
  matches: readonly RuleMatch[]
): Promise<number[]> {
  return (await windowsOf(db, rule, matches)).map((window) => (window.lastMs - start) / 1000);
}
