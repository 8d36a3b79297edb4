import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEngine } from '../embedded/supervisor.ts';
import { silentLog } from '../src/log.ts';

export interface EngineAddress {
  url: string;
  user: string;
  password: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    engine: EngineAddress;
    /** The read-only key of the same engine. */
    engineReader: EngineAddress;
  }
}

/** A test of a million groups must not take what a neighbour needs. */
const memoryBytesMax = 4_000_000_000;

const memoryDisk = '/dev/shm';
/** The run stores some 100 MB. */
const memoryDiskBytesMin = 4_000_000_000;

/** In memory where there is room: each insert makes a folder of files, and each removes one later. */
function dataParent(): string {
  try {
    const { bavail, bsize } = statfsSync(memoryDisk);
    return bavail * bsize >= memoryDiskBytesMin ? memoryDisk : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** One engine for the whole run, on a directory of its own that goes when the run ends. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(path.join(dataParent(), 'loglake-test-'));
  const readOnly = { user: 'loglake_reader', password: randomBytes(16).toString('hex') };
  const engine = await startEngine({ dataDir, memoryBytesMax, port: 0, log: silentLog, readOnly });
  project.provide('engine', { url: engine.url, user: engine.user, password: engine.password });
  project.provide('engineReader', { url: engine.url, ...readOnly });
  return async () => {
    await engine.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
