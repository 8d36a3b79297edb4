import { type ArrivedTable, tableIdentity } from '../../store/arrived-table.ts';
import { type Arrival, arrivalOf, nthInserted, rowsBetween, settledUntil } from '../../store/arrival.ts';
import { highestGen, listDone, listOpenClaims } from '../../store/ledger.ts';
import type { Store } from '../../store/store.ts';
import { type ClaimedRange, type Ledger, type LedgerOptions, claiming, createLedger, leftClaims } from './ledger.ts';

export interface AdoptedLedger {
  readonly ledger: Ledger;
  /** How rows are told apart; the stream's name says it too, so every ledger row does. */
  readonly arrival: Arrival;
}

/**
 * The ledger of a table that somebody else made and fills, such as a collector's `otel_logs`. A stream that was begun by
 * time stays by time: two ways of counting would read rows twice. Throws request.invalid for a table that has neither.
 */
export async function openAdoptedLedger(
  options: LedgerOptions & { readonly table: ArrivedTable }
): Promise<AdoptedLedger> {
  const { store, table } = options;
  const byTime = `${(await tableIdentity(store, table)).uuid}|0|live by time`;
  const begun = (await highestGen(store, byTime)) > 0;
  const arrival = begun ? 'time' : await arrivalOf(store, table);
  return { arrival, ledger: arrival === 'blocks' ? createLedger(options) : timeLedger(options, table, byTime) };
}

/** Ranges of microseconds since 1970 in which rows were inserted; `partition` is empty. One server, clock never stepping back. */
function timeLedger({ store, owner, rowsMax }: LedgerOptions, table: ArrivedTable, stream: string): Ledger {
  return {
    stream: () => Promise.resolve(stream),
    // Times are not given out anew.
    resetCheck: () => Promise.resolve(false),
    list: () => listTimes(store, table, { stream, owner, rowsMax }),
    ...claiming(store, owner),
    isEmpty: async () => (await highestGen(store, stream)) === 0,
    // Ranges lie side by side and in order; few come to be, as each holds what came since the last one.
    compact: () => Promise.resolve(),
  };
}

/** Ranges listed at once at most. */
const rangesMax = 100;

async function listTimes(
  store: Store,
  table: ArrivedTable,
  { stream, owner, rowsMax }: { stream: string; owner: string; rowsMax: number }
): Promise<ClaimedRange[]> {
  const { untilUs, takenAt } = await settledUntil(store);
  const [done, claims, highest] = await Promise.all([
    listDone(store, stream),
    listOpenClaims(store, stream),
    highestGen(store, stream),
  ]);
  const range = (lo: number, hi: number, gen: number, rowsGuess: number): ClaimedRange => ({
    ...{ stream, owner, partition: '', lo, hi, gen, rowsGuess, parts: [], readHi: hi, takenAt },
    ...{ again: false, takesOver: [] },
  });
  const open = leftClaims(claims, owner, highest).map(({ claim, takesOver, again }) => ({
    ...range(claim.lo, claim.hi, claim.gen, 0),
    ...{ takenAt: claim.at, takesOver, again },
  }));
  let lo = [...done, ...claims].reduce((most, { hi }) => Math.max(most, hi + 1), 0);
  let gen = open.reduce((most, one) => Math.max(most, one.gen), highest);
  const fresh: ClaimedRange[] = [];
  let left = (await rowsBetween(store, table, lo, untilUs)).rows;
  while (left > 0 && fresh.length < rangesMax) {
    // What was inserted at one moment is never cut.
    const hi = left > rowsMax ? ((await nthInserted(store, table, lo, untilUs, rowsMax)) ?? untilUs) : untilUs;
    fresh.push(range(lo, hi, (gen += 1), Math.min(left, rowsMax)));
    lo = hi + 1;
    left = hi === untilUs ? 0 : (await rowsBetween(store, table, lo, untilUs)).rows;
  }
  return [...open, ...fresh];
}
