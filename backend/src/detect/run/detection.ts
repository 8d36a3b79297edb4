import type { HealthItem } from '@loglake/contract/source';
import { ServiceError, messageOf } from '../../error.ts';
import type { Log } from '../../log.ts';
import type { Store } from '../../store/store.ts';
import type { DetectionRule } from '../rule.ts';
import { healthOf } from './detection-health.ts';
import { type DetectionStatus, statusOf } from './detection-status.ts';
import { type RangeEvaluator, type RuleSet, createRangeEvaluator, ruleSetOf } from './evaluate-range.ts';
import { type Gap, createGapNotes } from './gap.ts';
import { guardedSet } from './guarded-rules.ts';
import { type Ledger, createLedger } from './ledger.ts';
import { type Active, type Looked, type Looking, type Progress, look } from './look.ts';
import { pause } from './pause.ts';
import { type Quarantine, createQuarantine } from './quarantine.ts';
import type { RangeResult } from './process-range.ts';
import type { RevisionHint } from './range-findings.ts';
import { type RunReport, added, nothingRead } from './run-report.ts';
import { createTurns } from './turns.ts';
import { type Term, type WriterLease, soleWriter } from './writer-lease.ts';

/** Rows of a range, when nothing else is said. */
export const rangeRowsMaxDefault = 200_000;

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
  /** Only its holder reads ranges and writes what they give. Not given: this process is the only one there is. */
  readonly lease?: WriterLease;
  /** About how many rows a range holds at most; `rangeRowsMaxDefault` when not given. */
  readonly rangeRowsMax?: number;
  /** Rows that one look reads before it lists again; 1,000,000 when not given. */
  readonly lookRowsMax?: number;
  /** Where more waits than one look takes, so many rows of the oldest per second; no limit when not given. */
  readonly catchUpRowsPerS?: number;
  /** Which rules are held back, and when; one of its own when not given. */
  readonly quarantine?: Quarantine;
  /** Before each look, as writer or not: the place to set other rules. Must not throw. */
  readonly beforeLook?: () => Promise<void>;
  /** Told of every look and of every range that was read to its end. Must not throw. */
  readonly onLook?: (outcome: 'done' | 'failed' | 'standby', ms: number) => void;
  readonly onRange?: (result: RangeResult) => void;
  /** Tests only: another way to evaluate. */
  readonly evaluatorOf?: (set: RuleSet) => RangeEvaluator;
}

export interface Detection {
  /** Looks every `intervalMs` until `stop`, at once while more waits than one look takes. A failed look is logged, counted and tried again. */
  start(): void;
  /** Ends the look that is under way and waits for it. */
  stop(): Promise<void>;
  /** One look. Undefined while another process is the writer. Throws what the store throws. */
  look(): Promise<RunReport | undefined>;
  /**
   * Looks until everything is read, but ranges that wait for their next try. While another process is the writer: waits,
   * 60 s at most, until that has read everything. Throws what the store throws; safe to call again.
   */
  runOnce(): Promise<RunReport>;
  /** The next range is read with these. */
  setRules(rules: readonly DetectionRule[]): void;
  /** Call when the engine has started, before anything may write. Without the lease it does nothing: a term begins with it. */
  resetCheck(): Promise<boolean>;
  /** Merges the ledger's done rows; does nothing without the lease. */
  compactLedger(): Promise<void>;
  /** Arrived rows that were not read in their time, and why. Empty while another process is the writer. */
  gaps(): readonly Gap[];
  /** Runs work of the writer while no look is under way; undefined while another process is the writer. */
  inTurn<T>(work: (term: Term) => Promise<T>): Promise<T | undefined>;
  /** How far it has read; undefined while another process is the writer. */
  status(): DetectionStatus | undefined;
  health(): HealthItem[];
}

/** How long a stand-by waits for the writer in `runOnce`, milliseconds. */
const writerPatienceMs = 60_000;

interface State {
  readonly progress: Progress;
  active: Active;
  /** The ledger of the term. */
  current: { term: Term; ledger: Ledger } | undefined;
  ending: AbortController | undefined;
}

/** Detection over arrived rows: as the writer, or standing by. */
export function createDetection(options: DetectionOptions): Detection {
  const { store, clock } = options;
  const lease = options.lease ?? soleWriter(store);
  const evaluatorOf = options.evaluatorOf ?? createRangeEvaluator;
  const quarantine = options.quarantine ?? createQuarantine({ clock });
  const activate = (rules: readonly DetectionRule[]): Active => {
    const set = ruleSetOf(rules);
    return { set, evaluator: evaluatorOf(guardedSet(set, quarantine)), stored: false };
  };
  const state: State = {
    progress: newProgress(clock()),
    active: activate(options.rules),
    current: undefined,
    ending: undefined,
  };
  const notes = createGapNotes(clock);
  const [turns, compactions] = [createTurns(), createTurns()];
  const lookAgain = () =>
    turns(async () => {
      await options.beforeLook?.();
      return measured(options, () => lookAs({ ...options, quarantine }, lease, notes, state));
    });
  let loop: Promise<void> | undefined;
  return {
    look: lookAgain,
    runOnce: () => untilRead(options, state, lookAgain),
    start() {
      if (loop !== undefined) return;
      const controller = new AbortController();
      state.ending = controller;
      loop = repeat(lookAgain, options, controller.signal);
    },
    async stop() {
      state.ending?.abort();
      await loop;
      loop = undefined;
      state.ending = undefined;
    },
    setRules: (rules) => {
      state.active = activate(rules);
      state.progress.ruleErrors.clear();
    },
    resetCheck: async () => (await ledgerOf(options, lease, state))?.ledger.resetCheck() ?? false,
    compactLedger: () => compactions(async () => (await ledgerOf(options, lease, state))?.ledger.compact()),
    inTurn: (work) =>
      turns(async () => {
        const current = await ledgerOf(options, lease, state);
        return current === undefined ? undefined : work(current.term);
      }),
    gaps: () => (state.current === undefined ? [] : notes.gaps(state.progress.waiting, state.progress.failures)),
    status: () =>
      state.current === undefined ? undefined : statusOf(state.progress, notes, clock(), options.intervalMs),
    health: () => {
      const standby = state.current === undefined ? lease.seen() : undefined;
      return healthOf({ progress: state.progress, nowMs: clock(), intervalMs: options.intervalMs, set: state.active.set, standby, notes }); // prettier-ignore
    },
  };
}

function newProgress(nowMs: number): Progress {
  return {
    readyFor: '',
    caughtUpMs: nowMs,
    awaySinceMs: undefined,
    waiting: { now: [], later: [] },
    lastError: '',
    allowance: 0,
    allowanceMs: nowMs,
    failures: new Map(),
    ruleErrors: new Map(),
  };
}

/** The ledger of the term that this process has; undefined while another is the writer. */
async function ledgerOf(
  options: DetectionOptions,
  lease: WriterLease,
  state: State
): Promise<{ term: Term; ledger: Ledger } | undefined> {
  const term = await lease.term();
  if (term === undefined) state.current = undefined;
  else if (state.current?.term.owner !== term.owner) {
    const { rangeRowsMax: rowsMax = rangeRowsMaxDefault } = options;
    const ledger = createLedger({ store: term.store, owner: term.owner, rowsMax, alone: true });
    state.current = { term, ledger };
    state.progress.failures.clear();
  }
  return state.current;
}

async function measured(
  { onLook, clock }: DetectionOptions,
  work: () => Promise<Looked | undefined>
): Promise<Looked | undefined> {
  const began = clock();
  try {
    const looked = await work();
    onLook?.(looked === undefined ? 'standby' : 'done', clock() - began);
    return looked;
  } catch (error) {
    onLook?.('failed', clock() - began);
    throw error;
  }
}

/** Undefined while another process is the writer. */
async function lookAs(
  options: DetectionOptions & { readonly quarantine: Quarantine },
  lease: WriterLease,
  notes: Looking['notes'],
  state: State
): Promise<Looked | undefined> {
  const { clock, lookRowsMax = 1_000_000, catchUpRowsPerS = Infinity } = options;
  const { progress } = state;
  try {
    const current = await ledgerOf(options, lease, state);
    if (current === undefined) return undefined;
    return await look({
      ...current,
      active: () => state.active,
      quarantine: options.quarantine,
      progress,
      notes,
      clock,
      lookRowsMax,
      catchUpRowsPerS,
      onRange: (result) => {
        result.hints.forEach(options.onFinding);
        options.onRange?.(result);
      },
      ...(state.ending === undefined ? {} : { signal: state.ending.signal }),
    });
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'service.standby') {
      // Another process took over while this one was at it: nothing of the rest was stored.
      state.current = undefined;
      return undefined;
    }
    if (error instanceof ServiceError && error.code === 'store.unavailable') {
      progress.awaySinceMs ??= clock();
      progress.lastError = messageOf(error);
    }
    throw error;
  }
}

async function untilRead(
  options: DetectionOptions,
  state: State,
  lookAgain: () => Promise<Looked | undefined>
): Promise<RunReport> {
  let report: RunReport = nothingRead;
  const patience = AbortSignal.timeout(writerPatienceMs);
  // As a reader of the ledger only: it claims nothing, so its name does not matter.
  const ledger = createLedger({
    store: options.store,
    owner: '',
    rowsMax: options.rangeRowsMax ?? rangeRowsMaxDefault,
  });
  for (;;) {
    const looked = await lookAgain();
    if (looked !== undefined) {
      report = added(report, looked);
      if (!looked.more) return report;
    } else {
      if ((await ledger.list()).length === 0) return report;
      if (patience.aborted)
        throw new ServiceError('service.standby', 'The writer has not read everything within a minute.');
      await pause(options.intervalMs, state.ending?.signal ?? patience);
    }
  }
}

async function repeat(
  lookAgain: () => Promise<Looked | undefined>,
  options: DetectionOptions,
  signal: AbortSignal
): Promise<void> {
  while (!signal.aborted) {
    let more = false;
    try {
      more = (await lookAgain())?.more === true && options.catchUpRowsPerS === undefined;
    } catch (error) {
      // An aborted signal may change during the await.
      if (!isAborted(signal)) options.log.error({ error: messageOf(error) }, 'detection failed, will try again');
    }
    if (!more) await pause(options.intervalMs, signal);
  }
}

const isAborted = (signal: AbortSignal): boolean => signal.aborted;
