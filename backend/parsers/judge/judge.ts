import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Store } from '../../src/store/store.ts';
import { beatsAuditCases, crowdsecAuditCases, plainAuditCases } from './auditd.ts';
import { beatsCases } from './beats.ts';
import { logLines, type CorpusCase, type JudgedEvent } from './corpus-case.ts';
import { crowdsecCases } from './crowdsec.ts';
import { goldenCases, shapeCases, splunkCases } from './unifi.ts';
import { windowsCases } from './windows.ts';

/** What came of one corpus. */
export interface CorpusReport {
  readonly corpus: string;
  readonly lines: number;
  /** Lines that one of our parsers must claim, and those that the right one did claim. */
  readonly claimable: number;
  readonly claimed: number;
  /** Lines that none may claim, and those that one did. */
  readonly refusable: number;
  readonly violations: number;
  /** Values that the oracles give, and those that the events have. */
  readonly values: number;
  readonly right: number;
  /** Everything that is wrong, one line each. */
  readonly wrong: readonly string[];
}

/** Whether the corpora are there. */
export function hasCorpora(root: string): boolean {
  return existsSync(path.join(root, 'linux-auth', 'SOURCE.md'));
}

/** Every line of the corpora that is about our families, with its oracle. */
export function corpusCases(root: string): CorpusCase[] {
  const crowdsec = (corpus: string, folder: string, log: string, claim: CorpusCase['claim'], program?: string) =>
    crowdsecCases(corpus, path.join(root, corpus, 'crowdsec-hub', folder), log, claim, program);
  const auth = [
    'sshd-logs',
    'sshd-success-logs',
    'pam-logs',
    'syslog-logs',
    'sshd-refused-conn',
    'ssh-bf',
    'ssh-time-based-bf',
    'sshd-bad-keyexchange-bf',
    'ssh-timeout',
  ];
  const beats = path.join(root, 'linux-auth', 'beats', 'system', 'auth');
  const syslog = path.join(root, 'linux-syslog', 'beats', 'system', 'syslog');
  const golden = path.join(root, 'unifi', 'unifi-otel', 'golden');
  return [
    ...auth.flatMap((folder) => crowdsec('linux-auth', folder, `${folder}.log`, 'linux-auth')),
    ...['secure-rhel7.log', 'test.log', 'timestamp.log'].flatMap((file) =>
      beatsCases('linux-auth', path.join(beats, file), 'linux-auth')
    ),
    ...['suse-syslog.log', 'tz-offset.log'].flatMap((file) =>
      beatsCases('linux-syslog', path.join(syslog, file), null)
    ),
    ...crowdsec('netfilter', 'iptables-logs', 'iptables-logs.log', 'netfilter'),
    ...crowdsec('netfilter', 'iptables-scan-multi-port', 'iptables-scan-multi-port.log', 'netfilter'),
    ...crowdsec('netfilter', 'proxmox-iptables-logs', 'proxmox-iptables.log', 'netfilter', 'pve-firewall'),
    ...plainCases('netfilter', path.join(root, 'netfilter', 'logstash-patterns-core', 'shorewall.log'), 'netfilter'),
    ...crowdsec('unifi', 'unifi-logs', 'unifi-logs.log', 'netfilter'),
    ...plainCases('unifi', path.join(root, 'unifi', 'crowdsec-hub', 'unifi-cef', 'cef-logs.log'), 'none'),
    ...readdirSync(golden).flatMap((file) => goldenCases(path.join(golden, file))),
    ...splunkCases(path.join(root, 'unifi', 'splunk-connect-for-syslog', 'samples.jsonl')),
    ...shapeCases(path.join(root, 'unifi', 'synthetic-from-format', 'ap-switch-gateway-shapes.jsonl')),
    ...windowsCases(path.join(root, 'windows')),
    ...auditCases(path.join(root, 'linux-audit')),
  ];
}

/** Linux audit records: filebeat's, crowdsec's and OTRF's. */
function auditCases(root: string): CorpusCase[] {
  const recorded = path.join(root, 'otrf-security-datasets', 'sh_arp_cache', 'sh_arp_cache_2020-11-10074812.log');
  if (!existsSync(root)) return [];
  return [
    ...beatsAuditCases(path.join(root, 'beats', 'auditd', 'log')),
    ...crowdsecAuditCases(path.join(root, 'crowdsec-hub')),
    ...plainAuditCases(recorded),
  ];
}

/** A log without oracle: only the claim is judged. */
function plainCases(corpus: string, file: string, claim: CorpusCase['claim']): CorpusCase[] {
  return logLines(file).map((line, index) => ({
    corpus,
    origin: `${path.basename(file)}#${index}`,
    line,
    envelope: {},
    claim,
    expectations: [],
  }));
}

const nullable = z.string().nullable();
const eventRow = z.looseObject({ raw_id: z.string(), parser: z.string(), fields: z.record(z.string(), nullable) });

/** Sends the lines through raw_log and compares the events. The store must have its parsers installed and no other rows. */
export async function judge(store: Store, cases: readonly CorpusCase[]): Promise<CorpusReport[]> {
  const rows = cases.map((each) => ({
    id: randomUUID(),
    received_at: '2026-11-21 10:00:00.000',
    raw: each.line,
    envelope_program: each.envelope.program ?? '',
  }));
  await store.insert('raw_log', rows);
  const events = await store.compiled('judge.events', { sql: 'SELECT * FROM event', params: {} }, eventRow, {
    timeoutMs: 60_000,
    rowsMax: 1_000_000,
  });
  const byRaw = new Map(events.map((event) => [event.raw_id, judged(event)]));
  const results = cases.map((each, index) => ({ each, event: byRaw.get(rows[index]?.id ?? '') }));
  return [...new Set(cases.map(({ corpus }) => corpus))].map((corpus) =>
    reportOf(
      corpus,
      results.filter(({ each }) => each.corpus === corpus)
    )
  );
}

function judged(event: z.infer<typeof eventRow>): JudgedEvent {
  const texts = Object.entries(event).map(
    ([name, value]) => [name, typeof value === 'number' ? String(value) : value] as const
  );
  const columns = texts.flatMap(([name, value]) =>
    typeof value === 'string' || value === null ? [[name, value] as const] : []
  );
  return { parser: event.parser, columns: Object.fromEntries(columns), fields: event.fields };
}

interface Result {
  readonly each: CorpusCase;
  readonly event: JudgedEvent | undefined;
}

function reportOf(corpus: string, results: readonly Result[]): CorpusReport {
  const claimable = results.filter(({ each }) => each.claim !== null && each.claim !== 'none');
  const unclaimed = claimable.filter(({ each, event }) => event?.parser !== each.claim);
  const refusable = results.filter(({ each }) => each.claim === 'none');
  const violations = refusable.filter(({ event }) => event?.parser !== 'unmatched');
  const values = results.flatMap(({ each, event }) =>
    each.expectations.map((item) => ({ each, item, actual: event === undefined ? null : item.actual(event) }))
  );
  const wrong = values.filter(({ item, actual }) => actual !== item.expected);
  return {
    corpus,
    lines: results.length,
    claimable: claimable.length,
    claimed: claimable.length - unclaimed.length,
    refusable: refusable.length,
    violations: violations.length,
    values: values.length,
    right: values.length - wrong.length,
    wrong: [
      ...unclaimed.map(
        ({ each, event }) =>
          `${each.origin}: ${each.claim ?? ''} must claim it, ${event?.parser ?? 'nobody'} did: ${each.line.slice(0, 160)}`
      ),
      ...violations.map(
        ({ each, event }) =>
          `${each.origin}: nobody may claim it, ${event?.parser ?? 'nobody'} did: ${each.line.slice(0, 160)}`
      ),
      ...wrong.map(
        ({ each, item, actual }) =>
          `${each.origin}: ${item.name}: ${JSON.stringify(item.expected)} expected, ${JSON.stringify(actual)} found`
      ),
    ],
  };
}
