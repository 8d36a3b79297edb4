import { randomUUID } from 'node:crypto';
import type { Backfill } from '@loglake/contract/backfill';
import { ServiceError, messageOf } from '../../error.ts';
import type { Log } from '../../log.ts';
import { appendAudit } from '../../store/audit-log.ts';
import {
  type StoredBackfill,
  backfillProgress,
  deleteContributionsWithin,
  storedBackfills,
  writeBackfill,
} from '../../store/backfill.ts';
import { insertRuleSet } from '../../store/rule-run.ts';
import type { Store } from '../../store/store.ts';
import type { DetectionRule } from '../rule.ts';
import { blocksOf, fixBlocks, openBackfillLedger, streamOf } from './backfill-ledger.ts';
import type { Detection } from './detection.ts';
import { type RuleSet, createRangeEvaluator, ruleSetOf } from './evaluate-range.ts';
import { guardedSet } from './guarded-rules.ts';
import type { Ledger } from './ledger.ts';
import { pause } from './pause.ts';
import { decideRange, storeRange } from './process-range.ts';
import type { Quarantine } from './quarantine.ts';
import type { RevisionHint } from './range-findings.ts';
import type { Term } from './writer-lease.ts';

export interface BackfillOptions {
  readonly store: Store;
  readonly detection: Pick<Detection, 'inTurn' | 'status'>;
  readonly quarantine: Quarantine;
  /** The rules that run now. */
  readonly running: () => readonly DetectionRule[];
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly log: Log;
  readonly onFinding: (hint: RevisionHint) => void;
  /** Rows read per second at most, over all backfills. */
  readonly rowsPerS: number;
  /** Events are kept this long: nothing older can be read, days. */
  readonly eventDays: number;
  /** Pause while there is nothing to do, milliseconds. */
  readonly intervalMs: number;
  /** Rows of a range; 20,000 when not given: a range of it is what live reading waits for. */
  readonly rangeRowsMax?: number;
}

interface Asker {
  readonly name: string;
  readonly role: string;
}

export interface Backfills {
  start(): void;
  stop(): Promise<void>;
  /** Reads one range of the oldest backfill. Gives its rows; 0 when there was nothing to do, or live reading comes first. */
  step(): Promise<number>;
  /** Throws rule.not_found. */
  ask(ruleId: string, sinceMs: number, asker: Asker): Promise<Backfill>;
  /** Throws backfill.not_found. What was found so far stays; one that has ended stays as it is. */
  cancel(backfillId: string, asker: Asker): Promise<Backfill>;
  list(): Promise<Backfill[]>;
}

const rangeRowsMaxDefault = 20_000;
const dayMs = 86_400_000;

/** Past events for new and changed rules, on request: the writer reads them, one range at a time, between live looks. */
export function createBackfills(options: BackfillOptions): Backfills {
  const { store, rowsPerS, intervalMs, log } = options;
  let ending: AbortController | undefined;
  let loop: Promise<void> | undefined;
  const step = (): Promise<number> => readNext(options, ending?.signal);
  const repeat = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const rows = await step().catch((error: unknown) => {
        log.error({ error: messageOf(error) }, 'a backfill failed, will try again');
        return 0;
      });
      await pause(Math.max(rows === 0 ? intervalMs : 0, (rows / rowsPerS) * 1000), signal);
    }
  };
  return {
    step,
    start() {
      if (loop !== undefined) return;
      ending = new AbortController();
      loop = repeat(ending.signal);
    },
    async stop() {
      ending?.abort();
      await loop;
      loop = undefined;
    },
    ask: (ruleId, sinceMs, asker) => ask(options, ruleId, sinceMs, asker),
    cancel: (backfillId, asker) => cancel(options, backfillId, asker),
    list: async () => {
      const backfills: Backfill[] = [];
      for (const one of (await storedBackfills(store)).slice(0, 100)) backfills.push(await shown(options, one));
      return backfills;
    },
  };
}

async function ask(options: BackfillOptions, ruleId: string, sinceMs: number, asker: Asker): Promise<Backfill> {
  const { store } = options;
  const rule = options.running().find(({ meta }) => meta.id === ruleId);
  if (rule === undefined) throw new ServiceError('rule.not_found', `No rule ${ruleId} runs.`);
  const nowMs = options.clock();
  const asked: StoredBackfill = {
    backfillId: randomUUID(),
    ruleId,
    ruleHash: rule.meta.hash,
    sinceMs: Math.max(sinceMs, nowMs - options.eventDays * dayMs),
    blocks: '',
    state: 'running',
    error: '',
    askedBy: asker.name,
    askedMs: nowMs,
  };
  await writeBackfill(store, asked);
  const detail = { since: new Date(asked.sinceMs).toISOString(), ruleHash: asked.ruleHash };
  await appendAudit(store, { actor: asker.name, role: asker.role, action: 'backfill.start', object: ruleId, detail });
  return shown(options, asked);
}

async function cancel(options: BackfillOptions, backfillId: string, asker: Asker): Promise<Backfill> {
  const { store } = options;
  const found = (await storedBackfills(store)).find((one) => one.backfillId === backfillId);
  if (found === undefined) throw new ServiceError('backfill.not_found', `There is no backfill ${backfillId}.`);
  if (found.state !== 'running') return shown(options, found);
  const cancelled: StoredBackfill = { ...found, state: 'cancelled' };
  await writeBackfill(store, cancelled);
  const { name: actor, role } = asker;
  await appendAudit(store, { actor, role, action: 'backfill.cancel', object: found.ruleId, detail: { backfillId } });
  return shown(options, cancelled);
}

function ledgerOf({ rangeRowsMax }: BackfillOptions, of: StoredBackfill, store: Store, owner: string): Promise<Ledger> {
  return openBackfillLedger(store, of, { owner, rowsMax: rangeRowsMax ?? rangeRowsMaxDefault });
}

async function shown(options: BackfillOptions, of: StoredBackfill): Promise<Backfill> {
  // As a reader of the ledger: it claims nothing, so its name does not matter.
  const ledger = await ledgerOf(options, of, options.store, '');
  const { rows, matches } = await backfillProgress(options.store, await ledger.stream(), of.ruleId);
  const left = of.state === 'running' ? (await ledger.list()).reduce((sum, { rowsGuess }) => sum + rowsGuess, 0) : null;
  const { backfillId, ruleId, ruleHash, state, error, askedBy } = of;
  return {
    backfillId,
    ruleId,
    ruleHash,
    since: new Date(of.sinceMs).toISOString(),
    state,
    error,
    askedBy,
    askedAt: new Date(of.askedMs).toISOString(),
    rowsRead: rows,
    rowsLeft: left === null ? null : String(left),
    matches,
  };
}

/** The set with which the past of a rule is read: the rule, and of a correlation the rules it reads, which raise nothing. */
function pastSet(rule: DetectionRule, running: readonly DetectionRule[]): RuleSet {
  if (rule.kind === 'single') return ruleSetOf([rule]);
  const read = running.filter(({ kind, meta }) => kind === 'single' && rule.references.includes(meta.id));
  return ruleSetOf([rule, ...read.map((one) => ({ ...one, raisesFindings: false }))]);
}

async function readNext(options: BackfillOptions, signal: AbortSignal | undefined): Promise<number> {
  const { store, detection } = options;
  const status = detection.status();
  if (status === undefined || status.waitingRows > 0) return 0;
  const next = (await storedBackfills(store, 'running')).at(-1);
  if (next === undefined) return 0;
  const rule = options.running().find(({ meta }) => meta.id === next.ruleId);
  const set = rule === undefined ? undefined : pastSet(rule, options.running());
  const obstacle = obstacleTo(options, next, set);
  if (set === undefined || obstacle !== '') {
    await writeBackfill(store, { ...next, state: 'failed', error: obstacle });
    return 0;
  }
  return (await detection.inTurn((term) => readRange(options, next, set, term, signal))) ?? 0;
}

function obstacleTo({ quarantine }: BackfillOptions, of: StoredBackfill, set: RuleSet | undefined): string {
  if (set === undefined) return 'The rule does not run any more.';
  if (set.byId.get(of.ruleId)?.meta.hash !== of.ruleHash) return 'The rule was changed; ask again for it as it is now.';
  const held = set.rules.find(({ meta }) => quarantine.heldAs(meta) !== undefined);
  return held === undefined ? '' : `The rule ${held.meta.title} is held back: release or change it, and ask again.`;
}

/** In its turn, so that no look recomputes the same groups meanwhile. */
async function readRange(
  options: BackfillOptions,
  of: StoredBackfill,
  set: RuleSet,
  term: Term,
  signal: AbortSignal | undefined
): Promise<number> {
  const { quarantine, clock } = options;
  const { store } = term;
  const begun = await prepared(store, of);
  const ledger = await ledgerOf(options, begun, store, term.owner);
  const [range] = await ledger.list();
  if (range === undefined) {
    await writeBackfill(options.store, { ...begun, state: 'done' });
    return 0;
  }
  const evaluator = createRangeEvaluator(guardedSet(set, quarantine));
  await insertRuleSet(store, set.hash, set.rules.map(({ meta }) => meta)); // prettier-ignore
  const decidedOnly: Ledger = {
    ...ledger,
    // A rule that was held meanwhile decided nothing: the range stays open and is read again when the rule is free.
    finish: async (...done) => {
      const held = set.rules.find(({ meta }) => quarantine.heldAs(meta) !== undefined);
      if (held !== undefined) throw new ServiceError('rule.invalid', `The rule ${held.meta.title} was held back.`);
      await ledger.finish(...done);
    },
  };
  const work = { store, ledger: decidedOnly, set, evaluator, quarantine, clock, ...(signal === undefined ? {} : { signal }) }; // prettier-ignore
  const decided = await decideRange(work, range);
  const result = decided === undefined ? undefined : await storeRange(decided);
  for (const hint of result?.hints ?? []) options.onFinding(hint);
  return Math.max(1, result?.rows ?? 0);
}

/** Fixes what is read, before anything goes: after a crash it is still the same. Then the rule's own contributions to it go. */
async function prepared(store: Store, of: StoredBackfill): Promise<StoredBackfill> {
  const fixed = blocksOf(of) ?? (await fixBlocks(store, of));
  const begun = { ...of, blocks: JSON.stringify(fixed) };
  if (of.blocks === '') await writeBackfill(store, begun);
  await deleteContributionsWithin(store, { ...(await streamOf(store, of)), ruleId: of.ruleId }, fixed.stretches);
  return begun;
}
