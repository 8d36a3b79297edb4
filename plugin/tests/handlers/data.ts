import type { Finding, FindingDetail, EvidenceEvent } from '@loglake/contract/finding';
import type { ScenarioRun, ScenarioSummary } from '@loglake/contract/scenario';
import type { Health, LedgerStatus } from '@loglake/contract/source';

/** Times of the stub are relative to its start, so that the pages' periods hold them. */
const start = Date.now();
export const minutesAgo = (minutes: number): string => new Date(start - minutes * 60_000).toISOString();

/** What an attacker writes into a log to be run by whoever looks at it. */
export const hostileLine =
  'Nov 21 10:00:00 web-1 sshd[4242]: Failed password for invalid user <img src=x onerror="window.hacked=1"> from 203.0.113.7 port 40022 ssh2 <script>window.hacked=1</script> [link](javascript:window.hacked=1)';

/** One finding; whatever a test does not name is usual. */
export function makeFinding(change: Partial<Finding> & Pick<Finding, 'findingId'>): Finding {
  return {
    revision: 1,
    version: 0,
    ruleId: '5f0ee27d-3b54-4c2e-9e38-8a1b7f1f0a01',
    ruleHash: 'a'.repeat(64),
    title: 'SSH brute force from one address',
    severity: 'high',
    risk: 70,
    state: 'new',
    closeReason: null,
    assignee: null,
    group: { src_ip: '203.0.113.7' },
    groupKey: 'key-1',
    hosts: ['web-1'],
    users: ['root', 'admin', 'deploy'],
    srcIps: ['203.0.113.7'],
    dstIps: [],
    tags: ['attack.credential-access', 'attack.t1110.001'],
    count: '42',
    lateCount: '0',
    firstSeen: minutesAgo(90),
    lastSeen: minutesAgo(61),
    createdAt: minutesAgo(60),
    updatedAt: minutesAgo(60),
    runId: '',
    supersededBy: null,
    ...change,
  };
}

/** What the stub begins with. */
export function initialFindings(): Finding[] {
  return [
    makeFinding({ findingId: 'f-brute' }),
    makeFinding({
      findingId: 'f-success',
      ruleId: 'rule-success',
      title: 'SSH brute force followed by a successful login',
      severity: 'critical',
      risk: 95,
      state: 'investigating',
      assignee: 'editor',
      version: 2,
      group: { src_ip: '203.0.113.7', user: 'deploy' },
      users: ['deploy'],
      tags: ['attack.initial-access', 'attack.t1078'],
      count: '1',
      firstSeen: minutesAgo(55),
      lastSeen: minutesAgo(55),
      createdAt: minutesAgo(54),
    }),
    makeFinding({
      findingId: 'f-scan',
      ruleId: 'rule-scan',
      title: 'Port scan of one host',
      severity: 'medium',
      risk: 45,
      group: { src_ip: '198.51.100.23', host: null },
      groupKey: 'key-3',
      hosts: ['gw-1'],
      users: [],
      srcIps: ['198.51.100.23'],
      dstIps: ['192.0.2.10'],
      tags: ['attack.discovery', 'attack.t1046'],
      count: '318',
      lateCount: '3',
      firstSeen: minutesAgo(300),
      lastSeen: minutesAgo(290),
      createdAt: minutesAgo(289),
    }),
    makeFinding({
      findingId: 'f-sudo',
      ruleId: 'rule-sudo',
      title: 'Repeated sudo failures',
      severity: 'low',
      risk: 20,
      state: 'acknowledged',
      version: 1,
      group: { user: 'backup' },
      groupKey: 'key-4',
      hosts: ['db-1'],
      users: ['backup'],
      srcIps: [],
      tags: ['attack.privilege-escalation', 'attack.t1548.003'],
      count: '6',
      firstSeen: minutesAgo(700),
      lastSeen: minutesAgo(695),
      createdAt: minutesAgo(694),
    }),
    makeFinding({
      findingId: 'f-closed',
      ruleId: 'rule-root',
      title: 'Direct root login over SSH',
      severity: 'medium',
      state: 'resolved',
      closeReason: 'benign',
      version: 3,
      groupKey: 'key-5',
      lastSeen: minutesAgo(1000),
      firstSeen: minutesAgo(1000),
    }),
    makeFinding({
      findingId: 'f-run',
      groupKey: 'key-6',
      runId: 'run-finished',
      lastSeen: minutesAgo(20),
      firstSeen: minutesAgo(22),
    }),
  ];
}

const event = (n: number, raw: string): EvidenceEvent => ({
  eventId: `event-${n}`,
  ts: minutesAgo(90 - n),
  receivedAt: minutesAgo(90 - n),
  host: 'web-1',
  program: 'sshd',
  message: raw,
  raw,
  fields: { 'source.ip': '203.0.113.7', user: n === 0 ? null : 'root', outcome: 'failure' },
});

export function detailOf(finding: Finding): FindingDetail {
  return {
    finding,
    rule: {
      id: finding.ruleId,
      title: finding.title,
      description: 'Many failed SSH logins from one address within five minutes.',
      falsePositives: ['A script with an old password', 'A forgotten monitoring check'],
      references: ['https://attack.mitre.org/techniques/T1110/001/'],
      source: 'title: SSH brute force from one address\nlevel: high\n',
    },
    explanation: `${finding.count} failed SSH logins from 203.0.113.7 in 29 minutes.`,
    query: {
      sql: 'SELECT ts, host, message FROM event WHERE src_ip = {src_ip:String} ORDER BY ts',
      params: { src_ip: '203.0.113.7' },
    },
    events: [
      event(0, hostileLine),
      event(1, 'Nov 21 10:00:02 web-1 sshd[4243]: Failed password for root from 203.0.113.7 port 40023 ssh2'),
      event(2, 'Nov 21 10:00:04 web-1 sshd[4244]: Failed password for root from 203.0.113.7 port 40024 ssh2'),
    ],
    eventsTotal: finding.count,
  };
}

export const scenarios: ScenarioSummary[] = [
  {
    id: 'ssh-brute-force',
    title: 'SSH brute force that ends in a login',
    description: 'One address guesses passwords over SSH, gets in, and becomes root with sudo.',
    tags: ['attack.t1110.001', 'attack.t1078'],
    path: 'ssh-brute-force.yml',
    events: 40,
    durationMs: 120_000,
    expectedRules: ['rule-brute', 'rule-success'],
    issues: [],
  },
  {
    id: 'port-scan',
    title: 'Port scan, then a connection',
    description: 'A host on the internet scans the firewall and connects to the one open port.',
    tags: ['attack.t1046'],
    path: 'port-scan.yml',
    events: 320,
    durationMs: 60_000,
    expectedRules: ['rule-scan'],
    issues: [],
  },
];

export const finishedRun: ScenarioRun = {
  runId: 'run-finished',
  scenarioId: 'ssh-brute-force',
  title: 'SSH brute force that ends in a login',
  state: 'finished',
  speed: 10,
  seed: 1,
  startedAt: minutesAgo(22),
  finishedAt: minutesAgo(20),
  startedBy: 'editor',
  sent: 40,
  total: 40,
  findings: 3,
  error: '',
  verdict: {
    passed: false,
    expected: [
      {
        rule: 'rule-brute',
        title: 'SSH brute force from one address',
        group: { src_ip: '203.0.113.7' },
        fired: true,
        findingId: 'f-run',
        latencyMs: 1240,
        withinMs: 30_000,
        onTime: true,
      },
      {
        rule: 'rule-success',
        title: 'SSH brute force followed by a successful login',
        group: { src_ip: '203.0.113.7', user: 'deploy' },
        fired: false,
        findingId: null,
        latencyMs: null,
        withinMs: 30_000,
        onTime: false,
      },
    ],
    unexpected: [{ findingId: 'f-run-2', rule: 'rule-sudo', title: 'Repeated sudo failures', group: { user: null } }],
  },
};

export const health: Health = {
  state: 'warning',
  at: minutesAgo(0),
  items: [
    { name: 'store', state: 'ok', detail: 'ClickHouse answers in 4 ms.', value: 4 },
    { name: 'heartbeat_age', state: 'ok', detail: 'The last heartbeat line came 34 s ago.', value: 34 },
    { name: 'udp_dropped', state: 'warning', detail: '12 datagrams were dropped in the last hour.', value: 12 },
    { name: 'detection_lag', state: 'ok', detail: 'Detection is 2 s behind what arrives.', value: 2 },
    { name: 'rules', state: 'ok', detail: '17 rules run, none is broken.', value: 17 },
  ],
};

export const emptyLedger: LedgerStatus = {
  writer: 'home-1-4711#3',
  isWriter: true,
  lagSeconds: 0.4,
  waitingRows: '0',
  lastError: '',
  gaps: [],
  rules: [],
};

export const ledger: LedgerStatus = {
  ...emptyLedger,
  lagSeconds: 12,
  waitingRows: '80400',
  gaps: [
    {
      cause: 'store_unavailable',
      rows: '80400',
      ofRows: '201000',
      since: '2026-11-21T14:02:00.000Z',
      until: '2026-11-21T14:05:00.000Z',
      detail: '',
      nextTryAt: null,
    },
  ],
  rules: [
    {
      id: 'rule-slow',
      title: 'Very long <i>pattern</i>',
      quarantined: true,
      reason: 'it is too slow: it used 2.1 s of deciding, 410 rows after it was first slow',
      since: minutesAgo(7),
    },
  ],
};
