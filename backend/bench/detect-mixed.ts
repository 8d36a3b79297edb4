import { createDetection } from '../src/detect/run/detection.ts';
import type { DetectionRule } from '../src/detect/rule.ts';
import { silentLog } from '../src/log.ts';
import { insertAll, singlesOf, type BenchEngine } from './detect-data.ts';
import { mixedEvents } from './detect-events.ts';
import { measure, rounded } from './detect-measure.ts';
import { countOf, say } from './service.ts';

/** Part (b): mixed events, all rules, from the ledger to stored findings. */
export async function mixedStream(engine: BenchEngine, rules: readonly DetectionRule[], rows: number) {
  const filled = await engine.database();
  await insertAll(filled, mixedEvents(rows, singlesOf(rules)));
  const store = await engine.reopened(filled);
  const detection = createDetection({ store, rules, clock: Date.now, log: silentLog, onFinding: () => undefined, intervalMs: 1000 }); // prettier-ignore
  const run = await measure(engine.pid(), () => detection.runOnce());
  const findings = await countOf(store, 'SELECT uniqExact(finding_id) FROM security_finding');
  const { rows: read, matches } = run.value;
  say(`b: ${read} rows, ${matches} matches, ${findings} findings in ${run.wallMs.toFixed(0)} ms`);
  await store.execute('bench.drop', `DROP DATABASE ${store.database}`);
  await store.close();
  return {
    eventsPerS: Math.round((read * 1000) / run.wallMs),
    wallS: rounded(run.wallMs / 1000),
    cpuS: rounded(run.cpuS),
    peakMb: Math.round(run.peakMb),
    ownMb: Math.round(run.ownMb),
    matches,
    findings,
  };
}
