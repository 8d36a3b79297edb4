import { createRangeEvaluator, ruleSetOf } from '../src/detect/run/evaluate-range.ts';
import { createDetection } from '../src/detect/run/detection.ts';
import type { DetectionRule } from '../src/detect/rule.ts';
import { eventBlocksOfRange } from '../src/store/event-block.ts';
import { silentLog } from '../src/log.ts';
import { insertAll, singlesOf, wholeRange, type BenchEngine } from './detect-data.ts';
import { mixedEvents } from './detect-events.ts';
import { median, rounded } from './detect-measure.ts';
import { say } from './service.ts';

const rounds = 9;

/** Part (c): one cycle over few new rows with all rules, when the service has seen its logs before. */
export async function cycles(engine: BenchEngine, rules: readonly DetectionRule[]) {
  const store = await engine.database();
  const detection = createDetection({ store, rules, clock: Date.now, log: silentLog, onFinding: () => undefined, intervalMs: 1000 }); // prettier-ignore
  const evaluator = createRangeEvaluator(ruleSetOf(rules));
  const singles = singlesOf(rules);
  await insertAll(store, mixedEvents(50_000, singles, 100));
  await detection.runOnce();
  await evaluator.evaluate(eventBlocksOfRange(store, await wholeRange(store), evaluator.columns));
  const result: Record<string, { evaluateMs: number; cycleMs: number }> = {};
  let seed = 101;
  for (const rows of [100, 10_000]) {
    const times: { evaluateMs: number; cycleMs: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const before = await wholeRange(store);
      await insertAll(store, mixedEvents(rows, singles, (seed += 1)));
      const range = { ...(await wholeRange(store)), lo: before.hi + 1 };
      const began = performance.now();
      await evaluator.evaluate(eventBlocksOfRange(store, range, evaluator.columns));
      const evaluated = performance.now();
      await detection.runOnce();
      times.push({ evaluateMs: evaluated - began, cycleMs: performance.now() - evaluated });
    }
    const of = { evaluateMs: rounded(median(times.map((time) => time.evaluateMs))), cycleMs: rounded(median(times.map((time) => time.cycleMs))) }; // prettier-ignore
    say(`c: ${rows} rows: evaluated in ${of.evaluateMs} ms; with ledger and findings ${of.cycleMs} ms`);
    result[String(rows)] = of;
  }
  await store.execute('bench.drop', `DROP DATABASE ${store.database}`);
  await store.close();
  return result;
}
