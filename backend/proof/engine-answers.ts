import { z } from 'zod';
import type { EventRow, SingleRule } from '../src/detect/rule.ts';
import type { Store } from '../src/store/store.ts';

/** By event id: one character a rule, `1` it matches, `0` it does not, `N` the SQL gave NULL. */
export type EngineAnswers = ReadonlyMap<string, string>;

const answerRow = z.object({ id: z.string(), answers: z.string() });
const idRow = z.object({ id: z.string() });
const limits = { timeoutMs: 120_000, rowsMax: 100_000 };

/**
 * Stores the events alone in table `event` and asks the engine every rule about each: once as columns of SELECT, once as
 * WHERE over all rules. Throws when the two differ. Two statements.
 */
export async function engineAnswers(
  store: Store,
  rules: readonly SingleRule[],
  events: readonly EventRow[]
): Promise<EngineAnswers> {
  await store.execute('proof.clear', 'TRUNCATE TABLE event');
  await store.insert(
    'event',
    events.map((event) => ({ ...event, raw_id: event.id, ts_quality: 'exact' }))
  );
  const parts = rules.map((rule, at) => rule.compile(`r${at}p`));
  const params = Object.assign({}, ...parts.map((part) => part.params)) as Record<string, unknown>;
  const columns = parts.map(({ sql }) => `ifNull(toString(${sql}), 'N')`).join(',\n');
  const select = { sql: `SELECT id, concat(${columns}, '') AS answers FROM event`, params };
  const rows = await store.compiled('proof.select', select, answerRow, limits);
  const where = { sql: `SELECT id FROM event WHERE ${parts.map(({ sql }) => sql).join('\nOR ')}`, params };
  const selected = new Set((await store.compiled('proof.where', where, idRow, limits)).map(({ id }) => id));
  for (const { id, answers } of rows) {
    if (answers.includes('1') !== selected.has(id)) throw new Error(`SELECT and WHERE differ on event ${id}`);
  }
  return new Map(rows.map(({ id, answers }) => [id, answers]));
}
