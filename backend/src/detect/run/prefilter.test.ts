import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { blockColumns } from '../../store/event-block.ts';
import { eventNear, pick, seededRandom } from '../compile/event-generator.ts';
import { eventRow } from '../compile/rule-fixture.ts';
import { loadPipelines } from '../load-pipelines.ts';
import { loadRules } from '../load-rules.ts';
import { placeNamed } from '../pipeline/pipeline.ts';
import { GramSample } from '../prefilter/gram-sample.ts';
import type { EventRow, SingleRule } from '../rule.ts';
import { BlockEvent, BlockRows } from './block-event.ts';
import { blockOf } from './block-fixture.ts';
import { LogsourceRules } from './candidates.ts';

/**
 * Prefilter on equals prefilter off: a rule that matches an event must be among the candidates that the prefilter names,
 * whatever the sample says. Events are near misses of each rule, and each is asked of the rule itself and of others.
 */

const corpus = fileURLToPath(new URL('../../../../../shared/data/sigmahq', import.meta.url));
const own = fileURLToPath(new URL('../../../../rules', import.meta.url));
const present = existsSync(corpus);
if (!present && process.env['LOGLAKE_CORPORA'] === 'required') throw new Error(`no corpus at ${corpus}`);
if (!present) process.stdout.write('SigmaHQ is not there: the prefilter is held to our own rules only\n');

const nothing = { product: '', category: '', service: '' };

async function singles(directory: string): Promise<SingleRule[]> {
  const { pipeline } = await loadPipelines();
  const { rules } = await loadRules(directory, pipeline);
  return rules.filter((rule) => rule.kind === 'single');
}

function eventsNear(rule: SingleRule, count: number, seed: number): EventRow[] {
  const random = seededRandom(seed);
  const route = { ...nothing, ...rule.routes[0] };
  return Array.from({ length: count }, (_, n) =>
    eventRow(String(n), { ...route, ...eventNear(rule.expression, placeNamed, random) })
  );
}

interface Tally {
  pairs: number;
  matches: number;
  candidates: number;
  lost: string[];
}

function tally(rules: readonly SingleRule[], eventsPerRule: number, othersPerEvent: number): Tally {
  const random = seededRandom(9);
  const of = new LogsourceRules(nothing, rules, blockColumns, new GramSample());
  const result: Tally = { pairs: 0, matches: 0, candidates: 0, lost: [] };
  rules.forEach((rule, number) => {
    const events = eventsNear(rule, eventsPerRule, number);
    const block = blockOf(events);
    const rows = new BlockRows(block);
    events.forEach((event, row) => {
      const candidates = new Set(of.candidates(block, row));
      const asked = [rule, ...Array.from({ length: othersPerEvent }, () => pick(random, rules))];
      for (const one of asked) {
        result.pairs += 1;
        const seen = new BlockEvent(rows, row, event);
        // The row in the block says what the row as it was says.
        const matches = one.matches(seen);
        if (matches !== one.matches(event)) result.lost.push(`${one.meta.path}: differs in a block`);
        if (matches) result.matches += 1;
        const named = candidates.has(one === rule ? number : rules.indexOf(one));
        if (named) result.candidates += 1;
        if (matches && !named) result.lost.push(`${one.meta.path}: ${JSON.stringify(event)}`);
      }
    });
  });
  return result;
}

describe('the prefilter loses nothing', () => {
  test('of our own rules', async () => {
    const { pairs, matches, candidates, lost } = tally(await singles(own), 200, 3);
    expect(lost).toEqual([]);
    expect(matches).toBeGreaterThan(pairs / 20);
    // And it is one: most rules are no candidates.
    expect(candidates).toBeLessThan(pairs / 2);
  });

  test.skipIf(!present)('of SigmaHQ', { timeout: 120_000 }, async () => {
    const { pairs, matches, candidates, lost } = tally(await singles(corpus), 30, 1);
    process.stdout.write(`prefilter: ${pairs} pairs, ${matches} matches, ${candidates} candidates\n`);
    expect(lost).toEqual([]);
    expect(pairs).toBeGreaterThan(200_000);
    expect(matches).toBeGreaterThan(pairs / 10);
    expect(candidates).toBeLessThan(pairs * 0.6);
  });
});
