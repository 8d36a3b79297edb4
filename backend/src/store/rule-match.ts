import type { Store } from './store.ts';

/** A match of a rule that some correlation reads. Times in Unix milliseconds. */
export interface StoredMatch {
  readonly ruleId: string;
  readonly eventId: string;
  readonly tsMs: number;
  readonly receivedMs: number;
  readonly runId: string;
  readonly fields: Readonly<Record<string, string | null>>;
}

/** Stores matches. The same match again replaces itself. */
export async function insertMatches(
  store: Store,
  matches: readonly StoredMatch[],
  signal?: AbortSignal
): Promise<void> {
  await store.insert(
    'rule_match',
    matches.map((match) => ({
      rule_id: match.ruleId,
      event_id: match.eventId,
      ts: new Date(match.tsMs).toISOString(),
      received_at: new Date(match.receivedMs).toISOString(),
      run_id: match.runId,
      fields: match.fields,
    })),
    signal === undefined ? {} : { signal }
  );
}
