import { z } from 'zod';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

const count = z.coerce.number().int();

const newest = defineQuery({
  name: 'lease.newest',
  sql: `SELECT lease_holder.epoch AS epoch, any(lease_holder.owner) AS owner,
      toUnixTimestamp64Milli(min(lease_holder.at)) AS since_ms, max(lease_beat.released) AS released,
      dateDiff('millisecond', greatest(max(lease_holder.at), max(lease_beat.at)), now64(6, 'UTC')) AS silent_ms
    FROM lease_holder LEFT JOIN lease_beat ON lease_beat.name = lease_holder.name AND lease_beat.epoch = lease_holder.epoch
    WHERE lease_holder.name = {name:String}
    GROUP BY lease_holder.epoch ORDER BY epoch DESC LIMIT 1`,
  params: z.object({ name: z.string() }),
  row: z.object({ epoch: count, owner: z.string(), since_ms: count, released: count, silent_ms: count }),
  timeoutMs: 10_000,
  rowsMax: 1,
});

/** The newest take of a lease. Times by the store's clock. */
export interface LeaseState {
  /** 0 when nobody ever took it. */
  readonly epoch: number;
  readonly owner: string;
  /** When it was taken, Unix milliseconds. */
  readonly sinceMs: number;
  readonly released: boolean;
  /** Since the holder last said that it lives, milliseconds. */
  readonly silentMs: number;
}

export async function leaseState(store: Store, name: string): Promise<LeaseState> {
  const [row] = await store.rows(newest, { name });
  if (row === undefined) return { epoch: 0, owner: '', sinceMs: 0, released: true, silentMs: 0 };
  const { epoch, owner, since_ms, released, silent_ms } = row;
  return { epoch, owner, sinceMs: since_ms, released: released > 0, silentMs: silent_ms };
}

const ownerOf = defineQuery({
  name: 'lease.owner',
  sql: `SELECT owner FROM lease_holder WHERE name = {name:String} AND epoch = {epoch:UInt64} LIMIT 1`,
  params: z.object({ name: z.string(), epoch: z.number() }),
  row: z.object({ owner: z.string() }),
  timeoutMs: 10_000,
  rowsMax: 1,
});

/** Compare and set: takes the epoch, then reads back whose it is. False when another was first. */
export async function takeLease(store: Store, name: string, epoch: number, owner: string): Promise<boolean> {
  await store.insert('lease_holder', [{ name, epoch, owner }], { dedupToken: `${name}|${epoch}` });
  return (await store.rows(ownerOf, { name, epoch }))[0]?.owner === owner;
}

/** Says that the holder of an epoch lives, or (`released`) gives it back. Of an old epoch it says nothing to anybody. */
export async function beatLease(store: Store, name: string, epoch: number, released: boolean): Promise<void> {
  await store.insert('lease_beat', [{ name, epoch, released: released ? 1 : 0 }]);
}
