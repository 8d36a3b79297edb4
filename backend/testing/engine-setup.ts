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
    /** One for each worker; a test takes that of its own by testEngine(). */
    engines: readonly TestEngine[];
  }
}

export interface TestEngine {
  readonly writer: EngineAddress;
  /** The read-only key of the same engine. */
  readonly reader: EngineAddress;
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

/** On a directory of its own that goes when it stops. */
async function startTestEngine(): Promise<TestEngine & { stop: () => Promise<void> }> {
  const dataDir = mkdtempSync(path.join(dataParent(), 'loglake-test-'));
  const readOnly = { user: 'loglake_reader', password: randomBytes(16).toString('hex') };
  const { url, user, password, stop } = await startEngine({ dataDir, memoryBytesMax, port: 0, log: silentLog, readOnly }); // prettier-ignore
  return {
    writer: { url, user, password },
    reader: { url, ...readOnly },
    stop: async () => {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/**
 * One engine for each worker and the whole run: plans of statements are made one after the other in an engine, and two
 * workers at one would wait for each other (a sixth of the run).
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const workers = Array.from({ length: project.vitest.config.maxWorkers });
  const engines = await Promise.all(workers.map(startTestEngine));
  project.provide(
    'engines',
    engines.map(({ writer, reader }) => ({ writer, reader }))
  );
  return async () => {
    await Promise.all(engines.map(({ stop }) => stop()));
  };
}
