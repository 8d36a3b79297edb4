import { z } from 'zod';
import { page, limit, timestamp, uint64 } from './scalar.ts';

/** One line of the NDJSON body of POST /v1/ingest/logs. `message` is the log line; the rest is the envelope. */
export const ingestEnvelope = z.strictObject({
  message: z.string(),
  host: z.string().max(255).optional(),
  program: z.string().max(255).optional(),
  /** RFC 3339, any offset. */
  time: z.iso.datetime({ offset: true }).optional(),
  source: z.string().max(64).optional(),
  /** Only the scenario token may set it. */
  run_id: z.string().max(64).optional(),
});

export const ingestReceipt = z.object({ accepted: z.number().int().nonnegative() });

/** Lines that no parser claims, by sender and program. */
export const unmatchedGroup = z.object({
  sender: z.string(),
  program: z.string(),
  count: uint64,
  firstAt: timestamp,
  lastAt: timestamp,
  /** Up to five lines, cut at 500 characters. */
  examples: z.array(z.string()),
});
export const unmatchedQuery = z.object({
  from: timestamp.optional(),
  to: timestamp.optional(),
  cursor: z.string().max(500).optional(),
  limit,
});
export const unmatchedPage = page(unmatchedGroup);

/** What arrives, by parser. */
export const sourceSummary = z.object({
  parser: z.string(),
  lines: uint64,
  lastReceivedAt: timestamp,
});
export const sourceList = z.object({ sources: z.array(sourceSummary) });

export const healthState = z.enum(['ok', 'warning', 'failing']);
/** One thing that is watched. `detail` is a sentence a person understands. */
export const healthItem = z.object({
  name: z.string(),
  state: healthState,
  detail: z.string(),
  value: z.number().nullable(),
});
export const health = z.object({ state: healthState, at: timestamp, items: z.array(healthItem) });
export type Health = z.infer<typeof health>;
export type HealthItem = z.infer<typeof healthItem>;

/** Why arrived rows were not read when they should have been. */
export const gapCause = z.enum(['range_failed', 'store_unavailable', 'service_down', 'backlog']);
export type GapCause = z.infer<typeof gapCause>;
/** Arrived rows that still wait for one cause; they are read in their turn. */
export const ledgerGap = z.object({
  cause: gapCause,
  /** About how many rows still wait. */
  rows: uint64,
  /** About how many waited at first; null where they are not counted down. */
  ofRows: uint64.nullable(),
  /** When nothing was read; null where nobody knows. */
  since: timestamp.nullable(),
  until: timestamp.nullable(),
  /** What went wrong, for ranges that failed. */
  detail: z.string(),
  nextTryAt: timestamp.nullable(),
});
export type LedgerGap = z.infer<typeof ledgerGap>;

/** How far detection has read, and what it left out, as one service knows it. */
export const ledgerStatus = z.object({
  /** Who reads; empty while nobody is known to. */
  writer: z.string(),
  isWriter: z.boolean(),
  /** Everything that had arrived so long ago has been read; null on a service that does not read. */
  lagSeconds: z.number().nonnegative().nullable(),
  waitingRows: uint64,
  /** Why the last look failed; empty when it did not. */
  lastError: z.string(),
  gaps: z.array(ledgerGap),
  /** Rules that decide nothing now: in quarantine, or failing on some events. */
  rules: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      quarantined: z.boolean(),
      reason: z.string(),
      since: timestamp.nullable(),
    })
  ),
});
export type LedgerStatus = z.infer<typeof ledgerStatus>;

export const liveness = z.object({ status: z.literal('ok') });

/** The service's settings as they are in force, secrets left out. */
export const effectiveConfig = z.object({
  version: z.string(),
  settings: z.array(z.object({ name: z.string(), value: z.string(), isDefault: z.boolean() })),
});
