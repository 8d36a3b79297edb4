import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEngine } from '../../embedded/supervisor.ts';
import { silentLog } from '../../src/log.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createDatabase, createStore } from '../../src/store/store.ts';
import { installParsers } from '../install.ts';
import { corpusCases, judge } from './judge.ts';
import { writeReport } from './report.ts';

// node --import tsx --conditions=loglake-source backend/parsers/judge/main.ts [folder of the corpora]
const root = process.argv[2] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const dataDir = mkdtempSync(path.join(tmpdir(), 'loglake-judge-'));
const engine = await startEngine({ dataDir, memoryBytesMax: 1_000_000_000, port: 0, log: silentLog });
try {
  const options = { url: engine.url, user: engine.user, password: engine.password, database: 'judge', log: silentLog };
  await createDatabase(options);
  const store = createStore(options);
  await migrate(store, fileURLToPath(new URL('../../migrations', import.meta.url)));
  await installParsers(store);
  process.stdout.write(writeReport(await judge(store, corpusCases(root)), Number.MAX_SAFE_INTEGER));
  await store.close();
} finally {
  await engine.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
