import { z } from 'zod';
import type { Role } from './role.ts';
import * as backfill from './backfill.ts';
import * as finding from './finding.ts';
import * as rule from './rule.ts';
import * as scenario from './scenario.ts';
import * as source from './source.ts';

const none = z.object({});
const noBody = z.undefined();
const id = z.string().min(1).max(200);

interface RouteBase {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Express path; `:name` is a parameter of `params`. */
  readonly path: string;
  /** The least role that may call it; null is open to anyone who reaches the port. */
  readonly role: Role | null;
}

/** JSON in, JSON out. `status` is that of success. */
export interface JsonRoute<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> extends RouteBase {
  readonly kind: 'json';
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly response: R;
  readonly status: 200 | 201 | 202;
}

/** The body is a stream of bytes that the handler reads itself; the answer is JSON. */
export interface BytesRoute<R extends z.ZodType = z.ZodType> extends RouteBase {
  readonly kind: 'bytes';
  readonly response: R;
  readonly status: 202;
}

/** Server-sent events (WHATWG HTML, section 9.2). */
export interface EventStreamRoute<E extends z.ZodType = z.ZodType> extends RouteBase {
  readonly kind: 'event-stream';
  readonly event: E;
}

/** The answer is text of the type that the handler names. */
export interface TextRoute extends RouteBase {
  readonly kind: 'text';
  readonly status: 200;
}

function json<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  route: Omit<JsonRoute<P, Q, B, R>, 'kind'>
): JsonRoute<P, Q, B, R> {
  return { kind: 'json', ...route };
}

function get<P extends z.ZodType, Q extends z.ZodType, R extends z.ZodType>(
  path: string,
  role: Role | null,
  shape: { params: P; query: Q; response: R }
) {
  return json({ method: 'GET', path, role, status: 200, body: noBody, ...shape });
}

/**
 * Every address the service answers. The server's handlers, the plugin's client and the tests' handlers are
 * typed by it: one without a handler does not compile. Order is match order.
 */
export const routes = {
  liveness: get('/healthz', null, { params: none, query: none, response: source.liveness }),
  /** Prometheus text format 0.0.4. */
  metrics: {
    kind: 'text',
    method: 'GET',
    path: '/metrics',
    role: 'reader',
    status: 200,
  } satisfies TextRoute as TextRoute,
  health: get('/api/v1/health', 'reader', { params: none, query: none, response: source.health }),
  ledger: get('/api/v1/ledger', 'reader', { params: none, query: none, response: source.ledgerStatus }),
  ingestLogs: {
    kind: 'bytes',
    method: 'POST',
    path: '/v1/ingest/logs',
    role: 'ingest',
    response: source.ingestReceipt,
    status: 202,
  } satisfies BytesRoute as BytesRoute<typeof source.ingestReceipt>,
  listFindings: get('/api/v1/findings', 'reader', {
    params: none,
    query: finding.findingQuery,
    response: finding.findingPage,
  }),
  findingSummary: get('/api/v1/findings/summary', 'reader', {
    params: none,
    query: finding.findingFilter,
    response: finding.findingSummary,
  }),
  findingTimeline: get('/api/v1/findings/timeline', 'reader', {
    params: none,
    query: finding.timelineQuery,
    response: finding.timeline,
  }),
  findingStream: {
    kind: 'event-stream',
    method: 'GET',
    path: '/api/v1/findings/stream',
    role: 'reader',
    event: finding.findingHint,
  } satisfies EventStreamRoute as EventStreamRoute<typeof finding.findingHint>,
  triageFindings: json({
    method: 'POST',
    path: '/api/v1/findings/actions',
    role: 'triager',
    params: none,
    query: none,
    body: finding.triageRequest,
    response: finding.triageResponse,
    status: 200,
  }),
  getFinding: get('/api/v1/findings/:findingId', 'reader', {
    params: z.object({ findingId: id }),
    query: none,
    response: finding.findingDetail,
  }),
  findingHistory: get('/api/v1/findings/:findingId/history', 'reader', {
    params: z.object({ findingId: id }),
    query: none,
    response: finding.findingHistory,
  }),
  listRules: get('/api/v1/rules', 'reader', { params: none, query: none, response: rule.ruleList }),
  getRule: get('/api/v1/rules/:ruleId', 'reader', {
    params: z.object({ ruleId: id }),
    query: none,
    response: rule.ruleDetail,
  }),
  controlRule: json({
    method: 'POST',
    path: '/api/v1/rules/:ruleId/control',
    role: 'admin',
    params: z.object({ ruleId: id }),
    query: none,
    body: rule.ruleControl,
    response: rule.ruleSummary,
    status: 200,
  }),
  startBackfill: json({
    method: 'POST',
    path: '/api/v1/rules/:ruleId/backfills',
    role: 'admin',
    params: z.object({ ruleId: id }),
    query: none,
    body: backfill.backfillRequest,
    response: backfill.backfill,
    status: 201,
  }),
  listBackfills: get('/api/v1/backfills', 'reader', { params: none, query: none, response: backfill.backfillList }),
  controlBackfill: json({
    method: 'POST',
    path: '/api/v1/backfills/:backfillId/control',
    role: 'admin',
    params: z.object({ backfillId: id }),
    query: none,
    body: backfill.backfillControl,
    response: backfill.backfill,
    status: 200,
  }),
  listRuleRuns: get('/api/v1/rule-runs', 'reader', {
    params: none,
    query: rule.ruleRunQuery,
    response: rule.ruleRunPage,
  }),
  listSources: get('/api/v1/sources', 'reader', { params: none, query: none, response: source.sourceList }),
  listUnmatched: get('/api/v1/sources/unmatched', 'reader', {
    params: none,
    query: source.unmatchedQuery,
    response: source.unmatchedPage,
  }),
  listScenarios: get('/api/v1/scenarios', 'reader', { params: none, query: none, response: scenario.scenarioList }),
  startScenario: json({
    method: 'POST',
    path: '/api/v1/scenarios/:scenarioId/runs',
    role: 'triager',
    params: z.object({ scenarioId: id }),
    query: none,
    body: scenario.scenarioRunRequest,
    response: scenario.scenarioRun,
    status: 201,
  }),
  listScenarioRuns: get('/api/v1/scenario-runs', 'reader', {
    params: none,
    query: scenario.scenarioRunQuery,
    response: scenario.scenarioRunPage,
  }),
  getScenarioRun: get('/api/v1/scenario-runs/:runId', 'reader', {
    params: z.object({ runId: id }),
    query: none,
    response: scenario.scenarioRun,
  }),
  controlScenarioRun: json({
    method: 'POST',
    path: '/api/v1/scenario-runs/:runId/control',
    role: 'triager',
    params: z.object({ runId: id }),
    query: none,
    body: scenario.scenarioRunControl,
    response: scenario.scenarioRun,
    status: 200,
  }),
  removeScenarioRun: json({
    method: 'DELETE',
    path: '/api/v1/scenario-runs/:runId',
    role: 'admin',
    params: z.object({ runId: id }),
    query: none,
    body: noBody,
    response: scenario.scenarioRunRemoval,
    status: 200,
  }),
  effectiveConfig: get('/api/v1/config', 'admin', {
    params: none,
    query: none,
    response: source.effectiveConfig,
  }),
} as const;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
export type RoutesOfKind<K extends 'json' | 'bytes' | 'event-stream' | 'text'> = {
  [N in RouteName]: Routes[N] extends { kind: K } ? N : never;
}[RouteName];
export type JsonRouteName = RoutesOfKind<'json'>;

/** What a caller passes: schemas' inputs. */
export interface JsonCall<N extends JsonRouteName> {
  params: z.input<Routes[N]['params']>;
  query: z.input<Routes[N]['query']>;
  body: z.input<Routes[N]['body']>;
}
/** What a handler gets: parsed. */
export interface JsonRequest<N extends JsonRouteName> {
  params: z.output<Routes[N]['params']>;
  query: z.output<Routes[N]['query']>;
  body: z.output<Routes[N]['body']>;
}
export type JsonResponse<N extends JsonRouteName> = z.output<Routes[N]['response']>;
