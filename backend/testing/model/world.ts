/**
 * A world of processes that call a store, in an order that a seed decides. Nothing runs at the same time: each step does
 * one thing, then lets the processes run until all of them wait again. What it does not have: time (a step is a
 * millisecond of the store's clock), and statements that fail half way.
 */
export interface WorldOptions {
  readonly random: () => number;
  /** Share of answers that get lost: the statement was done, the process hears of an error. */
  readonly lostShare: number;
}

export interface Process {
  readonly name: string;
  alive: boolean;
  /** Hears and sends nothing before this step. */
  asleepUntil: number;
}

interface Call {
  readonly process: Process;
  phase: 'sent' | 'running' | 'done';
  /** A statement that runs is done from this step on. */
  doneFrom: number;
  /** What the engine looks at when a statement begins; throws to refuse it. */
  readonly begin: () => void;
  readonly commit: () => unknown;
  outcome: { value?: unknown; error?: unknown };
  readonly answer: (outcome: { value?: unknown; error?: unknown }) => void;
  readonly write: boolean;
}

export interface World {
  readonly random: () => number;
  /** Steps so far. */
  now(): number;
  /** A statement of a process: begins, is done, and is answered, each in a step of its own (a read in one). */
  call<T>(process: Process, statement: { write: boolean; begin: () => void; commit: () => T }): Promise<T>;
  /** Whether any call can go on. */
  busy(): boolean;
  /** One thing happens to one call. */
  step(): Promise<void>;
  /** The process is gone: what it sent still runs to its end, and nobody hears of it. */
  kill(process: Process): void;
}

/** Lost answers look like this to a process. */
export class LostAnswer extends Error {
  override readonly name = 'LostAnswer';
}

export function createWorld({ random, lostShare }: WorldOptions): World {
  let calls: Call[] = [];
  let steps = 0;
  const mayStep = (call: Call): boolean =>
    (call.phase === 'running' && call.doneFrom <= steps) ||
    (call.phase !== 'running' && call.process.alive && call.process.asleepUntil <= steps);
  return {
    random,
    now: () => steps,
    call: (process, { write, begin, commit }) =>
      new Promise((resolve, reject) => {
        const answer: Call['answer'] = ({ value, error }) => {
          if (error === undefined) resolve(value as Awaited<ReturnType<typeof commit>>);
          else reject(error instanceof Error ? error : new Error('no error was thrown'));
        };
        calls.push({ process, phase: 'sent', doneFrom: 0, begin, commit, outcome: {}, answer, write });
      }),
    busy: () => calls.some((call) => mayStep(call) || call.phase === 'running'),
    async step() {
      steps += 1;
      const able = calls.filter(mayStep);
      const call = able[Math.floor(random() * able.length)];
      if (call !== undefined) advance(call, steps, random, lostShare);
      calls = calls.filter(({ outcome }) => outcome !== finished);
      await new Promise(setImmediate);
    },
    kill(process) {
      process.alive = false;
      calls = calls.filter((call) => call.process !== process || call.phase === 'running');
    },
  };
}

/** Statements that take long, and how many steps at most. */
const slowShare = 0.05;
const slowSteps = 400;

const finished: Call['outcome'] = {};

function attempt(work: () => unknown): Call['outcome'] {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

function finish(call: Call, outcome: Call['outcome']): void {
  call.phase = 'done';
  call.outcome = finished;
  if (call.process.alive) call.answer(outcome);
}

function advance(call: Call, now: number, random: () => number, lostShare: number): void {
  if (!call.write) {
    finish(call, attempt(call.commit));
  } else if (call.phase === 'sent') {
    const refused = attempt(call.begin);
    if (refused.error !== undefined) {
      finish(call, refused);
      return;
    }
    call.phase = 'running';
    if (random() < slowShare) call.doneFrom = now + Math.floor(random() * slowSteps);
  } else if (call.phase === 'running') {
    call.outcome = attempt(call.commit);
    call.phase = 'done';
    if (!call.process.alive) call.outcome = finished;
  } else {
    finish(call, random() < lostShare ? { error: new LostAnswer('the answer was lost') } : call.outcome);
  }
}
