import { z } from 'zod';
import { activityKind, closeReason, findingState, type Activity } from '@loglake/contract/finding';
import { isoTime } from './finding-row.ts';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

const row = z.object({
  finding_id: z.string(),
  version: z.coerce.number(),
  at_ms: z.coerce.number(),
  actor: z.string(),
  kind: activityKind,
  state: findingState,
  close_reason: z.union([closeReason, z.literal('')]),
  assignee: z.string(),
  comment: z.string(),
  previous_hash: z.string(),
  hash: z.string(),
});

const columns = `finding_id, version, toUnixTimestamp64Milli(at) AS at_ms, actor, kind, state, close_reason, assignee,
  comment, previous_hash, hash`;

function toActivity(stored: z.output<typeof row>): Activity {
  return {
    findingId: stored.finding_id,
    version: stored.version,
    at: isoTime(stored.at_ms),
    actor: stored.actor,
    kind: stored.kind,
    state: stored.state,
    closeReason: stored.close_reason === '' ? null : stored.close_reason,
    assignee: stored.assignee === '' ? null : stored.assignee,
    comment: stored.comment,
    previousHash: stored.previous_hash,
    hash: stored.hash,
  };
}

const history = defineQuery({
  name: 'activity.history',
  sql: `SELECT ${columns} FROM finding_activity WHERE finding_id = {id:String} ORDER BY version LIMIT 10000`,
  params: z.object({ id: z.string() }),
  row,
  timeoutMs: 10_000,
  rowsMax: 10_000,
});

/** All activities of a finding, oldest first. */
export async function activityHistory(store: Store, findingId: string): Promise<Activity[]> {
  return (await store.rows(history, { id: findingId })).map(toActivity);
}

const newest = defineQuery({
  name: 'activity.newest',
  sql: `SELECT ${columns} FROM finding_activity WHERE finding_id IN {ids:Array(String)}
    ORDER BY version DESC LIMIT 1 BY finding_id`,
  params: z.object({ ids: z.array(z.string()) }),
  row,
  timeoutMs: 10_000,
  rowsMax: 1000,
});

/** The newest activity of each finding that has one. */
export async function newestActivities(store: Store, ids: readonly string[]): Promise<Map<string, Activity>> {
  if (ids.length === 0) return new Map();
  return new Map(
    (await store.rows(newest, { ids: [...ids] })).map((stored) => [stored.finding_id, toActivity(stored)])
  );
}

/** Appends activities in one insert; `dedupToken` makes a retry harmless. */
export async function appendActivities(
  store: Store,
  activities: readonly Activity[],
  dedupToken: string
): Promise<void> {
  await store.insert(
    'finding_activity',
    activities.map((activity) => ({
      finding_id: activity.findingId,
      version: activity.version,
      at: activity.at.replace('T', ' ').replace('Z', ''),
      actor: activity.actor,
      kind: activity.kind,
      state: activity.state,
      close_reason: activity.closeReason ?? '',
      assignee: activity.assignee ?? '',
      comment: activity.comment,
      previous_hash: activity.previousHash,
      hash: activity.hash,
    })),
    { dedupToken }
  );
}
