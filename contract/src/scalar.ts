import { z } from 'zod';

/** RFC 3339 in UTC with milliseconds, as every time on the wire: `2026-11-21T08:50:00.000Z`. */
export const timestamp = z.iso.datetime({ precision: 3 });

/** A 64-bit unsigned number as a decimal string: JSON numbers lose precision beyond 2^53. */
export const uint64 = z.string().regex(/^\d{1,20}$/);

export const severities = ['informational', 'low', 'medium', 'high', 'critical'] as const;
/** Sigma's `level` (Sigma specification 2.1, "level"), lowest first. */
export const severity = z.enum(severities);
export type Severity = z.infer<typeof severity>;

/** A list that may arrive as one query parameter, a repeated one, or `a,b`. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').filter((part) => part !== '') : value),
    z.array(item).max(100)
  );
}

/** Rows per page, 1 to 1,000; 100 when not given. */
export const limit = z.coerce.number().int().min(1).max(1000).default(100);

/** One page of a list. `nextCursor` is opaque and null at the end. */
export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
