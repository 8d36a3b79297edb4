import { createHash } from 'node:crypto';

/** Group-by values by name; null where the field was missing, which is a group of its own. */
export type GroupValues = Readonly<Record<string, string | null>>;

/** The first 128 bits of SHA-256 over the JSON of `parts`, as 32 hex digits. */
export function shortHash(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/**
 * Names a group: the same for one rule, one run and one set of values, whatever the order of the names.
 * A missing value (null) and an empty text are different groups; scenario runs never share a group with real events.
 */
export function groupKey(ruleId: string, runId: string, group: GroupValues): string {
  const values = Object.entries(group).sort(([a], [b]) => (a < b ? -1 : 1));
  return shortHash([ruleId, runId, values]);
}
