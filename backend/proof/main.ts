import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withEngine } from './proof-engine.ts';
import { readFolder, readProofRules } from './proof-rule.ts';
import { prove, type Disagreement } from './prove.ts';

const rulesPerStatement = 8;
const printedMax = 50;
const folderOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    rules: { type: 'string', default: folderOf('../../../shared/data/sigmahq') },
  },
});
const [pairs, seed] = [Number(values.pairs), Number(values.seed)];
if (!Number.isSafeInteger(pairs) || pairs < 1 || !Number.isSafeInteger(seed)) {
  throw new Error('--pairs takes a number from 1, --seed an integer');
}
if (!existsSync(values.rules)) throw new Error(`no rules at ${values.rules}`);

const write = (line: string): void => void process.stdout.write(`${line}\n`);

function printed({ rule, event, oracle, evaluator, blocks, sql }: Disagreement): string {
  const given = Object.fromEntries(Object.entries(event).filter(([, value]) => value !== null && value !== ''));
  return `${rule}\n  oracle ${oracle}, evaluator ${evaluator}, blocks ${blocks}, SQL ${sql}\n  ${JSON.stringify(given)}`;
}

const started = performance.now();
const seconds = (): number => Math.round((performance.now() - started) / 1000);
const texts = [...readFolder(folderOf('./rules')), ...readFolder(values.rules)];
const rules = await readProofRules(texts);
write(`seed ${seed}: ${rules.length} rules read in ${seconds()} s`);
const { counts, disagreements } = await withEngine((store) =>
  prove({
    store,
    rules,
    seed,
    pairs,
    rulesPerStatement,
    shrunkMax: 12,
    disagreementsMax: 1000,
    onBatch: ({ rules: done, pairs: seen }) => {
      if (done % 400 < rulesPerStatement) write(`  ${done} rules, ${seen} pairs, ${seconds()} s`);
    },
  })
);
const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;
write(`rules ${counts.rules}, events ${counts.events}, pairs ${counts.pairs}, statements ${counts.statements}`);
write(`matches ${counts.matches} (${share(counts.matches, counts.pairs)} of all pairs)`);
write(
  `pairs of an event and its own rule ${counts.ownPairs}, of them ${share(counts.ownMatches, counts.ownPairs)} match`
);
write(
  `seconds ${seconds()} (engine ${Math.round(counts.engineMs / 1000)}), peak of this process ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`
);
write(`disagreements ${disagreements.length}`);
for (const one of disagreements.slice(0, printedMax)) write(printed(one));
process.exitCode = disagreements.length === 0 ? 0 : 1;
