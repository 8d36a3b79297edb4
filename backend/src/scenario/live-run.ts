import { setTimeout as sleep } from 'node:timers/promises';
import type { Playbook, Verdict } from '@loglake/contract/scenario';
import { messageOf } from '../error.ts';
import { findingsOfRun } from '../store/scenario-finding.ts';
import { saveRun, type StoredRun } from '../store/scenario-run.ts';
import type { Store } from '../store/store.ts';
import { durationMs } from './duration.ts';
import type { EnvelopedLine, LogDoor } from './log-door.ts';
import { createPlayback, type Playback } from './playback.ts';
import { eventBaseMs, planDurationMs, type PlannedLine } from './plan.ts';
import { verdictOf } from './verdict.ts';

export interface LiveRunDeps {
  store: Store;
  door: LogDoor;
  /** Milliseconds since 1970. */
  now: () => number;
  monotonicMs: () => number;
  titleOf: (ruleId: string) => string;
  /** Resolves when detection has read everything that had arrived. */
  settle: () => Promise<void>;
}

export interface LiveRun {
  state(): StoredRun;
  playback: Playback;
  /** Stores the state as it is now. */
  save(): Promise<void>;
  stop(): Promise<void>;
  /** Settles when the run is over, whichever way; never rejects. */
  readonly done: Promise<void>;
}

const pollMs = 250;

async function awaitVerdict(
  deps: LiveRunDeps,
  playbook: Playbook,
  runId: string,
  signal: AbortSignal
): Promise<Verdict> {
  const longest = Math.max(...playbook.expect.map((expectation) => durationMs(expectation.within)));
  const deadline = deps.monotonicMs() + longest + pollMs;
  const read = async (): Promise<Verdict> => verdictOf(playbook, await findingsOfRun(deps.store, runId), deps.titleOf);
  let verdict = await read();
  while (!verdict.expected.every((entry) => entry.fired) && deps.monotonicMs() < deadline) {
    await sleep(pollMs, undefined, { signal });
    verdict = await read();
  }
  // What else fired is known only when everything sent has been looked at.
  await deps.settle();
  return read();
}

function enveloped(line: PlannedLine, baseMs: number, run: StoredRun): EnvelopedLine {
  return {
    message: line.message,
    host: line.host,
    program: line.program,
    time: new Date(baseMs + line.offsetMs).toISOString(),
    source: `scenario:${run.scenarioId}`,
    run_id: run.runId,
  };
}

/** Plays a plan: lines through the door in their time, then the verdict. Starts at once. */
export function startLiveRun(
  deps: LiveRunDeps,
  playbook: Playbook,
  lines: readonly PlannedLine[],
  first: StoredRun
): LiveRun {
  const ending = new AbortController();
  const at = { run: first, revision: 1 };
  const base = eventBaseMs(Date.parse(first.startedAt), planDurationMs(lines), first.speed);
  const playback = createPlayback({
    lines,
    speed: first.speed,
    monotonicMs: deps.monotonicMs,
    signal: ending.signal,
    send: (due, batch) =>
      deps.door(
        due.map((line) => enveloped(line, base, first)),
        `${first.runId}-${batch}`,
        ending.signal
      ),
  });
  const state = (): StoredRun => {
    const playing = at.run.state === 'playing' && playback.paused() ? 'paused' : at.run.state;
    return { ...at.run, state: playing, sent: playback.sent(), speed: playback.speed() };
  };
  const save = async (): Promise<void> => {
    at.revision += 1;
    await saveRun(deps.store, state(), at.revision);
  };
  const change = async (to: Partial<StoredRun>): Promise<void> => {
    at.run = { ...at.run, ...to };
    await save();
  };
  const over = (to: Partial<StoredRun>): Promise<void> =>
    change({ ...to, finishedAt: new Date(deps.now()).toISOString() });

  const play = async (): Promise<void> => {
    await playback.play();
    await change({ state: 'settling' });
    const verdict = await awaitVerdict(deps, playbook, first.runId, ending.signal);
    await over({ state: 'finished', verdict });
  };
  const done = play()
    .catch((error: unknown) =>
      ending.signal.aborted ? over({ state: 'stopped' }) : over({ state: 'failed', error: messageOf(error) })
    )
    // The store is away: the next start finds the run unfinished and says so.
    .catch(() => undefined);
  return {
    state,
    playback,
    save,
    done,
    stop: async () => {
      ending.abort();
      await done;
    },
  };
}
