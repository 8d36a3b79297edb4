import { ServiceError } from '../error.ts';
import { senderOf } from '../ingest/row-maker.ts';
import type { createHintHub } from './hint-hub.ts';
import { streamDefaults, streamHints, type StreamSettings } from './event-stream.ts';
import type { JsonHandlers, RawHandlers } from './router.ts';
import type { Services } from './services.ts';

/** The JSON routes: each hands its parsed request to one stage. */
export function createJsonHandlers(services: Services): JsonHandlers {
  const { findings, rules, backfills, sources, scenarios } = services;
  return {
    liveness: () => Promise.resolve({ status: 'ok' as const }),
    health: () => services.health(),
    ledger: () => Promise.resolve(services.ledger()),
    listFindings: ({ query }) => findings.list(query),
    findingSummary: ({ query }) => findings.summary(query),
    findingTimeline: ({ query }) => findings.timeline(query),
    triageFindings: async ({ body }, actor) => ({ outcomes: await findings.act(body, actor) }),
    getFinding: ({ params }) => findings.detail(params.findingId),
    findingHistory: ({ params }) => findings.history(params.findingId),
    listRules: async () => ({ rules: await rules.list() }),
    getRule: ({ params }) => rules.get(params.ruleId),
    controlRule: ({ params, body }, actor) => rules.control(params.ruleId, body, actor),
    startBackfill: ({ params, body }, actor) => backfills.ask(params.ruleId, Date.parse(body.since), actor),
    listBackfills: async () => ({ backfills: await backfills.list() }),
    controlBackfill: ({ params }, actor) => backfills.cancel(params.backfillId, actor),
    listRuleRuns: ({ query }) => rules.runs(query),
    listSources: async () => ({ sources: await sources.list() }),
    listUnmatched: ({ query }) => sources.unmatched(query),
    listScenarios: async () => ({ scenarios: await scenarios.list() }),
    startScenario: ({ params, body }, actor) => scenarios.start(params.scenarioId, body, actor),
    listScenarioRuns: ({ query }) => scenarios.runs(query),
    getScenarioRun: ({ params }) => scenarios.run(params.runId),
    controlScenarioRun: ({ params, body }, actor) => scenarios.control(params.runId, body, actor),
    removeScenarioRun: ({ params }, actor) => scenarios.remove(params.runId, actor),
    effectiveConfig: () => Promise.resolve(services.config()),
  };
}

/** The routes that read or write streams. */
export function createRawHandlers(
  services: Services,
  hub: ReturnType<typeof createHintHub>,
  settings: StreamSettings = streamDefaults
): RawHandlers {
  return {
    ingestLogs: async (request, response, role) => {
      if (role !== 'ingest' && role !== 'scenario') {
        throw new ServiceError('request.forbidden', `The role ${role} may not post logs.`);
      }
      const gone = new AbortController();
      response.on('close', () => gone.abort());
      const receipt = await services.ingest(request, {
        role,
        sender: senderOf(request.socket.remoteAddress),
        signal: gone.signal,
      });
      response.status(202).json(receipt);
    },
    metrics: async (_request, response) => {
      const { contentType, text } = await services.metrics();
      // As bytes: Express would add a charset to the type, which the format has in its own place.
      response.set({ 'Content-Type': contentType, 'Cache-Control': 'no-store' }).end(text);
    },
    findingStream: (request, response) => {
      streamHints(request, response, hub, hub.placeOf, settings);
      return Promise.resolve();
    },
  };
}
