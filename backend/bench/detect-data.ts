import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEngine, type RunningEngine } from '../embedded/supervisor.ts';
import { loadPipelines } from '../src/detect/load-pipelines.ts';
import { loadRules } from '../src/detect/load-rules.ts';
import type { DetectionRule, SingleRule } from '../src/detect/rule.ts';
import { silentLog } from '../src/log.ts';
import type { EventRange } from '../src/store/event-block.ts';
import { migrate } from '../src/store/migrate.ts';
import { createDatabase, createStore, type Store } from '../src/store/store.ts';
import type { BenchEvent } from './detect-events.ts';
import { countOf, tempDir, textsOf } from './service.ts';

const migrations = fileURLToPath(new URL('../migrations', import.meta.url));
const corpus = fileURLToPath(new URL('../../../shared/data/sigmahq', import.meta.url));
const rowsPerInsert = 20_000;

/** An engine on a directory of its own. */
export interface BenchEngine {
  readonly pid: () => number;
  /** A fresh database with all tables, without parsers. */
  database(): Promise<Store>;
  /** Starts the engine anew, so that nothing of what filled it stays in its memory, and opens the database again. */
  reopened(store: Store): Promise<Store>;
  stop(): Promise<void>;
}

export async function benchEngine(): Promise<BenchEngine> {
  const directory = tempDir('detect');
  const start = (): Promise<RunningEngine> => {
    const dataDir = path.join(directory.path, 'engine');
    // The service's own default.
    return startEngine({ dataDir, memoryBytesMax: 1_000_000_000, port: 0, log: silentLog });
  };
  let engine = await start();
  const optionsOf = (database: string) => {
    const { url, user, password } = engine;
    return { url, user, password, database, log: silentLog };
  };
  return {
    pid: () => engine.pid() ?? 0,
    reopened: async (store) => {
      await store.close();
      await engine.stop();
      engine = await start();
      return createStore(optionsOf(store.database));
    },
    database: async () => {
      const options = optionsOf(`bench_${randomBytes(4).toString('hex')}`);
      await createDatabase(options);
      const store = createStore(options);
      await migrate(store, migrations);
      return store;
    },
    stop: async () => {
      await engine.stop();
      directory.remove();
    },
  };
}

/** All of SigmaHQ through the pipelines that come with the service, and the seconds that took. */
export async function sigmaRules(): Promise<{ rules: readonly DetectionRule[]; loadS: number }> {
  const began = performance.now();
  const { pipeline } = await loadPipelines();
  const { rules } = await loadRules(corpus, pipeline);
  if (rules.length < 3700) throw new Error(`only ${rules.length} rules in ${corpus}`);
  return { rules, loadS: (performance.now() - began) / 1000 };
}

export const singlesOf = (rules: readonly DetectionRule[]): SingleRule[] => rules.filter((rule) => rule.kind === 'single'); // prettier-ignore

export async function insertAll(store: Store, events: Iterable<BenchEvent>): Promise<void> {
  let rows: BenchEvent[] = [];
  for (const event of events) {
    rows.push(event);
    if (rows.length < rowsPerInsert) continue;
    await store.insert('event', rows);
    rows = [];
  }
  await store.insert('event', rows);
}

/** Everything that is in `event`; the streams lie in one partition. */
export async function wholeRange(store: Store): Promise<EventRange> {
  const [partition] = await textsOf(store, 'SELECT DISTINCT _partition_id AS t FROM event');
  if (partition === undefined) throw new Error('no events');
  const hi = await countOf(store, 'SELECT max(_block_number) FROM event');
  return { partition, lo: 0, hi, parts: [] };
}
