import type { LedgerRange } from '../../store/ledger.ts';
import { type Interval, normalise } from './intervals.ts';
import { rangeKey } from './range-key.ts';

/** What the ledger's tables say of a stream when nothing is claimed and not finished. */
export interface Standstill {
  readonly stream: string;
  /** By partition, the blocks that were read. */
  readonly read: ReadonlyMap<string, readonly Interval[]>;
  /** The highest generation ever given out. */
  readonly highest: number;
}

/**
 * Spares the only one who writes to a stream to read its own rows again at each look. It knows nothing as soon as anything
 * is claimed that is not finished, whatever the reason; the tables say then what there is.
 */
export interface LedgerMemory {
  /** What is known of the table's stream; undefined when the tables have to be asked. */
  known(stream: string): Standstill | undefined;
  keep(state: Standstill): void;
  claimed(range: LedgerRange): void;
  finished(range: LedgerRange): void;
  forget(): void;
}

export function createLedgerMemory(): LedgerMemory {
  const open = new Set<string>();
  let state: Standstill | undefined;
  return {
    known: (stream) => (open.size === 0 && state?.stream === stream ? state : undefined),
    keep: (next) => {
      state = next;
      open.clear();
    },
    claimed: (range) => void open.add(rangeKey(range)),
    finished: (range) => {
      open.delete(rangeKey(range));
      if (state === undefined) return;
      const before = state.read.get(range.partition) ?? [];
      const read = new Map(state.read).set(range.partition, normalise([...before, range]));
      state = { ...state, read, highest: Math.max(state.highest, range.gen) };
    },
    forget: () => {
      state = undefined;
    },
  };
}

/** For who is not alone: asks the tables each time. */
export const noMemory: LedgerMemory = {
  known: () => undefined,
  keep: () => undefined,
  claimed: () => undefined,
  finished: () => undefined,
  forget: () => undefined,
};
