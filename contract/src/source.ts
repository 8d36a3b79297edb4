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

export const liveness = z.object({ status: z.literal('ok') });

/** The service's settings as they are in force, secrets left out. */
export const effectiveConfig = z.object({
  version: z.string(),
  settings: z.array(z.object({ name: z.string(), value: z.string(), isDefault: z.boolean() })),
});
