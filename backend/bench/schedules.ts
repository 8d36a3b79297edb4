/**
 * Thousands of schedules over the model of the store (backend/testing/model): in each, the live findings must equal one
 * offline evaluation over all events. Prints what the schedules had in them; ends with 1 when one went wrong.
 *   npm run bench:schedules -- [--seed 1] [--count 5000] [--no-doors] [--no-settling]
 * With --no-doors or --no-settling schedules must go wrong: the same harness without what guards the writer.
 */
import { parseArgs } from 'node:util';
import { runSchedule } from '../testing/model/schedule.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '5000' },
    'no-doors': { type: 'boolean', default: false },
    'no-settling': { type: 'boolean', default: false },
  },
});
const first = Number(values.seed);
const count = Number(values.count);
const faults = { noDoors: values['no-doors'], noSettling: values['no-settling'] };

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const totals: Record<string, number> = {};
const add = (name: string, amount: number): void => {
  totals[name] = (totals[name] ?? 0) + amount;
};
const wrong: number[] = [];
const startedMs = performance.now();
for (let seed = first; seed < first + count; seed += 1) {
  const verdict = await runSchedule({ seed, faults });
  if (verdict.wrong.length > 0) {
    wrong.push(seed);
    if (wrong.length <= 3) say(`seed ${seed}: ${verdict.wrong.map((text) => text.slice(0, 300)).join('\n  ')}`);
  }
  const seen: Record<string, number> = { ...verdict.seen };
  for (const [name, amount] of Object.entries(seen)) add(name, amount);
  for (const name of ['steps', 'findings', 'ranges', 'terms', 'takenOver'] as const) add(name, verdict[name]);
  add('schedulesMissedByTime', verdict.missedByTime > 0 ? 1 : 0);
  add('schedulesMissedByHeight', verdict.missedByHeight > 0 ? 1 : 0);
}
const guarded = !faults.noDoors && !faults.noSettling;
say(JSON.stringify({ seed: first, count, wrong: wrong.length, seeds: wrong.slice(0, 20), seconds: Math.round((performance.now() - startedMs) / 100) / 10, ...totals })); // prettier-ignore
process.exitCode = guarded === (wrong.length === 0) ? 0 : 1;
