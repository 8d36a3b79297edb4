import type { Store } from '../src/store/store.ts';

/** A row of security_finding for tests; the given columns over sensible ones. */
export function findingRowOf(findingId: string, columns: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    finding_id: findingId,
    revision: 1,
    rule_id: 'rule-1',
    rule_hash: 'hash-1',
    title: 'SSH brute force',
    severity: 'high',
    risk: 70,
    group_key: 'group-1',
    group_values: { src_ip: '192.0.2.7' },
    hosts: ['web1'],
    users: ['root'],
    src_ips: ['192.0.2.7'],
    dst_ips: [],
    tags: ['attack.t1110'],
    count: '12',
    late_count: '0',
    first_ts: '2026-11-21 08:00:00.000',
    last_ts: '2026-11-21 08:04:10.000',
    last_received_at: '2026-11-21 08:04:11.000',
    event_ids: [],
    query_sql: 'SELECT * FROM event WHERE id = {id:UUID}',
    query_params: '{"id":"x"}',
    run_id: '',
    superseded_by: '',
    created_at: '2026-11-21 08:05:00.000',
    updated_at: '2026-11-21 08:05:00.000',
    ...columns,
  };
}

/** Stores findings as the detection stage would. */
export async function storeFindings(store: Store, rows: readonly Record<string, unknown>[]): Promise<void> {
  await store.insert('security_finding', rows);
}
