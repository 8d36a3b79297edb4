/** Runs work, never two at once: who comes while something is under way gets a turn of its own afterwards. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

export function createTurns(): Turns {
  let running: Promise<unknown> | undefined;
  return async (work) => {
    while (running !== undefined) await running.catch(() => undefined);
    const mine = work();
    running = mine;
    try {
      return await mine;
    } finally {
      running = undefined;
    }
  };
}
