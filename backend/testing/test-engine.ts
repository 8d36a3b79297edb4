import { inject } from 'vitest';
import type { TestEngine } from './engine-setup.ts';

/** The engine of the worker that runs this test; vitest counts its workers from 1. */
export function testEngine(): TestEngine {
  const engine = inject('engines')[Number(process.env.VITEST_POOL_ID) - 1];
  if (engine === undefined) throw new Error(`No engine for worker ${process.env.VITEST_POOL_ID ?? 'without a number'}`);
  return engine;
}
