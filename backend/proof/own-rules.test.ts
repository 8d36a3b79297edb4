import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../src/store/migrate.ts';
import { emptyDatabase, migrationsDir, type TestDatabase } from '../testing/database.ts';
import { readFolder, readProofRules } from './proof-rule.ts';
import { prove } from './prove.ts';

const seed = 20_261_121;
const pairs = 24_000;

let db: TestDatabase;
beforeAll(async () => {
  db = await emptyDatabase();
  await migrate(db.store, migrationsDir);
});
afterAll(() => db.drop());

test('oracle, evaluator and SQL agree about rules for what the corpus never uses', { timeout: 120_000 }, async () => {
  const rules = await readProofRules(readFolder(fileURLToPath(new URL('rules', import.meta.url))));
  const limits = { shrunkMax: 0, disagreementsMax: 1 };
  const { counts, disagreements } = await prove({
    store: db.store,
    rules,
    seed,
    pairs,
    ...limits,
    rulesPerStatement: 6,
  });
  expect(disagreements.slice(0, 3)).toEqual([]);
  expect(counts.pairs).toBeGreaterThanOrEqual(pairs);
  // Nobody may agree by always saying the same.
  const share = counts.ownMatches / counts.ownPairs;
  expect(share).toBeGreaterThan(0.35);
  expect(share).toBeLessThan(0.65);
});
