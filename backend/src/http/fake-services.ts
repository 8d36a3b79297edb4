import type { Finding } from '@loglake/contract/finding';
import { ServiceError } from '../error.ts';
import type { Services } from './services.ts';

const at = '2026-11-21T08:50:00.000Z';

/** A finding for tests of the HTTP layer. */
export const sampleFinding: Finding = {
  findingId: 'f1', revision: 1, version: 0, ruleId: 'r1', ruleHash: 'h', title: 'SSH brute force', severity: 'high',
  risk: 70, state: 'new', closeReason: null, assignee: null, group: { src_ip: '192.0.2.7' }, groupKey: 'g',
  hosts: ['web1'], users: ['root'], srcIps: ['192.0.2.7'], dstIps: [], tags: ['attack.t1110'], count: '12',
  lateCount: '0', firstSeen: at, lastSeen: at, createdAt: at, updatedAt: at, runId: '', supersededBy: null,
}; // prettier-ignore

const run = {
  runId: 'run1', scenarioId: 'ssh', title: 'SSH', state: 'playing' as const, speed: 1, seed: 1, startedAt: at,
  finishedAt: null, startedBy: 'anna', sent: 0, total: 10, findings: 0, error: '', verdict: null,
}; // prettier-ignore

const rule = {
  id: 'r1', kind: 'single' as const, title: 'R', description: '', severity: 'low' as const, status: 'test', tags: [],
  falsePositives: [], logsource: { product: 'linux', category: '', service: 'sshd' }, path: 'r.yml', hash: 'h', issues: [],
  operation: { state: 'running' as const, reason: '', since: null, by: '' }, warnings: [], filters: [],
  lastMatchAt: null, findings: '0',
}; // prettier-ignore

const backfill = {
  backfillId: 'b1', ruleId: 'r1', ruleHash: 'h', since: at, state: 'running' as const, error: '', askedBy: 'anna',
  askedAt: at, rowsRead: '0', rowsLeft: '10', matches: '0',
}; // prettier-ignore

/** Stages that answer with fixed samples, for tests of the HTTP layer alone. */
export function fakeServices(changes: Partial<Services> = {}): Omit<Services, 'hints'> {
  return {
    health: () => Promise.resolve({ state: 'ok', at, items: [] }),
    metrics: () =>
      Promise.resolve({ contentType: 'text/plain; version=0.0.4; charset=utf-8', text: 'loglake_rules 1\n' }),
    ledger: () => ({
      writer: 'a',
      isWriter: true,
      lagSeconds: 0,
      waitingRows: '0',
      lastError: '',
      gaps: [],
      rules: [],
    }),
    config: () => ({ version: '0.1.0', settings: [] }),
    ingest: () => Promise.resolve({ accepted: 1 }),
    findings: {
      list: () => Promise.resolve({ items: [sampleFinding], nextCursor: null }),
      summary: () =>
        Promise.resolve({
          total: '0', open: '0',
          byState: { new: '0', acknowledged: '0', investigating: '0', resolved: '0', false_positive: '0' },
          bySeverity: { informational: '0', low: '0', medium: '0', high: '0', critical: '0' }, topRules: [],
        }), // prettier-ignore
      timeline: () => Promise.resolve({ bucketSeconds: 60, buckets: [] }),
      detail: (findingId) => Promise.reject(new ServiceError('finding.not_found', `There is no finding ${findingId}.`)),
      history: () => Promise.resolve({ activities: [], chainIntact: true }),
      act: (_request, actor) =>
        Promise.resolve([{ outcome: 'done', findingId: 'f1', finding: { ...sampleFinding, assignee: actor.name } }]),
    },
    rules: {
      list: () => Promise.resolve([rule]),
      get: () => Promise.resolve({ ...rule, source: 'title: R' }),
      control: () => Promise.resolve(rule),
      runs: () => Promise.resolve({ items: [], nextCursor: null }),
    },
    backfills: {
      list: () => Promise.resolve([backfill]),
      ask: () => Promise.resolve(backfill),
      cancel: () => Promise.resolve({ ...backfill, state: 'cancelled' }),
    },
    sources: { list: () => Promise.resolve([]), unmatched: () => Promise.resolve({ items: [], nextCursor: null }) },
    scenarios: {
      list: () => [],
      start: () => Promise.resolve(run),
      runs: () => Promise.resolve({ items: [run], nextCursor: null }),
      run: () => Promise.resolve(run),
      control: () => Promise.resolve(run),
      remove: () => Promise.resolve({ runId: 'run1', rawRows: '0', events: '0', findings: '0' }),
    },
    ...changes,
  };
}
