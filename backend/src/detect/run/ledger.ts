import { type ActivePart, type ArrivedTable, eventTable, highestBlock, listParts, lowestBlockSince, tableIdentity } from '../../store/arrived-table.ts'; // prettier-ignore
import {
  type LedgerRange,
  type OpenClaim,
  claimRange,
  endOfDone,
  highestGen,
  listDone,
  listOpenClaims,
  listResets,
  replaceDone,
  writeDone,
  writeReset,
} from '../../store/ledger.ts';
import type { Store } from '../../store/store.ts';
import { groupBy } from './group-by.ts';
import { type Chunk, type Interval, type Reset, clip, normalise, todo } from './intervals.ts';

/** A range of arrived rows that is this owner's to read. */
export interface ClaimedRange extends LedgerRange {
  /** About how many rows it holds. */
  readonly rowsGuess: number;
  readonly parts: readonly string[];
  /** Last block that is still to be read; below `hi` (even below `lo`) when a reset cut the claim. */
  readonly readHi: number;
  /** The store's clock when it was listed. */
  readonly takenAt: string;
  /** Claimed by an earlier attempt of this owner, that may have stored some of what it found. */
  readonly again: boolean;
  /**
   * Generations of claims on the same range whose owners are gone, newest first: this range takes them over. What the
   * newest stored under its key goes before this one is claimed (process-range.ts); then nothing is left of any of them.
   */
  readonly takesOver: readonly number[];
}

/** Names a range for ever: numbers may be given out anew, generations never are. */
export const rangeKey = (range: LedgerRange): string =>
  [range.stream, range.partition, range.lo, range.hi, range.gen].join('|');

export interface Ledger {
  /** Table uuid, shard, purpose, and how rows are told apart where that is not by block number. */
  stream(): Promise<string>;
  /**
   * Looks whether block numbers were given out anew (facts: plain MergeTree reloads its counter from disk) and notes it.
   * Call it when the engine has started, before anything may write and before the first `list`, and only as the writer:
   * a range finished meanwhile would look like a reset. True when it did.
   */
  resetCheck(): Promise<boolean>;
  /** What is to read now: first what was claimed and not finished, with the same bounds; then what is new. */
  list(): Promise<ClaimedRange[]>;
  /** False when another owner has it: leave it alone. */
  claim(range: ClaimedRange, signal?: AbortSignal): Promise<boolean>;
  finish(range: ClaimedRange, ruleSetHash: string, rows: number): Promise<void>;
  /** True when the stream has no ledger at all: it is new, or its tables were lost. */
  isEmpty(): Promise<boolean>;
  /** Merges done rows, so that the ledger does not grow with every range. Daily is enough. */
  compact(): Promise<void>;
}

export interface LedgerOptions {
  /** A writer's store (store/writer-store.ts) where several processes may come to write. */
  readonly store: Store;
  /** A name that no other owner ever has: claims of other owners count as left behind. */
  readonly owner: string;
  /** Ranges hold at most about so many rows; a single insert's block is never cut. */
  readonly rowsMax: number;
  /** Whose arrived rows; `event` when not given. */
  readonly table?: ArrivedTable;
  /** What it is read for, part of the stream's name: `live` when not given. Numbers given out anew are noted under `live`. */
  readonly purpose?: string;
  /** By partition, blocks that this stream does not read. */
  readonly leaveOut?: (parts: readonly ActivePart[]) => Promise<ReadonlyMap<string, readonly Interval[]>>;
}

/** The ledger of ranges of block numbers of a table. One owner at a time: the holder of the writer's lease. */
export function createLedger(options: LedgerOptions): Ledger {
  const { store, owner, rowsMax, table = eventTable(store), purpose = 'live', leaveOut } = options;
  const named = async (of: string): Promise<string> => `${(await tableIdentity(store, table)).uuid}|0|${of}`;
  const stream = (): Promise<string> => named(purpose);
  const listing = async (): Promise<Listing> => ({
    table,
    stream: await stream(),
    resetsOf: await named('live'),
    owner,
    rowsMax,
    ...(leaveOut === undefined ? {} : { leaveOut }),
  });
  return {
    stream,
    resetCheck: async () => resetCheck(store, table, await stream()),
    list: async () => listRanges(store, await listing()),
    ...claiming(store, owner),
    isEmpty: async () => (await highestGen(store, await stream())) === 0,
    compact: async () => compact(store, await stream()),
  };
}

/** How an owner claims and finishes ranges, whatever they are ranges of. */
export function claiming(store: Store, owner: string): Pick<Ledger, 'claim' | 'finish'> {
  return {
    claim: (range, signal) => {
      const [takes = 0] = range.takesOver;
      return claimRange(store, { ...bare(range, owner), takes, ...(takes === 0 ? {} : { at: range.takenAt }) }, signal);
    },
    finish: (range, ruleSetHash, rows) =>
      writeDone(
        store,
        { ...bare(range, owner), rule_set_hash: ruleSetHash, taken_at: range.takenAt, rows },
        range.takesOver
      ),
  };
}

function bare(range: LedgerRange, owner: string): LedgerRange {
  const { stream, partition, lo, hi, gen } = range;
  return { stream, partition, lo, hi, gen, owner };
}

/** See facts: H0 is read before anything else, so that rows that arrive meanwhile only raise what comes after. */
async function resetCheck(store: Store, table: ArrivedTable, stream: string): Promise<boolean> {
  const height = await highestBlock(store, table);
  const end = await endOfDone(store, stream);
  if (end === undefined) return false;
  const lowest = await lowestBlockSince(store, table, end.takenAt);
  const above = lowest === undefined ? height : Math.max(0, Math.min(height, lowest - 1));
  if (above >= end.highest) return false;
  await writeReset(store, stream, above);
  return true;
}

/** Where claims stand: who asks, and in which stream. */
export interface Standing {
  readonly stream: string;
  readonly owner: string;
}

interface Listing extends Standing, Pick<LedgerOptions, 'leaveOut'> {
  readonly table: ArrivedTable;
  /** The stream under which numbers given out anew are noted. */
  readonly resetsOf: string;
  readonly rowsMax: number;
}

/** A claim to be done (again), with the generations that it takes over, newest first. */
export interface LeftClaim {
  readonly claim: OpenClaim;
  readonly takesOver: readonly number[];
  readonly again: boolean;
}

/** The claims that stand open, oldest first: those that nobody took over. `gen` counts up for those that we take over. */
export function leftClaims(claims: readonly OpenClaim[], owner: string, highest: number): LeftClaim[] {
  const key = (claim: OpenClaim, gen: number): string => `${claim.partition}|${claim.lo}|${gen}`;
  const byKey = new Map(claims.map((claim) => [key(claim, claim.gen), claim]));
  const taken = new Set(claims.filter(({ takes }) => takes > 0).map((claim) => key(claim, claim.takes)));
  const chain = (claim: OpenClaim): number[] => {
    const before = claim.takes === 0 ? undefined : byKey.get(key(claim, claim.takes));
    return before === undefined ? [] : [before.gen, ...chain(before)];
  };
  let gen = highest;
  return claims
    .filter((claim) => !taken.has(key(claim, claim.gen)))
    .map((claim) => {
      if (claim.owner === owner) return { claim, takesOver: chain(claim), again: true };
      return { claim: { ...claim, gen: (gen += 1) }, takesOver: [claim.gen, ...chain(claim)], again: false };
    });
}

async function listRanges(store: Store, listing: Listing): Promise<ClaimedRange[]> {
  const parts = await listParts(store, listing.table);
  const [done, claims, resets, highest] = await Promise.all([
    listDone(store, listing.stream),
    listOpenClaims(store, listing.stream),
    listResets(store, listing.resetsOf),
    highestGen(store, listing.stream),
  ]);
  const leftOut = await listing.leaveOut?.(parts);
  const open = leftClaims(claims, listing.owner, highest).map((left) => reopened(left, parts, resets, listing));
  const gen = open.reduce((most, range) => Math.max(most, range.gen), highest);
  const taken = [
    ...done.map((row) => ({ partition: row.partition, ...clip({ ...row, at: row.taken_at }, resets) })),
    ...open.map((range) => ({ partition: range.partition, lo: range.lo, hi: range.readHi })),
  ];
  const fresh = [...groupBy(parts, (part) => part.partition_id)].flatMap(([partition, of]) =>
    todo(
      of,
      normalise([...taken.filter((range) => range.partition === partition), ...(leftOut?.get(partition) ?? [])]),
      listing.rowsMax
    ).map((chunk) => ({
      partition,
      chunk,
      takenAt: of[0]?.taken_at ?? '',
    }))
  );
  return [...open, ...fresh.map(({ partition, chunk, takenAt }, at) => claimable(listing, partition, chunk, takenAt, gen + 1 + at))]; // prettier-ignore
}

/** A claim that was never finished keeps its bounds; its generation too, when it is this owner's. */
function reopened(
  { claim, takesOver, again }: LeftClaim,
  parts: readonly ActivePart[],
  resets: readonly Reset[],
  listing: Listing
): ClaimedRange {
  const readHi = clip(claim, resets).hi;
  const inside = parts.filter(
    (part) => part.partition_id === claim.partition && part.lo >= claim.lo && part.hi <= readHi
  );
  return {
    ...bare({ ...claim, stream: listing.stream }, listing.owner),
    rowsGuess: inside.reduce((sum, part) => sum + part.rows, 0),
    parts: inside.map((part) => part.name),
    readHi,
    // Not later than the rows that the claim's first listing could see.
    takenAt: claim.at,
    again,
    takesOver,
  };
}

function claimable(listing: Listing, partition: string, chunk: Chunk, takenAt: string, gen: number): ClaimedRange {
  const { lo, hi, rows, parts } = chunk;
  const range = { stream: listing.stream, owner: listing.owner, partition, lo, hi, gen };
  return { ...range, rowsGuess: rows, parts, readHi: hi, takenAt, again: false, takesOver: [] };
}

/**
 * Merges what was done before the oldest open claim was made. It may run beside a look: what is claimed, and what has a
 * generation given out since, is listed first and stays as it is, because its done row may come meanwhile.
 */
async function compact(store: Store, stream: string): Promise<void> {
  const highest = await highestGen(store, stream);
  const open = await listOpenClaims(store, stream);
  const below = open.reduce((least, { gen }) => Math.min(least, gen), highest + 1);
  const [all, resets] = await Promise.all([listDone(store, stream), listResets(store, stream)]);
  const done = all.filter(({ gen }) => gen < below);
  for (const [partition, of] of groupBy(done, (row) => row.partition)) {
    const last = of.reduce((most, row) => (row.compacted > 0 ? Math.max(most, row.gen) : most), -1);
    const rows = of.filter((row) => row.gen > last || (row.gen === last && row.compacted > 0));
    // What a compaction that did not come to its end has replaced already.
    const left = rows.length < of.length;
    const clipped = rows.map((row) => ({ ...row, ...clip({ ...row, at: row.taken_at }, resets) }));
    const merged = normalise(clipped);
    if (!left && merged.length >= rows.length) continue;
    const newest = rows.reduce((a, b) => (a.taken_at > b.taken_at ? a : b));
    const gen = rows.reduce((most, row) => Math.max(most, row.gen), 0);
    const replacement = merged.map(({ lo, hi }) => ({
      lo,
      hi,
      rows: clipped.filter((row) => row.lo >= lo && row.hi <= hi).reduce((sum, row) => sum + row.rows, 0),
    }));
    await replaceDone(store, { stream, partition, gen, taken_at: newest.taken_at }, gen > last ? replacement : []);
  }
}
