import { z } from 'zod';
import { defineQuery } from './query.ts';
import type { Store } from './store.ts';

const text = z.string().nullable();

const entityRows = defineQuery({
  name: 'event.entities',
  sql: `SELECT id, host, user, src_ip, dst_ip, toUnixTimestamp64Milli(received_at) AS received_ms FROM event
    WHERE id IN {ids:Array(UUID)}
      AND ts BETWEEN fromUnixTimestamp64Milli({fromMs:Int64}) AND fromUnixTimestamp64Milli({toMs:Int64})`,
  params: z.object({ ids: z.array(z.string()), fromMs: z.number(), toMs: z.number() }),
  row: z.object({ id: z.string(), host: text, user: text, src_ip: text, dst_ip: text, received_ms: z.coerce.number() }),
  timeoutMs: 30_000,
  rowsMax: 100_000,
});
export type EventEntities = z.output<(typeof entityRows)['row']>;

/** Who and what named events are about; their event times must lie in [fromMs, toMs]. */
export async function eventEntities(
  store: Store,
  ids: readonly string[],
  fromMs: number,
  toMs: number
): Promise<Map<string, EventEntities>> {
  if (ids.length === 0) return new Map();
  const rows = await store.rows(entityRows, { ids: [...ids], fromMs, toMs });
  return new Map(rows.map((row) => [row.id, row]));
}
