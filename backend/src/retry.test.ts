import { describe, expect, it } from 'vitest';
import { retry, type RetryOptions } from './retry.ts';

const options: RetryOptions = { attempts: 3, pauseMs: 1, pauseMsMax: 2, retryable: () => true, random: () => 0.5 };

function failing(times: number): { work: () => Promise<string>; calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    work: () => {
      calls += 1;
      return calls <= times ? Promise.reject(new Error(`failure ${calls}`)) : Promise.resolve('done');
    },
  };
}

describe('retry', () => {
  it('gives the result of the first attempt that succeeds', async () => {
    const { work, calls } = failing(2);
    expect(await retry(work, options)).toBe('done');
    expect(calls()).toBe(3);
  });

  it('throws the last error when all attempts failed', async () => {
    const { work, calls } = failing(9);
    await expect(retry(work, options)).rejects.toThrow('failure 3');
    expect(calls()).toBe(3);
  });

  it('does not repeat what will not go away', async () => {
    const { work, calls } = failing(9);
    await expect(retry(work, { ...options, retryable: () => false })).rejects.toThrow('failure 1');
    expect(calls()).toBe(1);
  });

  it('ends at once when aborted', async () => {
    const { work, calls } = failing(9);
    await expect(retry(work, { ...options, signal: AbortSignal.abort() })).rejects.toThrow('failure 1');
    expect(calls()).toBe(1);
  });
});
