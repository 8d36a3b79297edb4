import type { LedgerRange } from '../../store/ledger.ts';

/** Names a range for ever: numbers may be given out anew, generations never are. */
export const rangeKey = (range: LedgerRange): string =>
  [range.stream, range.partition, range.lo, range.hi, range.gen].join('|');
