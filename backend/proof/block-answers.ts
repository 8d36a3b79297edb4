import { createRangeEvaluator, ruleSetOf, type RangeEvaluator } from '../src/detect/run/evaluate-range.ts';
import type { SingleRule } from '../src/detect/rule.ts';
import { eventBlocksOfRange } from '../src/store/event-block.ts';
import type { Store } from '../src/store/store.ts';

/** Ids of the events that each rule matches, by rule id. */
export type BlockAnswers = ReadonlyMap<string, ReadonlySet<string>>;

/** The evaluator as the service runs it: blocks of the store, all rules at once, rules chosen by their necessary texts. */
export function blockEvaluator(rules: readonly SingleRule[]): RangeEvaluator {
  return createRangeEvaluator(ruleSetOf(rules));
}

/** What it says of every event that is stored with this arrival day (yyyymmdd). Throws when a rule met an error. */
export async function blockAnswers(store: Store, evaluator: RangeEvaluator, day: string): Promise<BlockAnswers> {
  const range = { partition: day, lo: 0, hi: 2 ** 40, parts: [] };
  const { byRule } = await evaluator.evaluate(eventBlocksOfRange(store, range, evaluator.columns));
  return new Map(
    [...byRule].map(([id, { matches, error }]) => {
      if (error !== '') throw new Error(`rule ${id}: ${error}`);
      return [id, new Set(matches.map(({ point }) => point.eventId))];
    })
  );
}
