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
import { type LedgerMemory, type Standstill, createLedgerMemory, noMemory } from './ledger-memory.ts';

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
  /** True for who alone writes to the stream as long as this object is used: its own rows are remembered, not read again. */
  readonly alone?: boolean;
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
  const memory = options.alone === true ? createLedgerMemory() : noMemory;
  const listing = { table, purpose, owner, rowsMax, memory, ...(leaveOut === undefined ? {} : { leaveOut }) };
  return {
    stream,
    resetCheck: async () => {
      memory.forget();
      return resetCheck(store, table, await stream());
    },
    list: () => listRanges(store, listing),
    ...claiming(store, owner, memory),
    isEmpty: async () => (await highestGen(store, await stream())) === 0,
    compact: async () => compact(store, await stream()),
  };
}

/** How an owner claims and finishes ranges, whatever they are ranges of. */
export function claiming(store: Store, owner: string, memory = noMemory): Pick<Ledger, 'claim' | 'finish'> {
  return {
    claim: (range, signal) => {
      memory.claimed(range);
      const [takes = 0] = range.takesOver;
      return claimRange(store, { ...bare(range, owner), takes, ...(takes === 0 ? {} : { at: range.takenAt }) }, signal);
    },
    finish: async (range, ruleSetHash, rows) => {
      const done = { ...bare(range, owner), rule_set_hash: ruleSetHash, taken_at: range.takenAt, rows };
      await writeDone(store, done, range.takesOver);
      memory.finished(range);
    },
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

interface Listing extends Pick<LedgerOptions, 'leaveOut' | 'owner' | 'rowsMax'> {
  readonly table: ArrivedTable;
  readonly purpose: string;
  readonly memory: LedgerMemory;
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
  const { table, purpose, owner, memory, rowsMax } = listing;
  const parts = await listParts(store, table);
  const named = parts[0]?.uuid ?? '';
  const uuid = named === '' ? (await tableIdentity(store, table)).uuid : named;
  const stream = `${uuid}|0|${purpose}`;
  const standing = memory.known(stream);
  const { open, state } = standing === undefined ? await readLedger(store, listing, { uuid, stream, parts }) : { open: [], state: standing }; // prettier-ignore
  if (open.length === 0) memory.keep(state);
  const leftOut = await listing.leaveOut?.(parts);
  let gen = open.reduce((most, range) => Math.max(most, range.gen), state.highest);
  const fresh = [...groupBy(parts, (part) => part.partition_id)].flatMap(([partition, of]) => {
    const claimed = open.filter((range) => range.partition === partition).map(({ lo, readHi: hi }) => ({ lo, hi }));
    const taken = [...(state.read.get(partition) ?? []), ...claimed, ...(leftOut?.get(partition) ?? [])];
    const takenAt = of[0]?.taken_at ?? '';
    return todo(of, normalise(taken), rowsMax).map((chunk) =>
      claimable({ stream, owner, partition, gen: (gen += 1) }, chunk, takenAt)
    );
  });
  return [...open, ...fresh];
}

/** What the tables say: claims that are to be done (again), and everything that was read. */
async function readLedger(
  store: Store,
  { purpose, owner }: Listing,
  { uuid, stream, parts }: { uuid: string; stream: string; parts: readonly ActivePart[] }
): Promise<{ open: ClaimedRange[]; state: Standstill }> {
  const [done, claims, resets, highest] = await Promise.all([
    listDone(store, stream),
    listOpenClaims(store, stream),
    listResets(store, purpose === 'live' ? stream : `${uuid}|0|live`),
    highestGen(store, stream),
  ]);
  const open = leftClaims(claims, owner, highest).map((left) => reopened(left, parts, resets, { stream, owner }));
  const read = [...groupBy(done, ({ partition }) => partition)].map(
    ([partition, rows]) =>
      [partition, normalise(rows.map((row) => clip({ ...row, at: row.taken_at }, resets)))] as const
  );
  return { open, state: { stream, read: new Map(read), highest } };
}

/** A claim that was never finished keeps its bounds; its generation too, when it is this owner's. */
function reopened(
  { claim, takesOver, again }: LeftClaim,
  parts: readonly ActivePart[],
  resets: readonly Reset[],
  { stream, owner }: { stream: string; owner: string }
): ClaimedRange {
  const readHi = clip(claim, resets).hi;
  const inside = parts.filter(
    (part) => part.partition_id === claim.partition && part.lo >= claim.lo && part.hi <= readHi
  );
  return {
    ...bare({ ...claim, stream }, owner),
    rowsGuess: inside.reduce((sum, part) => sum + part.rows, 0),
    parts: inside.map((part) => part.name),
    readHi,
    // Not later than the rows that the claim's first listing could see.
    takenAt: claim.at,
    again,
    takesOver,
  };
}

function claimable(of: Omit<LedgerRange, 'lo' | 'hi'>, { lo, hi, rows, parts }: Chunk, takenAt: string): ClaimedRange {
  return { ...of, lo, hi, rowsGuess: rows, parts, readHi: hi, takenAt, again: false, takesOver: [] };
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
