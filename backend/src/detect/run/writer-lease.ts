import { messageOf } from '../../error.ts';
import type { Log } from '../../log.ts';
import { type LeaseState, beatLease, leaseState, takeLease } from '../../store/lease.ts';
import type { Store } from '../../store/store.ts';
import { settleEarlierWriters, writerStore } from '../../store/writer-store.ts';

/** The time during which one process writes findings, triage and the ledger. */
export interface Term {
  /** From 1; a later one ends this. */
  readonly epoch: number;
  /** Names the process and the term in the ledger. */
  readonly owner: string;
  /** What it inserts and deletes counts only while the term lasts. */
  readonly store: Store;
}

/** Who holds the lease, as last seen. */
export interface LeaseView extends LeaseState {
  readonly mine: boolean;
}

export interface WriterLease {
  /** This process's term: the one it has, or a new one when the lease is free. Undefined while another process holds it. */
  term(): Promise<Term | undefined>;
  /** As last seen by `term`; undefined before. */
  seen(): LeaseView | undefined;
  /** Gives it back, so that another takes it at once. Call it when nothing of this process writes any more. */
  release(): Promise<void>;
}

export interface WriterLeaseOptions {
  readonly store: Store;
  readonly log: Log;
  /** Names this process: part of every ledger row of its terms. Another for every process. */
  readonly owner: string;
  /** A holder that is silent for longer has lost it, milliseconds of the store's clock. */
  readonly leaseMs: number;
  /** No other process can reach the store (an engine of our own): whoever held it before is gone. */
  readonly alone: boolean;
  /** Tests only: does work again and again, and gives the end of it. A timer when not given. */
  readonly every?: (work: () => void, ms: number) => () => void;
  /** Tests only: waits so many milliseconds. */
  readonly pause?: (ms: number) => Promise<void>;
}

const leaseName = 'writer';
/** An insert runs at most 60 s (store/insert.ts); longer means that the store does not end what it should. */
const settleTimeoutMs = 90_000;

interface State {
  term: Term | undefined;
  seen: LeaseView | undefined;
  endBeat: () => void;
}

const nothing = (): void => undefined;

function onTimer(work: () => void, ms: number): () => void {
  const timer = setInterval(work, ms);
  timer.unref();
  return () => clearInterval(timer);
}

/** The one writer's lease (docs/decisions/2026-11-21-leases.md). Nothing runs before the first `term`. */
export function createWriterLease(options: WriterLeaseOptions): WriterLease {
  const state: State = { term: undefined, seen: undefined, endBeat: nothing };
  let asking: Promise<Term | undefined> | undefined;
  return {
    term: () => {
      asking ??= look(options, state).finally(() => (asking = undefined));
      return asking;
    },
    seen: () => state.seen,
    release: async () => {
      await asking?.catch(() => undefined);
      const { term } = state;
      endTerm(state);
      if (term !== undefined) await beatLease(options.store, leaseName, term.epoch, true);
    },
  };
}

function endTerm(state: State): void {
  state.endBeat();
  state.endBeat = nothing;
  state.term = undefined;
}

async function look(options: WriterLeaseOptions, state: State): Promise<Term | undefined> {
  const newest = await leaseState(options.store, leaseName);
  const owner = (epoch: number): string => `${options.owner}#${epoch}`;
  const mine = state.term?.epoch === newest.epoch;
  state.seen = { ...newest, mine };
  if (mine) return state.term;
  if (state.term !== undefined) options.log.warn({ epoch: state.term.epoch, by: newest.owner }, 'the lease is lost');
  endTerm(state);
  const firstOfOurs = options.alone && !newest.owner.startsWith(`${options.owner}#`);
  if (!newest.released && !firstOfOurs && newest.silentMs <= options.leaseMs) return undefined;
  return take(options, state, newest.epoch + 1, owner(newest.epoch + 1));
}

async function take(
  options: WriterLeaseOptions,
  state: State,
  epoch: number,
  owner: string
): Promise<Term | undefined> {
  const { store, log } = options;
  if (!(await takeLease(store, leaseName, epoch, owner))) return undefined;
  beat(options, state, epoch);
  try {
    await settleEarlierWriters(store, epoch, {
      timeoutMs: settleTimeoutMs,
      ...(options.pause === undefined ? {} : { pause: options.pause }),
    });
  } catch (error) {
    endTerm(state);
    throw error;
  }
  state.term = { epoch, owner, store: writerStore(store, epoch) };
  state.seen = { epoch, owner, sinceMs: 0, released: false, silentMs: 0, mine: true };
  log.info({ epoch }, 'this process is the writer now');
  return state.term;
}

/** Says three times per lease that this process lives, however long a range takes. */
function beat({ store, log, leaseMs, every = onTimer }: WriterLeaseOptions, state: State, epoch: number): void {
  const one = (): void => {
    beatLease(store, leaseName, epoch, false).catch((error: unknown) => {
      log.warn({ error: messageOf(error) }, 'the lease was not prolonged');
    });
  };
  state.endBeat = every(one, leaseMs / 3);
}

/** Tests and benches: one process, no lease, its claims under one name for ever. */
export function soleWriter(store: Store, owner = 'service'): WriterLease {
  const term: Term = { epoch: 0, owner, store };
  return { term: () => Promise.resolve(term), seen: () => undefined, release: () => Promise.resolve() };
}
