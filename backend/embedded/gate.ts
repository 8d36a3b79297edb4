import { refusal } from './exception.ts';

export interface Gate {
  /** Waits for a place; gives the way out. Throws code 202 when too many wait, 394 when `signal` aborts meanwhile or it is shut. */
  enter(signal: AbortSignal): Promise<() => void>;
  /** Lets nobody in any more. */
  shut(): void;
}

/** At most `inside` at once, `waiting` behind them in order, the rest refused. */
export function createGate(inside: number, waiting: number): Gate {
  const state = { free: inside, open: true };
  const isShut = () => !state.open;
  const queue: (() => void)[] = [];
  const leave = () => {
    const next = queue.shift();
    if (next) next();
    else state.free += 1;
  };
  return {
    shut: () => {
      state.open = false;
    },
    enter: async (signal) => {
      if (isShut()) throw refusal(394, 'The engine is shutting down');
      if (state.free > 0) {
        state.free -= 1;
        return leave;
      }
      if (queue.length >= waiting) throw refusal(202, `Too many simultaneous queries. Maximum: ${inside}`);
      await new Promise<void>((resolve) => queue.push(resolve));
      if (!signal.aborted && !isShut()) return leave;
      leave();
      throw refusal(394, 'Query was cancelled');
    },
  };
}
