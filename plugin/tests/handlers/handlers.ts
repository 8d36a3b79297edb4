import type { JsonRequest, JsonResponse, JsonRouteName } from '@loglake/contract/routes';
import type { ScenarioRun } from '@loglake/contract/scenario';
import { emptyLedger, finishedRun, health, ledger, initialFindings, minutesAgo, scenarios } from './data.ts';
import { createFindingStub, type FindingStub } from './finding-handlers.ts';
import { StubProblem } from './stub-problem.ts';

/** One handler per JSON route of the contract: a route without one does not compile. */
export type JsonHandlers = {
  [N in JsonRouteName]: (request: JsonRequest<N>, actor: string) => JsonResponse<N>;
};

export interface StubState {
  findings: FindingStub;
  runs: ScenarioRun[];
  empty: boolean;
}

export function createState(empty: boolean): StubState {
  return { findings: createFindingStub(empty ? [] : initialFindings()), runs: empty ? [] : [finishedRun], empty };
}

function findRun(state: StubState, runId: string): ScenarioRun {
  const run = state.runs.find((one) => one.runId === runId);
  if (run === undefined) throw new StubProblem(404, 'scenario.run_not_found', 'There is no such scenario run.');
  return run;
}

function changeRun(state: StubState, runId: string, change: Partial<ScenarioRun>): ScenarioRun {
  const next = { ...findRun(state, runId), ...change };
  state.runs = state.runs.map((run) => (run.runId === runId ? next : run));
  return next;
}

function start(state: StubState, { params, body }: JsonRequest<'startScenario'>, actor: string): ScenarioRun {
  const run: ScenarioRun = {
    ...finishedRun,
    ...body,
    runId: `run-${state.runs.length + 1}`,
    scenarioId: params.scenarioId,
    title: scenarios.find(({ id }) => id === params.scenarioId)?.title ?? '',
    state: 'playing',
    startedAt: new Date().toISOString(),
    finishedAt: null,
    startedBy: actor,
    sent: 10,
    findings: 0,
    verdict: null,
  };
  state.runs = [run, ...state.runs];
  return run;
}

function control(state: StubState, { params, body }: JsonRequest<'controlScenarioRun'>): ScenarioRun {
  switch (body.kind) {
    case 'pause':
      return changeRun(state, params.runId, { state: 'paused' });
    case 'resume':
      return changeRun(state, params.runId, { state: 'playing' });
    case 'stop':
      return changeRun(state, params.runId, { state: 'stopped', finishedAt: new Date().toISOString() });
    case 'speed':
      return changeRun(state, params.runId, { speed: body.speed });
  }
}

const rule = {
  id: 'rule-brute',
  kind: 'correlation' as const,
  title: 'SSH brute force from one address',
  description: 'Many failed SSH logins from one address within five minutes.',
  severity: 'high' as const,
  status: 'stable',
  tags: ['attack.t1110.001'],
  falsePositives: [],
  logsource: { product: 'linux', category: '', service: 'sshd' },
  path: 'linux/ssh-brute-force.yml',
  hash: 'a'.repeat(64),
  operation: { state: 'running' as const, reason: '', since: null, by: '' },
  issues: [],
  warnings: [],
  filters: [],
  lastMatchAt: minutesAgo(60),
  findings: '3',
};

const backfill = {
  backfillId: 'backfill-1',
  ruleId: rule.id,
  ruleHash: rule.hash,
  since: minutesAgo(600),
  state: 'running' as const,
  error: '',
  askedBy: 'admin',
  askedAt: minutesAgo(1),
  rowsRead: '0',
  rowsLeft: '1000',
  matches: '0',
};

/** The stub's answers over its state. */
export function createHandlers(state: StubState): JsonHandlers {
  const { findings } = state;
  return {
    liveness: () => ({ status: 'ok' }),
    health: () => health,
    ledger: () => (state.empty ? emptyLedger : ledger),
    listFindings: ({ query }) => findings.list(query),
    findingSummary: ({ query }) => findings.summary(query),
    findingTimeline: ({ query }) => findings.timeline(query),
    triageFindings: ({ body }, actor) => findings.triage(body, actor),
    getFinding: ({ params }) => findings.detail(params.findingId),
    findingHistory: ({ params }) => findings.history(params.findingId),
    listRules: () => ({ rules: [rule] }),
    getRule: () => ({ ...rule, source: 'title: SSH brute force' }),
    controlRule: () => rule,
    startBackfill: () => backfill,
    listBackfills: () => ({ backfills: [] }),
    controlBackfill: () => ({ ...backfill, state: 'cancelled' }),
    listRuleRuns: () => ({ items: [], nextCursor: null }),
    listSources: () => ({
      sources: state.empty
        ? []
        : [
            { parser: 'linux-auth', lines: '1204558', lastReceivedAt: minutesAgo(0) },
            { parser: 'netfilter', lines: '98311', lastReceivedAt: minutesAgo(1) },
            { parser: 'unmatched', lines: '412', lastReceivedAt: minutesAgo(35) },
          ],
    }),
    listUnmatched: () => ({
      items: state.empty
        ? []
        : [
            {
              sender: '192.0.2.1',
              program: 'dnsmasq',
              count: '400',
              firstAt: minutesAgo(600),
              lastAt: minutesAgo(35),
              examples: ['Nov 21 09:00:00 gw-1 dnsmasq[99]: query[A] example.net from 192.0.2.44'],
            },
            {
              sender: '192.0.2.9',
              program: '',
              count: '12',
              firstAt: minutesAgo(90),
              lastAt: minutesAgo(80),
              examples: ['<b>%%% free text</b>'],
            },
          ],
      nextCursor: null,
    }),
    listScenarios: () => ({ scenarios: state.empty ? [] : scenarios }),
    startScenario: (request, actor) => start(state, request, actor),
    listScenarioRuns: () => ({ items: state.runs, nextCursor: null }),
    getScenarioRun: ({ params }) => findRun(state, params.runId),
    controlScenarioRun: (request) => control(state, request),
    removeScenarioRun: ({ params }) => {
      changeRun(state, params.runId, { state: 'removed' });
      return { runId: params.runId, rawRows: '40', events: '40', findings: '3' };
    },
    effectiveConfig: () => ({
      version: '0.1.0',
      settings: [
        { name: 'LOGLAKE_PORT', value: '8450', isDefault: true },
        { name: 'LOGLAKE_SYSLOG_HOST', value: '127.0.0.1', isDefault: true },
        { name: 'LOGLAKE_SYSLOG_PORT', value: '5599', isDefault: false },
        { name: 'LOGLAKE_DATA_DIR', value: './data', isDefault: true },
      ],
    }),
  };
}
