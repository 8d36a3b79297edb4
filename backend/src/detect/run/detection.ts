import type { HealthItem } from '@loglake/contract/source';
import { messageOf } from '../../error.ts';
import type { Log } from '../../log.ts';
import { deleteContributionsOfStream } from '../../store/finding-contribution.ts';
import { insertRuleSet } from '../../store/rule-run.ts';
import type { Store } from '../../store/store.ts';
import type { DetectionRule } from '../rule.ts';
import { type RangeEvaluator, type RuleSet, createRangeEvaluator, ruleSetOf } from './evaluate-range.ts';
import { type ClaimedRange, type Ledger, createLedger } from './ledger.ts';
import { processRange } from './process-range.ts';
import type { RevisionHint } from './range-findings.ts';

export interface DetectionOptions {
  readonly store: Store;
  readonly rules: readonly DetectionRule[];
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly log: Log;
  /** Called after a range is finished, once per revision. Must not throw. */
  readonly onFinding: (hint: RevisionHint) => void;
  /** Pause between two looks, milliseconds. */
  readonly intervalMs: number;
  /**
   * Whose claims these are; `service` when not given. The same after a restart, so that what was claimed and not finished
   * goes on. One process at a time per owner and database: leases between several come later.
   */
  readonly owner?: string;
  /** About how many rows a range holds at most; 200,000 when not given. */
  readonly rangeRowsMax?: number;
}

/** What one look did. */
export interface RunReport {
  readonly ranges: number;
  readonly rows: number;
  readonly matches: number;
  /** Finding revisions written. */
  readonly findings: number;
}

export interface Detection {
  /** Looks every `intervalMs` until `stop`. A failed look is logged, counted and tried again. */
  start(): void;
  /** Ends the look that is under way and waits for it. */
  stop(): Promise<void>;
  /** One look: everything that had arrived when it began. Throws what the store throws; safe to call again. */
  runOnce(): Promise<RunReport>;
  /** The next range is read with these. */
  setRules(rules: readonly DetectionRule[]): void;
  /** Call once when the engine has started, before anything may write. */
  resetCheck(): Promise<boolean>;
  /** Merges the ledger's done rows. */
  compactLedger(): Promise<void>;
  health(): HealthItem[];
}

interface Progress {
  begun: boolean;
  /** When a look last read everything there was. */
  caughtUpMs: number;
  rowsBehind: number;
  lastError: string;
  readonly ruleErrors: Map<string, string>;
}

interface Active {
  readonly set: RuleSet;
  readonly evaluator: RangeEvaluator;
  /** Whether the set's members are stored. */
  stored: boolean;
}

function activate(rules: readonly DetectionRule[]): Active {
  const set = ruleSetOf(rules);
  return { set, evaluator: createRangeEvaluator(set), stored: false };
}

/** Detection over arrived rows, one owner: the process itself. */
export function createDetection(options: DetectionOptions): Detection {
  const { store, clock } = options;
  const ledger = createLedger({ store, owner: options.owner ?? 'service', rowsMax: options.rangeRowsMax ?? 200_000 });
  const progress: Progress = { begun: false, caughtUpMs: clock(), rowsBehind: 0, lastError: '', ruleErrors: new Map() };
  let active = activate(options.rules);
  let running: Promise<RunReport> | undefined;
  let ending: AbortController | undefined;
  let loop: Promise<void> | undefined;

  /** Never two at once: who comes while one is under way gets a look of its own afterwards. */
  const runOnce = async (): Promise<RunReport> => {
    while (running !== undefined) await running.catch(() => undefined);
    running = look(options, ledger, () => active, progress, ending?.signal);
    try {
      return await running;
    } finally {
      running = undefined;
    }
  };

  return {
    runOnce,
    start() {
      if (loop !== undefined) return;
      const controller = new AbortController();
      ending = controller;
      loop = repeat(runOnce, options, controller.signal);
    },
    async stop() {
      ending?.abort();
      await loop;
      loop = undefined;
      ending = undefined;
    },
    setRules: (rules) => {
      active = activate(rules);
      progress.ruleErrors.clear();
    },
    resetCheck: () => ledger.resetCheck(),
    compactLedger: () => ledger.compact(),
    health: () => healthOf(progress, clock(), options.intervalMs, active.set),
  };
}

async function repeat(runOnce: () => Promise<unknown>, options: DetectionOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await runOnce();
    } catch (error) {
      // An aborted signal may change during the await.
      if (!isAborted(signal)) options.log.error({ error: messageOf(error) }, 'detection failed, will try again');
    }
    await pause(options.intervalMs, signal);
  }
}

const isAborted = (signal: AbortSignal): boolean => signal.aborted;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, ms);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

/** A stream without a ledger is new, or its tables were lost: it is read from its start, so nothing may count twice. */
async function begin(store: Store, ledger: Ledger): Promise<void> {
  if (await ledger.isEmpty()) await deleteContributionsOfStream(store, await ledger.stream());
}

async function look(
  options: DetectionOptions,
  ledger: Ledger,
  active: () => Active,
  progress: Progress,
  signal: AbortSignal | undefined
): Promise<RunReport> {
  const beganMs = options.clock();
  let report: RunReport = { ranges: 0, rows: 0, matches: 0, findings: 0 };
  try {
    if (!progress.begun) await begin(options.store, ledger);
    progress.begun = true;
    const ranges = await ledger.list();
    progress.rowsBehind = ranges.reduce((sum, range) => sum + range.rowsGuess, 0);
    for (const range of ranges) {
      signal?.throwIfAborted();
      report = added(report, await readRange(options, ledger, active(), range, progress, signal));
      progress.rowsBehind = Math.max(0, progress.rowsBehind - range.rowsGuess);
    }
    progress.caughtUpMs = beganMs;
    progress.lastError = '';
    return report;
  } catch (error) {
    if (signal?.aborted !== true) progress.lastError = messageOf(error);
    throw error;
  }
}

async function readRange(
  options: DetectionOptions,
  ledger: Ledger,
  active: Active,
  range: ClaimedRange,
  progress: Progress,
  signal: AbortSignal | undefined
): Promise<RunReport> {
  const { store, clock } = options;
  const { set, evaluator } = active;
  if (!active.stored) await insertRuleSet(store, set.hash, set.rules.map(({ meta }) => meta)); // prettier-ignore
  active.stored = true;
  const work = { store, ledger, set, evaluator, clock, ...(signal === undefined ? {} : { signal }) };
  const result = await processRange(work, range);
  if (result === undefined) return { ranges: 0, rows: 0, matches: 0, findings: 0 };
  for (const [id, error] of result.errors) progress.ruleErrors.set(id, error);
  for (const [id, effect] of result.effects) if (effect.error !== '') progress.ruleErrors.set(id, effect.error);
  for (const hint of result.hints) options.onFinding(hint);
  return { ranges: 1, rows: result.rows, matches: result.matches, findings: result.hints.length };
}

function added(a: RunReport, b: RunReport): RunReport {
  return {
    ranges: a.ranges + b.ranges,
    rows: a.rows + b.rows,
    matches: a.matches + b.matches,
    findings: a.findings + b.findings,
  };
}

/** Behind by more than this, milliseconds, is a warning; by ten times as much a failure. */
const lagWarningMs = 30_000;

function healthOf(progress: Progress, nowMs: number, intervalMs: number, set: RuleSet): HealthItem[] {
  const lagMs = Math.max(0, nowMs - progress.caughtUpMs - intervalMs);
  const lagState = lagMs > 10 * lagWarningMs ? 'failing' : lagMs > lagWarningMs ? 'warning' : 'ok';
  const broken = [...progress.ruleErrors].filter(([id]) => set.byId.has(id));
  return [
    {
      name: 'detection.lag',
      state: progress.lastError === '' ? lagState : 'failing',
      detail:
        progress.lastError === ''
          ? progress.rowsBehind === 0
            ? `Everything that had arrived ${Math.round(lagMs / 1000)} s ago has been read.`
            : `Everything that had arrived ${Math.round(lagMs / 1000)} s ago has been read; about ${progress.rowsBehind} rows wait.`
          : `The last look failed: ${progress.lastError}. About ${progress.rowsBehind} rows wait; they are read when it works again.`,
      value: lagMs / 1000,
    },
    {
      name: 'detection.rules',
      state: broken.length === 0 ? 'ok' : 'warning',
      detail:
        broken.length === 0
          ? `${set.rules.length} rules run without errors.`
          : `Rules with errors: ${broken.map(([id, error]) => `${set.byId.get(id)?.meta.title ?? id}: ${error}`).join('; ')}`,
      value: broken.length,
    },
  ];
}
