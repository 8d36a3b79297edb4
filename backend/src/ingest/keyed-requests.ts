import type { Batcher } from './batcher.ts';
import type { BodyRow } from './body-rows.ts';
import { createDerivedIds } from './raw-id.ts';

/** What makes a row the same row when its request is sent again. */
export interface RowIdentity {
  id: string;
  receivedAtMs: number;
}

export interface KeyedRequestsDeps {
  batcher: Pick<Batcher, 'addBlocks'>;
  /** Which of these rows are stored, among those received in [fromMs, toMs). */
  storedIds: (ids: readonly string[], fromMs: number, toMs: number) => Promise<ReadonlySet<string>>;
  now: () => number;
  /** Rows and bytes of messages in one block. */
  blockRowsMax: number;
  blockBytesMax: number;
}

/** Requests with an Idempotency-Key: sent twice, stored once. Large ones are split, under derived tokens. */
export interface KeyedRequests {
  /** Resolves when all rows are stored, now or before. Throws as Batcher.addBlocks. */
  store(
    token: string,
    rows: readonly BodyRow[],
    encode: (row: BodyRow, identity: RowIdentity) => Buffer
  ): Promise<void>;
  /** Tells that rows without events have just got theirs. */
  reconciled(): void;
}

/** How long after a reconciliation requests of before it are looked for, and how far back, milliseconds. */
const lookBackMs = 15 * 60_000;
/** Tokens remembered with their time; beyond that the oldest goes. */
const rememberedMax = 20_000;

/**
 * The store drops a block whose token it knows, within one partition (a day of `received_at`) and its last 10,000 blocks.
 * So that a repeated block is the same block: ids follow from the token, and the time of the first try is kept.
 * A block whose first try was before rows without events got theirs (at start, and after the engine was) is looked for:
 * if it is stored, it has its events, and is not sent again, because the views would make them a second time.
 */
export function createKeyedRequests(deps: KeyedRequestsDeps): KeyedRequests {
  const { now } = deps;
  let reconciledAt = now();
  const firstTries = new Map<string, number>();

  function remember(token: string): number {
    const receivedAtMs = firstTries.get(token) ?? now();
    firstTries.set(token, receivedAtMs);
    const [oldest] = firstTries.keys();
    if (firstTries.size > rememberedMax && oldest !== undefined) firstTries.delete(oldest);
    return receivedAtMs;
  }

  async function storedBefore(token: string, firstIds: readonly string[]): Promise<ReadonlySet<string>> {
    const firstTry = firstTries.get(token) ?? 0;
    // A token that nobody remembers may be of before the start.
    if (firstTry >= reconciledAt || now() - reconciledAt > lookBackMs) return new Set();
    return deps.storedIds(firstIds, reconciledAt - lookBackMs, reconciledAt);
  }

  return {
    reconciled: () => {
      reconciledAt = now();
    },
    async store(token, rows, encode) {
      const idOf = createDerivedIds(token);
      const parts = blocksOf(rows, deps);
      const stored = await storedBefore(
        token,
        parts.map(({ start }) => idOf(start))
      );
      const receivedAtMs = remember(token);
      const blocks = parts
        .map((part, n) => ({ ...part, token: `${token}-${String(n)}` }))
        .filter(({ start }) => !stored.has(idOf(start)))
        .map((part) => ({
          token: part.token,
          rows: rows
            .slice(part.start, part.end)
            .map((row, n) => encode(row, { id: idOf(part.start + n), receivedAtMs })),
        }));
      await deps.batcher.addBlocks(blocks);
    },
  };
}

/** Where to cut a request, the same each time: by rows and by bytes, whichever comes first. */
function blocksOf(
  rows: readonly BodyRow[],
  limits: Pick<KeyedRequestsDeps, 'blockRowsMax' | 'blockBytesMax'>
): { start: number; end: number }[] {
  const blocks: { start: number; end: number }[] = [];
  let bytes = 0;
  rows.forEach((row, n) => {
    const block = blocks.at(-1);
    bytes += row.raw.length;
    if (block === undefined || n - block.start >= limits.blockRowsMax || bytes > limits.blockBytesMax) {
      blocks.push({ start: n, end: n + 1 });
      bytes = row.raw.length;
    } else block.end = n + 1;
  });
  return blocks;
}
