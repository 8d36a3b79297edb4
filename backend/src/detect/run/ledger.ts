import { ServiceError } from '../../error.ts';
import {
  type ActivePart,
  type LedgerRange,
  type OpenClaim,
  claimRange,
  endOfDone,
  eventTableUuid,
  highestBlock,
  highestGen,
  listDone,
  listOpenClaims,
  listParts,
  listResets,
  lowestBlockSince,
  replaceDone,
  writeDone,
  writeReset,
} from '../../store/ledger.ts';
import type { Store } from '../../store/store.ts';
import { groupBy } from './group-by.ts';
import { type Chunk, clip, normalise, todo } from './intervals.ts';

/** A range of arrived rows that is this owner's to read. */
export interface ClaimedRange extends LedgerRange {
  /** About how many rows it holds. */
  readonly rowsGuess: number;
  readonly parts: readonly string[];
  /** Last block that is still to be read; below `hi` (even below `lo`) when a reset cut the claim. */
  readonly readHi: number;
  /** The store's clock when it was listed. */
  readonly takenAt: string;
  /** Claimed by an earlier attempt, that may have stored some of what it found. */
  readonly again: boolean;
}

/** Names a range for ever: numbers may be given out anew, generations never are. */
export const rangeKey = (range: LedgerRange): string =>
  [range.stream, range.partition, range.lo, range.hi, range.gen].join('|');

export interface Ledger {
  /** Table uuid, shard and purpose. */
  stream(): Promise<string>;
  /**
   * Looks whether block numbers were given out anew (facts: plain MergeTree reloads its counter from disk) and notes it.
   * Call it when the engine has started, before anything may write and before the first `list`. True when it did.
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
  readonly store: Store;
  readonly owner: string;
  /** Ranges hold at most about so many rows; a single insert's block is never cut. */
  readonly rowsMax: number;
}

/** The ledger of ranges of table `event`, stream `live`, with one owner (no leases yet: every open claim is ours). */
export function createLedger({ store, owner, rowsMax }: LedgerOptions): Ledger {
  const stream = (): Promise<string> => liveStream(store);
  return {
    stream,
    resetCheck: async () => resetCheck(store, await stream()),
    list: async () => listRanges(store, { stream: await stream(), owner, rowsMax }),
    claim: (range, signal) => claimRange(store, bare(range, owner), signal),
    finish: (range, ruleSetHash, rows) =>
      writeDone(store, { ...bare(range, owner), rule_set_hash: ruleSetHash, taken_at: range.takenAt, rows }),
    isEmpty: async () => (await highestGen(store, await stream())) === 0,
    compact: async () => compact(store, await stream()),
  };
}

function bare(range: LedgerRange, owner: string): LedgerRange {
  const { stream, partition, lo, hi, gen } = range;
  return { stream, partition, lo, hi, gen, owner };
}

async function liveStream(store: Store): Promise<string> {
  const uuid = await eventTableUuid(store);
  if (uuid === undefined) throw new ServiceError('store.query_failed', 'ledger: there is no table event');
  return `${uuid}|0|live`;
}

/** See facts: H0 is read before anything else, so that rows that arrive meanwhile only raise what comes after. */
async function resetCheck(store: Store, stream: string): Promise<boolean> {
  const height = await highestBlock(store);
  const end = await endOfDone(store, stream);
  if (end === undefined) return false;
  const lowest = await lowestBlockSince(store, end.takenAt);
  const above = lowest === undefined ? height : Math.max(0, Math.min(height, lowest - 1));
  if (above >= end.highest) return false;
  await writeReset(store, stream, above);
  return true;
}

interface Listing {
  readonly stream: string;
  readonly owner: string;
  readonly rowsMax: number;
}

async function listRanges(store: Store, listing: Listing): Promise<ClaimedRange[]> {
  const parts = await listParts(store);
  const [done, claims, resets, gen] = await Promise.all([
    listDone(store, listing.stream),
    listOpenClaims(store, listing.stream),
    listResets(store, listing.stream),
    highestGen(store, listing.stream),
  ]);
  const open = claims.map((claim) => reopened(claim, parts, clip(claim, resets).hi, listing));
  const taken = [
    ...done.map((row) => ({ partition: row.partition, ...clip({ ...row, at: row.taken_at }, resets) })),
    ...open.map((range) => ({ partition: range.partition, lo: range.lo, hi: range.readHi })),
  ];
  const fresh = [...groupBy(parts, (part) => part.partition_id)].flatMap(([partition, of]) =>
    todo(of, normalise(taken.filter((range) => range.partition === partition)), listing.rowsMax).map((chunk) => ({
      partition,
      chunk,
      takenAt: of[0]?.taken_at ?? '',
    }))
  );
  return [...open, ...fresh.map(({ partition, chunk, takenAt }, at) => claimable(listing, partition, chunk, takenAt, gen + 1 + at))]; // prettier-ignore
}

/** A claim that was never finished keeps its bounds and generation: what it stored is keyed by them. */
function reopened(claim: OpenClaim, parts: readonly ActivePart[], readHi: number, listing: Listing): ClaimedRange {
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
    again: true,
  };
}

function claimable(listing: Listing, partition: string, chunk: Chunk, takenAt: string, gen: number): ClaimedRange {
  const { lo, hi, rows, parts } = chunk;
  const range = { stream: listing.stream, owner: listing.owner, partition, lo, hi, gen };
  return { ...range, rowsGuess: rows, parts, readHi: hi, takenAt, again: false };
}

async function compact(store: Store, stream: string): Promise<void> {
  const [done, resets] = await Promise.all([listDone(store, stream), listResets(store, stream)]);
  for (const [partition, rows] of groupBy(done, (row) => row.partition)) {
    const clipped = rows.map((row) => ({ ...row, ...clip({ ...row, at: row.taken_at }, resets) }));
    const merged = normalise(clipped);
    if (merged.length >= rows.length) continue;
    const newest = rows.reduce((a, b) => (a.taken_at > b.taken_at ? a : b));
    const gen = rows.reduce((highest, row) => Math.max(highest, row.gen), 0);
    await replaceDone(
      store,
      { stream, partition, gen, taken_at: newest.taken_at },
      merged.map(({ lo, hi }) => ({
        lo,
        hi,
        rows: clipped.filter((row) => row.lo >= lo && row.hi <= hi).reduce((sum, row) => sum + row.rows, 0),
      }))
    );
  }
}
