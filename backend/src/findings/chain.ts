import { createHash } from 'node:crypto';
import type { Activity } from '@loglake/contract/finding';

/** An activity before it has its place in the chain. */
export type UnsealedActivity = Omit<Activity, 'version' | 'previousHash' | 'hash'>;

/**
 * SHA-256, hex, over the JSON array of every column in the table's order, previous hash first. An array of texts and
 * one integer has one JSON spelling only, so two different rows never give the same text.
 */
export function activityHash(activity: Omit<Activity, 'hash'>): string {
  const columns = [
    activity.previousHash,
    activity.findingId,
    activity.version,
    activity.at,
    activity.actor,
    activity.kind,
    activity.state,
    activity.closeReason,
    activity.assignee,
    activity.comment,
  ];
  return createHash('sha256').update(JSON.stringify(columns)).digest('hex');
}

/** Lone surrogates have no UTF-8 and would come back from the store as another text: they become U+FFFD before hashing. */
const wellFormed = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

/** Puts an activity behind `previous` (undefined for the first): version, previous hash, hash. */
export function sealActivity(previous: Activity | undefined, entry: UnsealedActivity): Activity {
  const activity = {
    ...entry,
    actor: wellFormed(entry.actor),
    assignee: entry.assignee === null ? null : wellFormed(entry.assignee),
    comment: wellFormed(entry.comment),
    version: (previous?.version ?? 0) + 1,
    previousHash: previous?.hash ?? '',
  };
  return { ...activity, hash: activityHash(activity) };
}

/**
 * True when `activities` (one finding's, oldest first) are an unaltered chain: versions from 1 without gaps, one
 * finding id, each hash right and each previous hash the one before. Rows cut off at the end cannot be seen here.
 */
export function verifyChain(activities: readonly Activity[]): boolean {
  return activities.every((activity, index) => {
    const previous = activities[index - 1];
    return (
      activity.version === index + 1 &&
      activity.findingId === activities[0]?.findingId &&
      activity.previousHash === (previous?.hash ?? '') &&
      activity.hash === activityHash(activity)
    );
  });
}
