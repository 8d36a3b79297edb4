import { wholePipeline } from './detect/load-pipelines.ts';
import { type LiveRules, createLiveRules } from './detect/live-rules.ts';
import type { DetectionRule } from './detect/rule.ts';
import { createRuleSource } from './detect/rule-source.ts';
import { type Backfills, createBackfills } from './detect/run/backfills.ts';
import type { Detection } from './detect/run/detection.ts';
import { type Quarantine, createQuarantine } from './detect/run/quarantine.ts';
import { messageOf } from './error.ts';
import type { PipelineDeps } from './pipeline.ts';
import { insertControl } from './store/rule-control.ts';

/** Rules from their files and what was decided about them; whoever detects is told when they change. */
export async function openRules({ config, store, log }: PipelineDeps, quarantine: Quarantine, change: RuleChange) {
  const { settings } = config;
  // Broken pipelines stop the start; later the last whole ones stay.
  await wholePipeline(settings.LOGLAKE_PIPELINES_DIR);
  const source = createRuleSource({
    rulesDirectory: settings.LOGLAKE_RULES_DIR,
    pipelinesDirectory: settings.LOGLAKE_PIPELINES_DIR,
    lists: settings.LOGLAKE_SIGMA_LISTS,
  });
  const rules = createLiveRules({
    store,
    source,
    quarantine,
    log,
    clock: Date.now,
    intervalMs: settings.LOGLAKE_DETECT_INTERVAL_MS,
    onChange: (running) => change.tell(running),
  });
  await rules.refreshNow();
  return rules;
}

/** Who is told when other rules run. */
export interface RuleChange {
  tell: (rules: readonly DetectionRule[]) => void;
}

/** A rule that was held back stays so after a restart: the store remembers. */
export function openQuarantine({ store, log }: PipelineDeps): Quarantine {
  return createQuarantine({
    clock: Date.now,
    onHold: ({ ruleId, ruleHash, reason }) => {
      log.warn({ ruleId, reason }, 'a rule is held back');
      insertControl(store, { ruleId, ruleHash, action: 'quarantine', reason, actor: 'service' }).catch(
        (error: unknown) => log.error({ ruleId, error: messageOf(error) }, 'that a rule is held back was not stored')
      );
    },
  });
}

/** The past of rules, on request. */
export function openBackfills(
  deps: PipelineDeps,
  rules: LiveRules,
  quarantine: Quarantine,
  detection: Detection
): Backfills {
  const { settings } = deps.config;
  return createBackfills({
    store: deps.store,
    detection,
    quarantine,
    running: rules.running,
    clock: Date.now,
    log: deps.log,
    onFinding: deps.hints.publish,
    rowsPerS: settings.LOGLAKE_BACKFILL_ROWS_PER_S,
    eventDays: settings.LOGLAKE_EVENT_DAYS,
    intervalMs: settings.LOGLAKE_DETECT_INTERVAL_MS,
  });
}
