import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import type { EventRow, SingleRule } from '../rule.ts';
import { eventRow, rulesOf, ruleText, selectedIds, storeEvents } from './rule-fixture.ts';

/** Values of `fields`, or whole columns under `columns`. */
export type GoldenEvent = Record<string, string | null> | { readonly columns: Partial<EventRow> };
/** Name, lines of the detection or a whole text whose first rule is asked, and events with what must come of them. */
export type GoldenCase = readonly [
  name: string,
  detection: string,
  events: readonly (readonly [GoldenEvent, boolean])[],
];

/** A detection of one selection with that line. */
export const item = (line: string): string => `  s:\n    ${line}\n  condition: s`;

function firstRule(text: string, lists: ReadonlyMap<string, readonly string[]>): SingleRule {
  const whole = text.startsWith('title:') ? text : ruleText(text);
  const rule = rulesOf(whole, { lists })[0];
  if (rule?.kind !== 'single') throw new Error('no single rule');
  return rule;
}

function isColumns(event: GoldenEvent): event is { readonly columns: Partial<EventRow> } {
  return typeof event['columns'] === 'object' && event['columns'] !== null;
}

/** Each case against the evaluator and against the SQL on the engine. Every case must say both yes and no. */
export function describeGolden(
  title: string,
  cases: readonly GoldenCase[],
  lists: ReadonlyMap<string, readonly string[]> = new Map()
): void {
  const runs = cases.map(([name, detection, of]) => ({
    name,
    detection,
    wanted: of.map(([, matches]) => matches),
    events: of.map(([given], index) =>
      eventRow(`${name} ${index}`, { run_id: name, ...(isColumns(given) ? given.columns : { fields: given }) })
    ),
  }));

  describe(title, () => {
    let db: TestDatabase;
    beforeAll(async () => {
      db = await testDatabase();
      await storeEvents(
        db.store,
        runs.flatMap(({ events }) => events)
      );
    });
    afterAll(() => db.drop());

    test.each(runs)('$name', async ({ name, detection, events, wanted }) => {
      const rule = firstRule(detection, lists);
      const selected = await selectedIds(db.store, name, rule);
      expect(new Set(wanted).size, 'a case needs an event that matches and one that does not').toBe(2);
      expect({
        evaluator: events.map((event) => rule.matches(event)),
        sql: events.map((event) => selected.has(event.id)),
      }).toEqual({ evaluator: wanted, sql: wanted });
    });
  });
}
