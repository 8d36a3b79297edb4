import { silentLog } from '../src/log.ts';
import { startEngine } from './supervisor.ts';

// A parent to be killed by engine-process.test.ts: starts an engine on its argument and tells its process id.
const engine = await startEngine({
  dataDir: process.argv[2] ?? '',
  memoryBytesMax: 1_000_000_000,
  port: 0,
  log: silentLog,
});
process.send?.(engine.pid());
