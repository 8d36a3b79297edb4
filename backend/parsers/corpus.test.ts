import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '../testing/database.ts';
import { corpusCases, hasCorpora, judge } from './judge/judge.ts';
import { writeReport } from './judge/report.ts';

const root = fileURLToPath(new URL('../../../shared/data', import.meta.url));
const there = hasCorpora(root);
const floor = z.object({ claimed: z.number(), refused: z.number(), right: z.number() });
const floors = z
  .record(z.string(), floor)
  .parse(JSON.parse(readFileSync(fileURLToPath(new URL('floors.json', import.meta.url)), 'utf8')));

it('finds the corpora where they are required', () => {
  if (!there) process.stdout.write(`parsers: no corpora at ../shared/data, judging skipped\n`);
  expect(there || process.env['LOGLAKE_CORPORA'] !== 'required').toBe(true);
});

it.runIf(there)('claims, refuses and reads at least as many lines of the corpora as the floors say', async () => {
  const db = await testDatabase({ parsers: true });
  try {
    const reports = await judge(db.store, corpusCases(root));
    process.stdout.write(writeReport(reports));
    expect(reports.map(({ corpus }) => corpus).sort()).toEqual(Object.keys(floors).sort());
    for (const { corpus, claimed, refusable, violations, right } of reports) {
      const least = floors[corpus] ?? { claimed: 0, refused: 0, right: 0 };
      expect({
        corpus,
        claimed: claimed >= least.claimed,
        refused: refusable - violations >= least.refused,
        right: right >= least.right,
      }).toEqual({
        corpus,
        claimed: true,
        refused: true,
        right: true,
      });
    }
  } finally {
    await db.drop();
  }
});
