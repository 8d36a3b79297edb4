import { z } from 'zod';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

const block = z.coerce.number().int().nonnegative();
/** Times of the store's clock, RFC 3339 in UTC with microseconds: in order as text. */
const moment = z.string();

/** Owner of the rows that stand for all done rows of their partition up to their generation. */
const compactor = 'compaction';

const doneRows = defineQuery({
  name: 'ledger.done',
  sql: `SELECT partition, lo, hi, gen, taken_at, rows, owner = '${compactor}' AS compacted FROM ledger_done
    WHERE stream = {stream:String}`,
  params: z.object({ stream: z.string() }),
  row: z.object({
    partition: z.string(),
    lo: block,
    hi: block,
    gen: block,
    taken_at: moment,
    rows: block,
    compacted: block,
  }),
  timeoutMs: 30_000,
  rowsMax: 1_000_000,
});

export type DoneRow = z.output<(typeof doneRows)['row']>;

/** All ranges that were read. `compacted` 1: stands for all of its partition up to its generation. */
export function listDone(store: Store, stream: string): Promise<DoneRow[]> {
  return store.rows(doneRows, { stream });
}

const openClaims = defineQuery({
  name: 'ledger.open_claims',
  sql: `SELECT partition, lo, hi, gen, owner, at, takes FROM ledger_claim
    WHERE stream = {stream:String}
      AND (partition, lo, gen) NOT IN (SELECT partition, lo, gen FROM ledger_done WHERE stream = {stream:String})
    ORDER BY gen`,
  params: z.object({ stream: z.string() }),
  row: z.object({
    partition: z.string(),
    lo: block,
    hi: block,
    gen: block,
    owner: z.string(),
    at: moment,
    takes: block,
  }),
  timeoutMs: 30_000,
  rowsMax: 100_000,
});
export type OpenClaim = z.output<(typeof openClaims)['row']>;

/** Claims without a done row, oldest first; those that others took over too. */
export function listOpenClaims(store: Store, stream: string): Promise<OpenClaim[]> {
  return store.rows(openClaims, { stream });
}

const resetRows = defineQuery({
  name: 'ledger.resets',
  sql: `SELECT above, at FROM ledger_reset WHERE stream = {stream:String}`,
  params: z.object({ stream: z.string() }),
  row: z.object({ above: block, at: moment }),
  timeoutMs: 10_000,
  rowsMax: 10_000,
});
export type ResetRow = z.output<(typeof resetRows)['row']>;

export function listResets(store: Store, stream: string): Promise<ResetRow[]> {
  return store.rows(resetRows, { stream });
}

const newestGen = defineQuery({
  name: 'ledger.newest_gen',
  sql: `SELECT greatest((SELECT max(gen) FROM ledger_claim WHERE stream = {stream:String}),
                        (SELECT max(gen) FROM ledger_done WHERE stream = {stream:String})) AS gen`,
  params: z.object({ stream: z.string() }),
  row: z.object({ gen: block }),
  timeoutMs: 10_000,
  rowsMax: 1,
});

/** The highest generation ever given out, 0 for none. */
export async function highestGen(store: Store, stream: string): Promise<number> {
  return (await store.rows(newestGen, { stream }))[0]?.gen ?? 0;
}

export interface LedgerRange {
  readonly stream: string;
  readonly partition: string;
  readonly lo: number;
  readonly hi: number;
  readonly gen: number;
  readonly owner: string;
}

const claimOwner = defineQuery({
  name: 'ledger.claim_owner',
  sql: `SELECT owner, hi FROM ledger_claim WHERE stream = {stream:String} AND partition = {partition:String}
    AND lo = {lo:UInt64} AND gen = {gen:UInt64} LIMIT 1`,
  params: z.object({ stream: z.string(), partition: z.string(), lo: z.number(), gen: z.number() }),
  row: z.object({ owner: z.string(), hi: block }),
  timeoutMs: 10_000,
  rowsMax: 1,
});

/** A claim to be made. */
export interface NewClaim extends LedgerRange {
  /** Generation of the dead owner's claim that this one takes over; 0 for none. */
  readonly takes: number;
  /** When its rows were listed, where that was not now: the same for all who take it over. */
  readonly at?: string;
}

/** Claims a range, then reads back whose it is: false when another was first. A repeated claim of one's own is true. */
export async function claimRange(store: Store, range: NewClaim, signal?: AbortSignal): Promise<boolean> {
  const { stream, partition, lo, gen } = range;
  const options = signal === undefined ? {} : { signal };
  await store.insert('ledger_claim', [range], { dedupToken: [stream, partition, lo, gen].join('|'), ...options });
  const [stored] = await store.rows(claimOwner, { stream, partition, lo, gen }, options);
  return stored?.owner === range.owner && stored.hi === range.hi;
}

/**
 * Notes that a range was read and everything found in it is stored; and in the same insert, so that neither stands
 * without the other, that the claims it took over (`ended`, their generations) have come to nothing.
 */
export async function writeDone(
  store: Store,
  done: LedgerRange & { rule_set_hash: string; taken_at: string; rows: number },
  ended: readonly number[]
): Promise<void> {
  await store.insert('ledger_done', [done, ...ended.map((gen) => ({ ...done, gen, rows: 0 }))]);
}

const doneEnd = defineQuery({
  name: 'ledger.done_end',
  sql: `SELECT count() AS n, max(ledger_done.taken_at) AS taken, max(hi) AS highest FROM ledger_done
    WHERE stream = {stream:String}`,
  params: z.object({ stream: z.string() }),
  row: z.object({ n: block, taken: moment, highest: block }),
  timeoutMs: 10_000,
  rowsMax: 1,
});

/** When the newest range was listed, and the highest block read; undefined before the first range. */
export async function endOfDone(
  store: Store,
  stream: string
): Promise<{ takenAt: string; highest: number } | undefined> {
  const [row] = await store.rows(doneEnd, { stream });
  return row === undefined || row.n === 0 ? undefined : { takenAt: row.taken, highest: row.highest };
}

/** Done ranges and claims listed before now end at `above`. */
export async function writeReset(store: Store, stream: string, above: number): Promise<void> {
  await store.insert('ledger_reset', [{ stream, above }]);
}

/**
 * Replaces the done rows of a partition, up to generation `gen`, by merged ones, and removes their claims. A crash in
 * between leaves both, which say the same; `merged` empty removes what such a crash left.
 */
export async function replaceDone(
  store: Store,
  of: { stream: string; partition: string; gen: number; taken_at: string },
  merged: readonly { lo: number; hi: number; rows: number }[]
): Promise<void> {
  await store.insert('ledger_done', merged.map((range) => ({ ...of, ...range, owner: compactor, rule_set_hash: '' }))); // prettier-ignore
  const params = { stream: of.stream, partition: of.partition, gen: of.gen, compactor };
  const where = 'stream = {stream:String} AND partition = {partition:String} AND gen <= {gen:UInt64}';
  await store.execute(
    'ledger.compact_claims',
    `DELETE FROM ledger_claim WHERE ${where} AND (lo, gen) IN (SELECT lo, gen FROM ledger_done WHERE ${where})`,
    params
  );
  await store.execute(
    'ledger.compact_done',
    `DELETE FROM ledger_done WHERE ${where} AND NOT (owner = {compactor:String} AND gen = {gen:UInt64})`,
    params
  );
}
