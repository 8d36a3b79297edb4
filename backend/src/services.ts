import type { Health, HealthItem } from '@loglake/contract/source';
import { environmentNames, isSecret, type Config } from './config.ts';
import { getRule, listRules } from './detect/catalogue.ts';
import { decideAboutRule } from './detect/rule-desk.ts';
import type { HintHub } from './http/hint-hub.ts';
import type { Services } from './http/services.ts';
import { messageOf } from './error.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Pipeline } from './pipeline.ts';
import { ledgerStatusOf, snapshotOf } from './snapshot.ts';
import { listRuleRuns } from './store/rule-run-list.ts';
import { findingTimeline, findingsPerRule, listFindings, summariseFindings } from './store/security-finding-current.ts';
import { listSources, listUnmatched } from './store/source.ts';
import type { Store } from './store/store.ts';

/** Version of the service, as in package.json. */
export const version = '0.1.0';

const worst = { ok: 0, warning: 1, failing: 2 } as const;

async function storeHealth(store: Store): Promise<HealthItem> {
  try {
    const ms = await store.ping();
    const state = ms > 2000 ? 'warning' : 'ok';
    return { name: 'store', state, detail: `ClickHouse answers in ${Math.round(ms)} ms.`, value: ms };
  } catch (error) {
    return { name: 'store', state: 'failing', detail: `ClickHouse does not answer: ${messageOf(error)}`, value: null };
  }
}

async function health(store: Store, pipeline: Pipeline): Promise<Health> {
  const items = [await storeHealth(store), ...(await pipeline.health())];
  const state = items.reduce<HealthItem['state']>(
    (so, item) => (worst[item.state] > worst[so] ? item.state : so),
    'ok'
  );
  return { state, at: new Date().toISOString(), items };
}

/** What is told to whoever watches. */
interface Seen {
  readonly hints: HintHub;
  readonly metrics: Metrics;
}

function effectiveConfig(config: Config): ReturnType<Services['config']> {
  const settings = environmentNames.map((name) => ({
    name,
    value: isSecret(name)
      ? config.given.has(name)
        ? '(given)'
        : '(generated or empty)'
      : String(config.settings[name] ?? ''),
    isDefault: !config.given.has(name),
  }));
  return { version, settings };
}

/** What the routes need, from the stages. */
export function createServices(config: Config, store: Store, pipeline: Pipeline, seen: Seen): Services {
  const { hints, metrics } = seen;
  const { triage, scenarios, rules, quarantine, ingest } = pipeline;
  const stops = () => ({ disabled: rules.disabled(), heldAs: quarantine.heldAs });
  const oneRule = async (ruleId: string) => getRule(rules.loaded(), await findingsPerRule(store), ruleId, stops());
  return {
    health: () => health(store, pipeline),
    ledger: () => ledgerStatusOf(pipeline),
    config: () => effectiveConfig(config),
    metrics: async () => ({
      contentType: metrics.contentType,
      text: await metrics.text(await snapshotOf(pipeline)),
    }),
    hints,
    ingest: ingest.http,
    findings: {
      list: (query) => listFindings(store, query),
      summary: (filter) => summariseFindings(store, filter),
      timeline: (query) => findingTimeline(store, query),
      detail: triage.detail,
      history: triage.history,
      act: triage.act,
    },
    rules: {
      list: async () => listRules(rules.loaded(), await findingsPerRule(store), stops()),
      get: oneRule,
      control: async (ruleId, control, actor) => {
        await decideAboutRule({ store, live: rules, quarantine }, ruleId, control, actor);
        return oneRule(ruleId);
      },
      runs: (query) => listRuleRuns(store, query),
    },
    backfills: pipeline.backfills,
    sources: { list: () => listSources(store), unmatched: (query) => listUnmatched(store, query) },
    scenarios,
  };
}
