import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { migrate } from '../src/store/migrate.ts';
import { emptyDatabase, migrationsDir } from '../testing/database.ts';
import { readFolder, readProofRules } from './proof-rule.ts';
import { prove } from './prove.ts';

const seed = 20_261_121;
const pairs = 30_000;
/** Every so many rules; the command `npm run sigma:proof` takes all. */
const stride = 10;

const corpus = fileURLToPath(new URL('../../../shared/data/sigmahq', import.meta.url));
const present = existsSync(corpus);
if (!present && process.env['LOGLAKE_CORPORA'] === 'required') throw new Error(`no corpus at ${corpus}`);
if (!present) process.stdout.write('SigmaHQ is not there: its proof is skipped\n');

test.skipIf(!present)('oracle, evaluator and SQL agree about SigmaHQ', { timeout: 180_000 }, async () => {
  const texts = readFolder(corpus).filter((_rule, index) => index % stride === seed % stride);
  const rules = await readProofRules(texts);
  const db = await emptyDatabase();
  await migrate(db.store, migrationsDir);
  const limits = { shrunkMax: 1, disagreementsMax: 3 };
  const { counts, disagreements } = await prove({
    store: db.store,
    rules,
    seed,
    pairs,
    ...limits,
    rulesPerStatement: 16,
  });
  await db.drop();
  process.stdout.write(
    `SigmaHQ: seed ${seed}, ${counts.rules} rules, ${counts.pairs} pairs, ${counts.matches} match\n`
  );
  expect(disagreements.slice(0, 3)).toEqual([]);
  expect(counts.pairs).toBeGreaterThanOrEqual(pairs);
  expect(counts.ownMatches).toBeGreaterThan(counts.ownPairs * 0.35);
});
