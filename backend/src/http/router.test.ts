import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problem } from '@loglake/contract/problem';
import { roles, roleSatisfies, type Role } from '@loglake/contract/role';
import { routes, type RouteName } from '@loglake/contract/routes';
import { ServiceError } from '../error.ts';
import { startTestServer, testTokens } from './test-server.ts';

interface Example {
  path: string;
  body?: unknown;
  /** A call of the right role that must be refused as not valid; null when the route takes nothing. */
  bad: { path?: string; body?: unknown } | null;
  /** Status of the good call when it is not the route's own. */
  status?: number;
}

const action = { target: { findings: [{ findingId: 'f1', version: 0 }] }, action: { kind: 'acknowledge' } };

/** One good and one bad call for every address: a route without an example does not compile. */
const examples: Record<RouteName, Example> = {
  liveness: { path: '/healthz', bad: null },
  metrics: { path: '/metrics', bad: null },
  health: { path: '/api/v1/health', bad: null },
  ledger: { path: '/api/v1/ledger', bad: null },
  ingestLogs: { path: '/v1/ingest/logs', body: 'a line', bad: null },
  listFindings: { path: '/api/v1/findings?state=new,resolved&limit=5', bad: { path: '/api/v1/findings?limit=5000' } },
  findingSummary: { path: '/api/v1/findings/summary', bad: { path: '/api/v1/findings/summary?severity=loud' } },
  findingTimeline: {
    path: '/api/v1/findings/timeline?bucketSeconds=60',
    bad: { path: '/api/v1/findings/timeline?bucketSeconds=0' },
  },
  findingStream: { path: '/api/v1/findings/stream', bad: null },
  triageFindings: {
    path: '/api/v1/findings/actions',
    body: action,
    bad: { body: { ...action, action: { kind: 'delete' } } },
  },
  getFinding: { path: '/api/v1/findings/f1', bad: { path: `/api/v1/findings/${'x'.repeat(300)}` }, status: 404 },
  findingHistory: { path: '/api/v1/findings/f1/history', bad: { path: `/api/v1/findings/${'x'.repeat(300)}/history` } },
  listRules: { path: '/api/v1/rules', bad: null },
  getRule: { path: '/api/v1/rules/r1', bad: { path: `/api/v1/rules/${'x'.repeat(300)}` } },
  controlRule: {
    path: '/api/v1/rules/r1/control',
    body: { kind: 'disable', reason: 'too loud' },
    bad: { body: { kind: 'disable', reason: ' ' } },
  },
  startBackfill: {
    path: '/api/v1/rules/r1/backfills',
    body: { since: '2026-11-20T00:00:00.000Z' },
    bad: { body: { since: 'yesterday' } },
  },
  listBackfills: { path: '/api/v1/backfills', bad: null },
  controlBackfill: { path: '/api/v1/backfills/b1/control', body: { kind: 'cancel' }, bad: { body: { kind: 'pause' } } },
  listRuleRuns: { path: '/api/v1/rule-runs', bad: { path: '/api/v1/rule-runs?limit=none' } },
  listSources: { path: '/api/v1/sources', bad: null },
  listUnmatched: { path: '/api/v1/sources/unmatched', bad: { path: '/api/v1/sources/unmatched?from=yesterday' } },
  listScenarios: { path: '/api/v1/scenarios', bad: null },
  startScenario: { path: '/api/v1/scenarios/ssh/runs', body: { speed: 50 }, bad: { body: { speed: 1000 } } },
  listScenarioRuns: { path: '/api/v1/scenario-runs', bad: { path: '/api/v1/scenario-runs?limit=0' } },
  getScenarioRun: { path: '/api/v1/scenario-runs/run1', bad: { path: `/api/v1/scenario-runs/${'x'.repeat(300)}` } },
  controlScenarioRun: {
    path: '/api/v1/scenario-runs/run1/control',
    body: { kind: 'pause' },
    bad: { body: { kind: 'explode' } },
  },
  removeScenarioRun: { path: '/api/v1/scenario-runs/run1', bad: { path: `/api/v1/scenario-runs/${'x'.repeat(300)}` } },
  effectiveConfig: { path: '/api/v1/config', bad: null },
};

let server: Awaited<ReturnType<typeof startTestServer>>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function call(name: RouteName, token: string | null, change: { path?: string; body?: unknown } = {}) {
  const example = { ...examples[name], ...change };
  const isText = typeof example.body === 'string';
  const body = typeof example.body === 'string' ? example.body : JSON.stringify(example.body);
  const abort = new AbortController();
  const response = await fetch(server.url + example.path, {
    method: routes[name].method,
    headers: {
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...(example.body === undefined ? {} : { 'Content-Type': isText ? 'text/plain' : 'application/json' }),
    },
    ...(example.body === undefined ? {} : { body }),
    signal: abort.signal,
  });
  const streams = routes[name].kind === 'event-stream' && response.status === 200;
  const text = streams ? '' : await response.text();
  if (streams) abort.abort();
  return { status: response.status, type: response.headers.get('content-type') ?? '', text };
}

const names = Object.keys(routes) as RouteName[];
const guarded = names.filter((name) => routes[name].role !== null);
const roleFor = (name: RouteName): Role => routes[name].role ?? 'reader';

describe('every address', () => {
  it.each(names)('%s answers a good call of its role', async (name) => {
    const expected = examples[name].status ?? (routes[name].kind === 'event-stream' ? 200 : routes[name].status);
    expect((await call(name, testTokens[roleFor(name)])).status).toBe(expected);
  });

  it.each(guarded)('%s refuses a call without a token, and one with a wrong token', async (name) => {
    for (const token of [null, 'wrong-token-0123456789']) {
      const answer = await call(name, token);
      expect(answer.status).toBe(401);
      expect(problem.parse(JSON.parse(answer.text)).code).toBe('request.unauthorised');
    }
  });

  it.each(guarded)('%s refuses every role that is not enough', async (name) => {
    const refused = roles.filter((role) => !roleSatisfies(role, roleFor(name)));
    expect(refused.length).toBeGreaterThan(0);
    for (const role of refused) {
      const answer = await call(name, testTokens[role]);
      expect({ role, status: answer.status }).toEqual({ role, status: 403 });
      expect(answer.type).toContain('application/problem+json');
    }
  });

  it.each(names.filter((name) => examples[name].bad !== null))(
    '%s refuses what is not valid, naming it',
    async (name) => {
      const answer = await call(name, testTokens[roleFor(name)], examples[name].bad ?? {});
      expect(answer.status).toBe(400);
      const body = problem.parse(JSON.parse(answer.text));
      expect(body.issues?.[0]?.path).toMatch(/^(query|params|body)/);
    }
  );
});

describe('the HTTP layer', () => {
  it('reports all that is wrong at once', async () => {
    const answer = await call('listFindings', testTokens.reader, {
      path: '/api/v1/findings?limit=0&severity=loud&runs=x',
    });
    expect(problem.parse(JSON.parse(answer.text)).issues).toHaveLength(3);
  });

  it('answers 404 problems for unknown addresses and unknown methods', async () => {
    for (const path of ['/api/v1/nothing', '/API/v1/findings', '/']) {
      const response = await fetch(server.url + path, { headers: { Authorization: `Bearer ${testTokens.admin}` } });
      expect(response.status).toBe(404);
      expect(problem.parse(await response.json()).code).toBe('request.not_found');
    }
  });

  it('refuses a body over 1 MiB and one that is not JSON', async () => {
    const big = await call('triageFindings', testTokens.triager, { body: { target: 'x'.repeat(1_100_000) } });
    expect(big.status).toBe(413);
    const response = await fetch(`${server.url}/api/v1/findings/actions`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${testTokens.triager}`, 'Content-Type': 'application/json' },
      body: '{"target":',
    });
    expect(response.status).toBe(400);
  });

  it('never shows the message of an unexpected error', async () => {
    const failing = await startTestServer({
      services: { health: () => Promise.reject(new Error('password is hunter2')) },
    });
    const response = await fetch(`${failing.url}/api/v1/health`, {
      headers: { Authorization: `Bearer ${testTokens.reader}` },
    });
    const text = await response.text();
    await failing.close();
    expect(response.status).toBe(500);
    expect(text).not.toContain('hunter2');
  });

  it('tells a caller to come back when the store is away', async () => {
    const away = await startTestServer({
      services: { health: () => Promise.reject(new ServiceError('store.unavailable', 'The store does not answer.')) },
    });
    const response = await fetch(`${away.url}/api/v1/health`, {
      headers: { Authorization: `Bearer ${testTokens.reader}` },
    });
    await away.close();
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
  });

  it('limits requests per minute, and guesses do not use up the budget of a valid token', async () => {
    const limited = await startTestServer({ requestsPerMinute: 3 });
    const get = (token: string) =>
      fetch(`${limited.url}/api/v1/health`, { headers: { Authorization: `Bearer ${token}` } }).then((r) => r.status);
    const guesses = [];
    for (let n = 0; n < 5; n += 1) guesses.push(await get(`guess-${n}-0123456789abc`));
    expect(guesses).toEqual([401, 401, 401, 429, 429]);
    expect(await get(testTokens.reader)).toBe(200);
    await limited.close();
  });

  it('sets protective headers', async () => {
    const response = await fetch(`${server.url}/healthz`);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('x-powered-by')).toBeNull();
  });

  it('names the actor by X-Grafana-User only where that header is trusted', async () => {
    const act = async (trustUserHeader: boolean) => {
      const one = await startTestServer({ trustUserHeader });
      const response = await fetch(`${one.url}/api/v1/findings/actions`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${testTokens.triager}`,
          'Content-Type': 'application/json',
          'X-Grafana-User': 'anna',
        },
        body: JSON.stringify(action),
      });
      const body = (await response.json()) as { outcomes: { finding: { assignee: string } }[] };
      await one.close();
      return body.outcomes[0]?.finding.assignee;
    };
    expect(await act(true)).toBe('anna');
    expect(await act(false)).toBe('unnamed triager');
  });
});
