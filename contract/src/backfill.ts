import { z } from 'zod';
import { timestamp, uint64 } from './scalar.ts';

export const backfillState = z.enum(['running', 'done', 'cancelled', 'failed']);

/** The past of a rule, read again for it alone. */
export const backfill = z.object({
  backfillId: z.string(),
  ruleId: z.string(),
  /** Of the rule as it was when it was asked for. */
  ruleHash: z.string(),
  /** What arrived since then is read. */
  since: timestamp,
  state: backfillState,
  /** Why it failed; empty when it did not. */
  error: z.string(),
  askedBy: z.string(),
  askedAt: timestamp,
  rowsRead: uint64,
  /** About how many rows are left to read; null when it does not run. */
  rowsLeft: uint64.nullable(),
  matches: uint64,
});
export type Backfill = z.infer<typeof backfill>;

export const backfillList = z.object({ backfills: z.array(backfill) });
export const backfillRequest = z.strictObject({ since: timestamp });
export const backfillControl = z.strictObject({ kind: z.literal('cancel') });
