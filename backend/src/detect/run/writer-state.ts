import type { HealthItem } from '@loglake/contract/source';
import { ServiceError } from '../../error.ts';
import type { Store } from '../../store/store.ts';
import type { WriterLease } from './writer-lease.ts';

/** The writer's store. Throws service.standby, naming the holder, while another process has the lease. */
export async function requireWriter(lease: WriterLease): Promise<Store> {
  const term = await lease.term();
  if (term !== undefined) return term.store;
  const holder = lease.seen()?.owner ?? 'unknown';
  throw new ServiceError('service.standby', `Findings are changed through one service at a time, now ${holder}. Ask that one, or try again.`); // prettier-ignore
}

/** Who is the writer, as a health item: 1 for this process, 0 for another. */
export function leaseItem(lease: WriterLease): HealthItem {
  const seen = lease.seen();
  if (seen === undefined) return { name: 'writer.lease', state: 'warning', detail: 'Not asked for yet.', value: 0 };
  const detail = seen.mine
    ? `This service writes findings and triage (${seen.owner}).`
    : `${seen.owner} writes findings and triage; it was heard of ${Math.round(seen.silentMs / 1000)} s ago.`;
  return { name: 'writer.lease', state: 'ok', detail, value: seen.mine ? 1 : 0 };
}
