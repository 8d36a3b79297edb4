import { z } from 'zod';
import { eventTable, listParts, lowestBlockSince, tableIdentity } from '../../store/arrived-table.ts';
import { type BlockStretch, type StoredBackfill, rangesOver } from '../../store/backfill.ts';
import { listDone, listResets } from '../../store/ledger.ts';
import type { Store } from '../../store/store.ts';
import { groupBy } from './group-by.ts';
import { type Interval, clip, normalise, subtract } from './intervals.ts';
import { type Ledger, createLedger } from './ledger.ts';

/** What a backfill reads, fixed when it begins: what `live` reads later is no part of it. */
const fixedBlocks = z.object({
  /** The store's clock. */
  at: z.string(),
  stretches: z.array(z.object({ partition: z.string(), lo: z.number(), hi: z.number() })),
});
export type FixedBlocks = z.infer<typeof fixedBlocks>;

export const blocksOf = (of: StoredBackfill): FixedBlocks | undefined =>
  of.blocks === '' ? undefined : fixedBlocks.parse(JSON.parse(of.blocks));

const everything: Interval = { lo: 0, hi: Number.MAX_SAFE_INTEGER };

/** The table's uuid, and the stream of a backfill of it. */
export async function streamOf(store: Store, of: StoredBackfill): Promise<{ table: string; stream: string }> {
  const { uuid } = await tableIdentity(store, eventTable(store));
  return { table: uuid, stream: `${uuid}|0|${purposeOf(of)}` };
}

const purposeOf = (of: StoredBackfill): string => `backfill:${of.ruleHash}:${of.backfillId}`;

/**
 * What `live` has read of the blocks in which rows arrived since, and the rest of every range there that the rule
 * contributed to: such a range is read again whole, or its contribution would count twice.
 */
export async function fixBlocks(store: Store, of: StoredBackfill): Promise<FixedBlocks> {
  const table = eventTable(store);
  const { table: uuid, stream } = await streamOf(store, of);
  const [part] = await listParts(store, table);
  const at = part?.taken_at ?? new Date(0).toISOString();
  // A row is inserted after it arrived: none that arrived since stands in an earlier block.
  const lowest = await lowestBlockSince(store, table, new Date(of.sinceMs - 1).toISOString());
  if (lowest === undefined) return { at, stretches: [] };
  const from = await wholeRanges(store, { ruleId: of.ruleId, table: uuid, stream }, lowest);
  const [done, resets] = await Promise.all([listDone(store, `${uuid}|0|live`), listResets(store, `${uuid}|0|live`)]);
  const stretches = [...groupBy(done, ({ partition }) => partition)].flatMap(([partition, rows]): BlockStretch[] => {
    const read = normalise(rows.map((row) => clip({ ...row, at: row.taken_at }, resets)));
    const before = { lo: 0, hi: (from.get(partition) ?? lowest) - 1 };
    return subtract(read, [before]).map((stretch) => ({ partition, ...stretch }));
  });
  return { at, stretches };
}

/** By partition, the first block of the earliest range that reaches over the lowest; again, as those may be reached over too. */
async function wholeRanges(
  store: Store,
  of: { ruleId: string; table: string; stream: string },
  lowest: number
): Promise<ReadonlyMap<string, number>> {
  const from = new Map<string, number>();
  const waiting = [lowest];
  for (let block = waiting.pop(); block !== undefined; block = waiting.pop()) {
    for (const range of await rangesOver(store, { ...of, block })) {
      if (range.lowest >= (from.get(range.partition) ?? lowest)) continue;
      from.set(range.partition, range.lowest);
      waiting.push(range.lowest);
    }
  }
  return from;
}

/** The ledger of one backfill, over the blocks fixed for it; over those that it would have now when none are. */
export async function openBackfillLedger(
  store: Store,
  of: StoredBackfill,
  options: { owner: string; rowsMax: number }
): Promise<Ledger> {
  const fixed = blocksOf(of) ?? (await fixBlocks(store, of));
  const { uuid } = await tableIdentity(store, eventTable(store));
  const wanted = groupBy(fixed.stretches, ({ partition }) => partition);
  return createLedger({
    store,
    ...options,
    purpose: purposeOf(of),
    leaveOut: async (parts) => {
      const resets = await listResets(store, `${uuid}|0|live`);
      const rest = (partition: string): Interval[] =>
        subtract(
          [everything],
          (wanted.get(partition) ?? []).map((stretch) => clip({ ...stretch, at: fixed.at }, resets))
        );
      return new Map(parts.map((part) => [part.partition_id, rest(part.partition_id)]));
    },
  });
}
