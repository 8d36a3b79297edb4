/**
 * How fast detection is, against one query per rule, the floor of the engine and a bare stream, over generated streams.
 *   npm run bench:detect [-- --json FILE] [--rows 1000000] [--only a,b,c]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { benchEngine, sigmaRules } from './detect-data.ts';
import { cycles } from './detect-cycles.ts';
import { mixedStream } from './detect-mixed.ts';
import { processStream } from './detect-process.ts';
import { say } from './service.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    rows: { type: 'string', default: '1000000' },
    only: { type: 'string', default: 'a,b,c' },
    sample: { type: 'string', default: '100' },
  },
});
const rows = Number(values.rows);
const parts = new Set(values.only.split(','));

const engine = await benchEngine();
try {
  const { rules, loadS } = await sigmaRules();
  say(`${rules.length} rules read and compiled in ${loadS.toFixed(2)} s`);
  const results: Record<string, unknown> = { rows, rules: rules.length };
  if (parts.has('a')) Object.assign(results, await processStream(engine, rules, { rows, sample: Number(values.sample), loadS })); // prettier-ignore
  if (parts.has('b')) results['b'] = await mixedStream(engine, rules, rows);
  if (parts.has('c')) results['c'] = await cycles(engine, rules);
  say(JSON.stringify(results, null, 2));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  await engine.stop();
}
