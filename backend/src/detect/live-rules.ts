import { messageOf } from '../error.ts';
import type { Log } from '../log.ts';
import { type RuleControl, standingControls } from '../store/rule-control.ts';
import type { Store } from '../store/store.ts';
import type { LoadedRules } from './catalogue.ts';
import type { DetectionRule } from './rule.ts';
import type { RuleSource } from './rule-source.ts';
import type { Quarantine } from './run/quarantine.ts';

export interface LiveRulesOptions {
  readonly store: Store;
  readonly source: RuleSource;
  readonly quarantine: Quarantine;
  readonly log: Log;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Files and decisions are not looked at more often than this, milliseconds. */
  readonly intervalMs: number;
  /** Called with the rules that run, when those are others than before. Must not throw. */
  readonly onChange: (rules: readonly DetectionRule[]) => void;
}

/** The rules as they are now: what the files say, less what was disabled. */
export interface LiveRules {
  /** Everything loaded, disabled rules too. */
  loaded(): LoadedRules;
  /** Those that are to run; rules in quarantine are among them. */
  running(): readonly DetectionRule[];
  /** Rules that somebody disabled, by id. */
  disabled(): ReadonlyMap<string, RuleControl>;
  /** Looks at the files and at what was decided, unless it did just now. Never throws. */
  refresh(): Promise<void>;
  /** The same, at once: after a decision. */
  refreshNow(): Promise<void>;
}

export function createLiveRules(options: LiveRulesOptions): LiveRules {
  const { store, source, quarantine, log, clock, intervalMs, onChange } = options;
  let disabled: ReadonlyMap<string, RuleControl> = new Map();
  let running: readonly DetectionRule[] = [];
  let lookedMs = -Infinity;
  let looking: Promise<void> | undefined;
  let failure = '';
  const look = async (): Promise<void> => {
    lookedMs = clock();
    let changed = await source.refresh();
    if (changed) {
      const { rules, issues, warnings } = source.current();
      log.info({ rules: rules.length, issues: issues.length, warnings: warnings.length }, 'rules loaded');
    }
    try {
      const controls = await standingControls(store);
      const next = new Map(controls.filter((one) => one.action === 'disable').map((one) => [one.ruleId, one]));
      changed ||= next.size !== disabled.size || [...next.keys()].some((id) => !disabled.has(id));
      disabled = next;
      quarantine.restore(heldOf(controls));
      failure = '';
    } catch (error) {
      // What was decided last holds on; said once, as the store's own health says it too.
      if (failure === '') log.warn({ error: messageOf(error) }, 'decisions about rules could not be read');
      failure = messageOf(error);
    }
    if (!changed) return;
    running = source.current().rules.filter(({ meta }) => !disabled.has(meta.id));
    onChange(running);
  };
  const refreshNow = async (): Promise<void> => {
    while (looking !== undefined) await looking;
    looking = look().finally(() => (looking = undefined));
    await looking;
  };
  return {
    loaded: source.current,
    running: () => running,
    disabled: () => disabled,
    refresh: async () => {
      if (looking === undefined && clock() - lookedMs < intervalMs) return;
      await refreshNow();
    },
    refreshNow,
  };
}

function heldOf(controls: readonly RuleControl[]) {
  return controls
    .filter(({ action }) => action === 'quarantine')
    .map(({ ruleId, ruleHash, reason, atMs }) => ({ ruleId, ruleHash, reason, sinceMs: atMs }));
}
