import { setTimeout as sleep } from 'node:timers/promises';

export interface RetryOptions {
  /** Attempts in all, the first included. */
  attempts: number;
  /** Upper bound of the first pause, milliseconds; doubles each time. */
  pauseMs: number;
  /** Upper bound of any pause, milliseconds. */
  pauseMsMax: number;
  /** False ends it at once: the error will not go away. */
  retryable: (error: unknown) => boolean;
  signal?: AbortSignal;
  /** 0 to 1, for the jitter; Math.random unless a test fixes it. */
  random?: () => number;
}

/** Runs idempotent work again after a failure, with full jitter and a cap. Throws the last error. */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const random = options.random ?? Math.random;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= options.attempts || !options.retryable(error) || options.signal?.aborted === true) throw error;
      const bound = Math.min(options.pauseMsMax, options.pauseMs * 2 ** (attempt - 1));
      await sleep(random() * bound, undefined, options.signal ? { signal: options.signal } : {});
    }
  }
}
