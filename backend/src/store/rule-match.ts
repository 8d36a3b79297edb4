import type { Store } from './store.ts';

/** A match of a rule that some correlation reads. Times in Unix milliseconds. */
export interface StoredMatch {
  readonly ruleId: string;
  /** Of the rule's text that matched. */
  readonly ruleHash: string;
  readonly eventId: string;
  readonly tsMs: number;
  readonly receivedMs: number;
  readonly runId: string;
  readonly fields: Readonly<Record<string, string | null>>;
  /** rule_match_group.group_key for every correlation that finds it by its group; UInt64 in decimals. */
  readonly groupKeys: readonly string[];
}

/** Stores matches, by time and under each of their keys. The same match again replaces itself. */
export async function insertMatches(
  store: Store,
  matches: readonly StoredMatch[],
  signal?: AbortSignal
): Promise<void> {
  const rows = matches.map((match) => ({
    rule_id: match.ruleId,
    event_id: match.eventId,
    ts: new Date(match.tsMs).toISOString(),
    received_at: new Date(match.receivedMs).toISOString(),
    run_id: match.runId,
    fields: match.fields,
  }));
  const options = signal === undefined ? {} : { signal };
  await store.insert(
    'rule_match',
    rows.map((row, at) => ({ ...row, rule_hash: matches[at]?.ruleHash })),
    options
  );
  const keyed = rows.flatMap((row, at) => matches[at]?.groupKeys.map((group_key) => ({ ...row, group_key })) ?? []);
  await store.insert('rule_match_group', keyed, options);
}
