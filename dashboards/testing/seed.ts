import type { Store } from '../../backend/src/store/store.ts';

/** A host whose name has a quote: variables must escape it. */
export const awkwardHost = "o'brien-nas";

const clickhouseTime = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
const uuid = (tail: number) => `01990000-0000-7000-8000-${tail.toString(16).padStart(12, '0')}`;

function event(nowMs: number, ordinal: number, columns: Record<string, unknown>): Record<string, unknown> {
  const at = clickhouseTime(nowMs - 60_000 * (ordinal + 1));
  return {
    id: uuid(ordinal + 1),
    raw_id: uuid(ordinal + 1),
    ts: at,
    ts_quality: 'exact',
    received_at: at,
    source: 'dashboard-test',
    parser: 'linux-auth',
    product: 'linux',
    message: 'a line',
    ...columns,
  };
}

const login = {
  category: 'authentication',
  service: 'sshd',
  program: 'sshd',
  user: 'root',
  src_ip: '192.0.2.7',
  action: 'ssh_login_failed',
  outcome: 'failure',
};
const block = {
  parser: 'netfilter',
  category: 'firewall',
  service: 'netfilter',
  src_ip: '198.51.100.9',
  dst_ip: '203.0.113.1',
  dst_port: '23',
  protocol: 'tcp',
  action: 'deny',
  outcome: 'failure',
};

function events(nowMs: number): Record<string, unknown>[] {
  return [
    { ...login, host: 'web1' },
    { ...login, host: awkwardHost, user: 'admin' },
    { ...block, host: 'gw1' },
    { ...block, host: awkwardHost, protocol: null },
    { ...login, host: 'lab1', run_id: 'run-1', user: 'scenario-user' },
  ].map((columns, ordinal) => event(nowMs, ordinal, columns));
}

function finding(nowMs: number, id: string, columns: Record<string, unknown>): Record<string, unknown> {
  return {
    finding_id: id,
    revision: 1,
    rule_id: 'rule-1',
    rule_hash: 'hash-1',
    title: 'SSH brute force',
    severity: 'high',
    risk: 70,
    group_key: `group-${id}`,
    group_values: { host: 'web1' },
    hosts: ['web1'],
    users: ['root'],
    src_ips: ['192.0.2.7'],
    dst_ips: [],
    tags: ['attack.t1110.001'],
    count: '12',
    late_count: '0',
    first_ts: clickhouseTime(nowMs - 600_000),
    last_ts: clickhouseTime(nowMs - 300_000),
    last_received_at: clickhouseTime(nowMs - 299_000),
    event_ids: [uuid(1)],
    query_sql: 'SELECT 1',
    query_params: '{}',
    run_id: '',
    superseded_by: '',
    created_at: clickhouseTime(nowMs - 290_000),
    updated_at: clickhouseTime(nowMs - 290_000),
    ...columns,
  };
}

function findings(nowMs: number): Record<string, unknown>[] {
  return [
    finding(nowMs, 'finding-1', {}),
    finding(nowMs, 'finding-2', { hosts: [awkwardHost], severity: 'medium', title: 'Inbound drop burst' }),
    finding(nowMs, 'finding-3', { run_id: 'run-1', hosts: ['lab1'], severity: 'critical' }),
    finding(nowMs, 'finding-4', { superseded_by: 'finding-1', title: 'Joined into another' }),
  ];
}

/**
 * Puts rows behind every panel: events and findings of two real hosts and one scenario run, a heartbeat, a line that no
 * parser claims, and a range the ledger has read before the events came.
 */
export async function seedDashboards(store: Store, nowMs: number): Promise<void> {
  const at = clickhouseTime(nowMs - 45_000);
  await store.insert('ledger_done', [
    {
      stream: 'uuid|0|live',
      partition: '20261121',
      lo: '1',
      hi: '1',
      gen: '1',
      owner: 'test',
      rule_set_hash: 'hash',
      taken_at: clickhouseTime(nowMs - 3_600_000),
      rows: '1',
    },
  ]);
  await store.insert('raw_log', [
    { received_at: at, transport: 'internal', raw: 'beat', program: 'loglake-heartbeat', parser: 'heartbeat' },
    {
      received_at: at,
      transport: 'udp',
      sender: '192.0.2.1',
      raw: 'gibberish \\\\xff',
      program: 'tool',
      parser: 'unmatched',
    },
  ]);
  await store.insert('event', events(nowMs));
  await store.insert('security_finding', findings(nowMs));
}
