import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEngine } from '../embedded/supervisor.ts';
import { silentLog } from '../src/log.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    engine: { url: string; user: string; password: string };
  }
}

/** One engine for the whole run, on a directory of its own that goes when the run ends. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'loglake-test-'));
  const engine = await startEngine({ dataDir, memoryBytesMax: 2_000_000_000, port: 0, log: silentLog });
  project.provide('engine', { url: engine.url, user: engine.user, password: engine.password });
  return async () => {
    await engine.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
