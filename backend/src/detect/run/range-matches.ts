import { insertMatches, type StoredMatch } from '../../store/rule-match.ts';
import type { Store } from '../../store/store.ts';
import type { CorrelationRule } from '../rule.ts';
import type { RangeEvaluation, RuleMatches, RuleSet } from './evaluate-range.ts';
import { slices } from './group-by.ts';

const matchesPerInsert = 50_000;

/** Stores the range's matches of rules that a correlation reads, under the keys of those that raise findings. */
export async function storeMatches(
  store: Store,
  set: RuleSet,
  evaluation: RangeEvaluation,
  signal?: AbortSignal
): Promise<void> {
  for (const of of evaluation.byRule.values()) {
    const readers = set.correlations.filter(
      ({ raisesFindings, references }) => raisesFindings && references.includes(of.rule.meta.id)
    );
    for (const slice of slices(of.matches, matchesPerInsert)) {
      const stored = slice.flatMap((match) => storedMatch(of.rule, match, readers));
      if (stored.length > 0) await insertMatches(store, stored, signal);
    }
  }
}

/** Only rules that a correlation reads have fields. */
function storedMatch(
  { meta }: RuleMatches['rule'],
  { point, runId, fields }: RuleMatches['matches'][number],
  readers: readonly CorrelationRule[]
): StoredMatch[] {
  if (fields === undefined) return [];
  const { eventId, tsMs, receivedMs } = point;
  const match = { ruleId: meta.id, eventId, tsMs, fields };
  const groupKeys = [...new Set(readers.flatMap((reader) => reader.matchKeysOf(match, runId)))];
  return [{ ...match, ruleHash: meta.hash, receivedMs, runId, groupKeys }];
}
