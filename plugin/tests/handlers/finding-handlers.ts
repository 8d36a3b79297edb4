import type { Activity, Finding, TriageAction, TriageOutcome, TriageRequest } from '@loglake/contract/finding';
import { findingStates, type FindingState } from '@loglake/contract/finding';
import { severities } from '@loglake/contract/scalar';
import type { JsonRequest } from '@loglake/contract/routes';
import { detailOf } from './data.ts';
import { StubProblem } from './stub-problem.ts';

type Query = JsonRequest<'listFindings'>['query'];
type Filter = JsonRequest<'findingSummary'>['query'];

const nextState: Record<TriageAction['kind'], FindingState | null> = {
  acknowledge: 'acknowledged',
  investigate: 'investigating',
  resolve: 'resolved',
  false_positive: 'false_positive',
  reopen: 'new',
  assign: null,
  comment: null,
};

function matches(finding: Finding, filter: Filter): boolean {
  const text = [finding.title, ...finding.hosts, ...finding.users, ...finding.srcIps].join(' ').toLowerCase();
  const isRun = finding.runId !== '';
  return [
    filter.state === undefined || filter.state.includes(finding.state),
    filter.severity === undefined || filter.severity.includes(finding.severity),
    filter.text === undefined || text.includes(filter.text.toLowerCase()),
    filter.runs === 'include' || isRun === (filter.runs === 'only'),
    filter.runId === undefined || filter.runId === finding.runId,
    filter.ruleId === undefined || filter.ruleId === finding.ruleId,
    filter.from === undefined || finding.lastSeen >= filter.from,
  ].every(Boolean);
}

const orders: Record<Query['sort'], (a: Finding, b: Finding) => number> = {
  lastSeen: (a, b) => b.lastSeen.localeCompare(a.lastSeen),
  createdAt: (a, b) => b.createdAt.localeCompare(a.createdAt),
  severity: (a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity),
};

function countBy<K extends string>(keys: readonly K[], of: (key: K) => number): Record<K, string> {
  return Object.fromEntries(keys.map((key) => [key, String(of(key))])) as Record<K, string>;
}

/** Findings in memory with the same answers as the service: filters, pages, versions, conflicts. */
export function createFindingStub(findings: Finding[]) {
  const activities: Activity[] = [];
  const find = (findingId: string): Finding => {
    const found = findings.find((finding) => finding.findingId === findingId);
    if (found === undefined) throw new StubProblem(404, 'finding.not_found', 'There is no such finding.');
    return found;
  };
  const replace = (next: Finding): Finding => {
    findings.splice(
      findings.findIndex(({ findingId }) => findingId === next.findingId),
      1,
      next
    );
    return next;
  };

  function apply(findingId: string, version: number, action: TriageAction, actor: string): TriageOutcome {
    const current = find(findingId);
    if (current.version !== version) return { outcome: 'conflict', findingId, finding: current };
    if (action.kind === 'acknowledge' && current.state !== 'new') {
      const message = `acknowledge is possible from new; this finding is ${current.state}`;
      return { outcome: 'refused', findingId, code: 'finding.transition_refused', message };
    }
    const next = replace({
      ...current,
      version: version + 1,
      state: nextState[action.kind] ?? current.state,
      closeReason: action.kind === 'resolve' ? action.closeReason : null,
      assignee: action.kind === 'assign' ? action.assignee : current.assignee,
    });
    activities.push({
      findingId,
      version: next.version,
      at: new Date().toISOString(),
      actor,
      kind: action.kind,
      state: next.state,
      closeReason: next.closeReason,
      assignee: next.assignee,
      comment: action.comment ?? '',
      previousHash: '',
      hash: String(next.version),
    });
    return { outcome: 'done', findingId, finding: next };
  }

  return {
    findings,
    apply,
    list(query: Query) {
      const all = findings.filter((finding) => matches(finding, query)).sort(orders[query.sort]);
      const from = Number(query.cursor ?? 0);
      const more = from + query.limit < all.length;
      return { items: all.slice(from, from + query.limit), nextCursor: more ? String(from + query.limit) : null };
    },
    summary(filter: Filter) {
      const all = findings.filter((finding) => matches(finding, filter));
      const titles = new Map(all.map((finding) => [finding.ruleId, finding]));
      return {
        total: String(all.length),
        open: String(all.filter(({ state }) => state !== 'resolved' && state !== 'false_positive').length),
        byState: countBy(findingStates, (state) => all.filter((finding) => finding.state === state).length),
        bySeverity: countBy(severities, (severity) => all.filter((finding) => finding.severity === severity).length),
        topRules: [...titles.values()].map(({ ruleId, title, severity }) => ({
          ruleId,
          title,
          severity,
          count: String(all.filter((finding) => finding.ruleId === ruleId).length),
        })),
      };
    },
    timeline(query: JsonRequest<'findingTimeline'>['query']) {
      const bucket = query.bucketSeconds * 1000;
      return {
        bucketSeconds: query.bucketSeconds,
        buckets: findings
          .filter((finding) => matches(finding, query))
          .map(({ firstSeen, severity }) => ({
            from: new Date(Math.floor(Date.parse(firstSeen) / bucket) * bucket).toISOString(),
            severity,
            count: '1',
          })),
      };
    },
    detail: (findingId: string) => detailOf(find(findingId)),
    history: (findingId: string) => ({
      activities: activities.filter((activity) => activity.findingId === find(findingId).findingId),
      chainIntact: true,
    }),
    triage({ target, action }: TriageRequest, actor: string) {
      const chosen =
        'findings' in target
          ? target.findings
          : findings.filter(
              ({ ruleId, groupKey, runId }) =>
                ruleId === target.ruleId && groupKey === target.groupKey && runId === target.runId
            );
      return { outcomes: chosen.map(({ findingId, version }) => apply(findingId, version, action, actor)) };
    },
  };
}
export type FindingStub = ReturnType<typeof createFindingStub>;
