import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '../src/error.ts';
import type { Log } from '../src/log.ts';
import { launchChild, stopChild } from './child-process.ts';
import type { Credentials } from './request.ts';

export interface EngineStartOptions {
  /** Made when missing; one process at a time may hold it. */
  dataDir: string;
  /** Cap over all queries, bytes. */
  memoryBytesMax: number;
  /** 0 for any free port; kept over restarts. */
  port: number;
  log: Log;
  /** A new random one when not given. */
  readWrite?: Credentials;
  /** A new random one when not given, told to nobody. */
  readOnly?: Credentials;
  /** How long to wait for another process to let go of the data, milliseconds; 10 s when not given. */
  lockWaitMs?: number;
}

export interface RunningEngine {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Process id of the child that runs now; undefined while it restarts. */
  pid(): number | undefined;
  /** Called after each restart, when the engine answers again. Gives the way to unsubscribe. */
  onRestart(listener: () => void): () => void;
  /** Ends the child: SIGTERM, and SIGKILL after 3 s. */
  stop(): Promise<void>;
}

const lockWaitMsDefault = 10_000;
const lockPollMs = 250;
const restartPausesMs = [100, 500, 1000, 2000, 5000];
/** A child that lived this long was well: the pauses start anew. */
const healthyAfterMs = 60_000;

/**
 * Starts the engine in a child process and keeps it running, on the same port and with the same keys.
 * Throws store.unavailable when it cannot start: with the directory's name when another process holds the data.
 */
export async function startEngine(options: EngineStartOptions): Promise<RunningEngine> {
  const readWrite = options.readWrite ?? newCredentials('loglake');
  const readOnly = options.readOnly ?? newCredentials('loglake_reader');
  const listeners = new Set<() => void>();
  const state: EngineState = { child: undefined, stopping: false, port: options.port };
  const launch = () => launchWhenFree(options, state, { readWrite, readOnly });
  const restarted = () => {
    for (const listener of listeners) listener();
  };

  await launch();
  keepRunning(options.log, state, launch, restarted);
  return {
    url: `http://127.0.0.1:${state.port}`,
    user: readWrite.user,
    password: readWrite.password,
    pid: () => state.child?.pid,
    onRestart: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: async () => {
      state.stopping = true;
      if (state.child) await stopChild(state.child);
    },
  };
}

interface EngineState {
  child: ChildProcess | undefined;
  stopping: boolean;
  port: number;
}

/** A child left behind by a killed parent ends by itself; until then its lock is waited for. */
async function launchWhenFree(
  options: EngineStartOptions,
  state: EngineState,
  keys: { readWrite: Credentials; readOnly: Credentials }
): Promise<void> {
  const { dataDir, memoryBytesMax } = options;
  const deadline = Date.now() + (options.lockWaitMs ?? lockWaitMsDefault);
  for (;;) {
    const launched = await launchChild({ kind: 'start', dataDir, memoryBytesMax, port: state.port, ...keys });
    if ('child' in launched) {
      state.child = launched.child;
      state.port = launched.port;
      if (state.stopping) await stopChild(launched.child);
      return;
    }
    if (!launched.locked || Date.now() >= deadline || state.stopping) throw startError(dataDir, launched);
    await sleep(lockPollMs);
  }
}

function keepRunning(log: Log, state: EngineState, launch: () => Promise<void>, restarted: () => void): void {
  const watch = (attempt: number) => {
    const since = Date.now();
    state.child?.once('exit', (code, signal) => {
      if (state.stopping) return;
      state.child = undefined;
      log.error({ code, signal }, 'the engine died');
      void revive(Date.now() - since > healthyAfterMs ? 0 : attempt);
    });
  };
  const revive = async (attempt: number): Promise<void> => {
    await sleep(restartPausesMs[Math.min(attempt, restartPausesMs.length - 1)]);
    if (state.stopping) return;
    try {
      await launch();
    } catch (error) {
      log.error({ err: error }, 'the engine does not start again');
      void revive(attempt + 1);
      return;
    }
    watch(attempt + 1);
    log.info({ port: state.port }, 'the engine runs again');
    restarted();
  };
  watch(0);
}

function newCredentials(user: string): Credentials {
  return { user, password: randomBytes(24).toString('base64url') };
}

function startError(dataDir: string, outcome: { locked: boolean; reason: string }): ServiceError {
  return new ServiceError(
    'store.unavailable',
    outcome.locked
      ? `Another process holds the data directory ${dataDir}. Stop it, or set LOGLAKE_DATA_DIR to another directory.`
      : `The embedded engine does not start: ${outcome.reason}`
  );
}
