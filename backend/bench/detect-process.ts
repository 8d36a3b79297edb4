import {
  createRangeEvaluator,
  ruleSetOf,
  type RangeEvaluation,
  type RangeEvaluator,
} from '../src/detect/run/evaluate-range.ts';
import { rangeRowsMaxDefault } from '../src/detect/run/detection.ts';
import { hasLogsource } from '../src/detect/pipeline/pipeline.ts';
import { SqlParameters } from '../src/detect/compile/sql-parameters.ts';
import type { DetectionRule, SingleRule } from '../src/detect/rule.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventBlocksOfRange, type EventBlock, type EventRange } from '../src/store/event-block.ts';
import type { Store } from '../src/store/store.ts';
import { z } from 'zod';
import { baselineColumns, baselineSql, hasBaseline, placeSql, type BaselineColumns } from './detect-baseline.ts';
import { insertAll, singlesOf, wholeRange, type BenchEngine } from './detect-data.ts';
import { processCreations } from './detect-events.ts';
import { measure, median, rounded, type Measured } from './detect-measure.ts';
import { vectorscanFloor } from './detect-floor.ts';
import { say } from './service.ts';

const limits = { timeoutMs: 600_000, rowsMax: 10_000_000 };
const evaluatorOnlyRows = 3000;

/** Hits by rule id. */
const hitsOf = (evaluation: RangeEvaluation): Map<string, number> =>
  new Map([...evaluation.byRule].map(([id, { matches }]) => [id, matches.length]));

async function* nextRows(blocks: AsyncIterator<EventBlock>, rows: number): AsyncGenerator<EventBlock> {
  for (let left = rows; left > 0;) {
    const next = await blocks.next();
    if (next.done === true) return;
    left -= next.value.rows;
    yield next.value;
  }
}

interface Evaluated {
  readonly rows: number;
  readonly candidates: number;
  readonly hits: ReadonlyMap<string, number>;
}

/** All rows in one stream, decided range by range as the service does, which holds the matches of one. */
async function evaluateAll(store: Store, range: EventRange, evaluator: RangeEvaluator): Promise<Evaluated> {
  const blocks = eventBlocksOfRange(store, range, evaluator.columns)[Symbol.asyncIterator]();
  const hits = new Map<string, number>();
  let [rows, candidates] = [0, 0];
  for (;;) {
    const evaluation = await evaluator.evaluate(nextRows(blocks, rangeRowsMaxDefault));
    if (evaluation.rows === 0) return { rows, candidates, hits };
    rows += evaluation.rows;
    candidates += evaluation.candidates;
    for (const [id, more] of hitsOf(evaluation)) hits.set(id, (hits.get(id) ?? 0) + more);
  }
}

async function count(store: Store, sql: string, params: Record<string, unknown>): Promise<number> {
  const statement = { sql: `${sql} SETTINGS use_query_condition_cache = 0`, params };
  const rows = await store.compiled('bench.count', statement, z.object({ n: z.coerce.number() }), limits);
  return rows[0]?.n ?? 0;
}

/** A table of real columns as a pySigma user would have it, in one go with the same in lower case. */
async function makeColumns(store: Store, columns: BaselineColumns, table: string, lowered: boolean): Promise<void> {
  const parameters = new SqlParameters('k');
  const list = [...columns].map(([place, name]) => {
    const sql = placeSql(place, parameters);
    return `${lowered ? `lower(${sql})` : sql} AS ${name}`;
  });
  const engineOf = 'ENGINE = MergeTree ORDER BY tuple()';
  const sql = `CREATE TABLE ${table} ${engineOf} AS SELECT ${list.join(', ')} FROM event`;
  await store.execute('bench.columns', sql, parameters.params, { timeoutMs: 600_000 });
}

interface Baseline {
  /** For all rules, extrapolated. */
  readonly wallMs: number;
  readonly hits: ReadonlyMap<string, number>;
}

async function perRule(
  store: Store,
  sample: readonly SingleRule[],
  all: number,
  columns: BaselineColumns,
  lowered: boolean
): Promise<Baseline> {
  const table = lowered ? 'columns_lower' : 'columns_plain';
  await makeColumns(store, columns, table, lowered);
  const began = performance.now();
  const hits = new Map<string, number>();
  for (const rule of sample) {
    const { sql, params } = baselineSql(rule, columns, lowered);
    hits.set(rule.meta.id, await count(store, `SELECT count() AS n FROM ${table} WHERE ${sql}`, params));
  }
  return { wallMs: ((performance.now() - began) * all) / sample.length, hits };
}

/** Every so many of the rules that a baseline can ask. */
function sampleOf(rules: readonly SingleRule[], size: number): SingleRule[] {
  const able = rules.filter(hasBaseline);
  return Array.from({ length: Math.min(size, able.length) }, (_, at) => able[Math.floor((at * able.length) / size)]).filter((rule) => rule !== undefined); // prettier-ignore
}

function assertEqual(what: string, ours: ReadonlyMap<string, number>, theirs: ReadonlyMap<string, number>): void {
  for (const [id, hits] of theirs) {
    if ((ours.get(id) ?? 0) !== hits)
      throw new Error(`${what}: rule ${id} has ${hits} hits, ours ${ours.get(id) ?? 0}`);
  }
  say(`hits are equal: ${what}, ${theirs.size} rules, ${[...theirs.values()].reduce((a, b) => a + b, 0)} hits`);
}

async function bareStream(store: Store, range: EventRange, rules: readonly DetectionRule[]): Promise<number> {
  const { columns } = createRangeEvaluator(ruleSetOf(rules));
  let bytes = 0;
  for await (const block of eventBlocksOfRange(store, range, columns)) bytes += block.rows;
  return bytes;
}

async function* firstRows(blocks: AsyncIterable<EventBlock>, rows: number): AsyncGenerator<EventBlock> {
  for await (const block of blocks) {
    yield { ...block, rows: Math.min(rows, block.rows) };
    return;
  }
}

/** Prefilter off over some of the rows, and on: every hit of every rule. */
async function assertPrefilter(store: Store, range: EventRange, rules: readonly DetectionRule[]) {
  const set = ruleSetOf(rules);
  const hits = async (prefilter: boolean) => {
    const evaluator = createRangeEvaluator(set, prefilter);
    return hitsOf(await evaluator.evaluate(firstRows(eventBlocksOfRange(store, range, evaluator.columns), evaluatorOnlyRows))); // prettier-ignore
  };
  const [on, off] = [await hits(true), await hits(false)];
  assertEqual(`without the prefilter over ${evaluatorOnlyRows} rows`, on, off);
  assertEqual(`with it over the same rows`, off, on);
  // The client's idle connections are stale after so long a time without a breath.
  await sleep(3000);
}

export interface ProcessOptions {
  readonly rows: number;
  readonly sample: number;
  readonly loadS: number;
}

/** The median of several runs; what they gave is that of the last, so that no more than one is in memory. */
async function best<T>(engine: BenchEngine, times: number, work: () => Promise<T>): Promise<Measured<T>> {
  const runs: Omit<Measured<T>, 'value'>[] = [];
  for (let run = 1; run < times; run += 1) {
    const { wallMs, cpuS, peakMb, ownMb } = await measure(engine.pid(), work);
    runs.push({ wallMs, cpuS, peakMb, ownMb });
  }
  const last = await measure(engine.pid(), work);
  runs.push(last);
  const wall = median(runs.map((run) => run.wallMs));
  const peak = runs.reduce((most, run) => (run.peakMb > most.peakMb ? run : most));
  const middle = runs.find((run) => run.wallMs === wall) ?? last;
  return { ...last, wallMs: middle.wallMs, cpuS: middle.cpuS, peakMb: peak.peakMb, ownMb: peak.ownMb };
}

/** Part (a) and the growth: process creations and all the rules about them. */
export async function processStream(engine: BenchEngine, rules: readonly DetectionRule[], options: ProcessOptions) {
  const logsource = { product: 'windows', category: 'process_creation', service: 'sysmon' };
  const own = singlesOf(rules).filter((rule) => rule.logsource.category === 'process_creation' && rule.routes.some((route) => hasLogsource(logsource, route))); // prettier-ignore
  const filled = await engine.database();
  await insertAll(filled, processCreations(options.rows, own));
  const store = await engine.reopened(filled);
  const range = await wholeRange(store);
  const start = performance.now();
  const evaluator = createRangeEvaluator(ruleSetOf(own));
  // The first rows of a log source build its prefilter.
  await evaluator.evaluate(firstRows(eventBlocksOfRange(store, range, evaluator.columns), 1));
  const startS = options.loadS + (performance.now() - start) / 1000;
  const ours = await best(engine, 3, () => evaluateAll(store, range, evaluator));
  const { rows, candidates, hits } = ours.value;
  const matches = [...hits.values()].reduce((a, b) => a + b, 0);
  say(
    `a: ${rows} rows, ${own.length} rules, ${candidates} candidates, ${matches} matches in ${ours.wallMs.toFixed(0)} ms`
  );
  await assertPrefilter(store, range, own);
  const stream = await best(engine, 3, () => bareStream(store, range, own));
  say(`stream ${stream.wallMs.toFixed(0)} ms, cpu ${stream.cpuS.toFixed(2)}`);
  const floor = await best(engine, 3, () => vectorscanFloor(store, own));
  say(`floor ${floor.wallMs.toFixed(0)} ms, cpu ${floor.cpuS.toFixed(2)}`);
  const sample = sampleOf(own, options.sample);
  const columns = baselineColumns(sample);
  const lower = await perRule(store, sample, own.length, columns, true);
  assertEqual('one query per rule on columns in lower case', hits, lower.hits);
  const ilike = await perRule(store, sample, own.length, columns, false);
  assertEqual('one query per rule with ILIKE', hits, ilike.hits);

  const growth: Record<string, number> = {};
  for (const many of [100, 500, own.length]) {
    const some = createRangeEvaluator(ruleSetOf(spread(own, many)));
    const run = await best(engine, 3, () => evaluateAll(store, range, some));
    growth[String(many)] = rounded(run.wallMs / 1000);
  }
  const every = createRangeEvaluator(ruleSetOf(rules));
  growth['all'] = rounded((await best(engine, 3, () => evaluateAll(store, range, every))).wallMs / 1000);
  await store.execute('bench.drop', `DROP DATABASE ${store.database}`);
  await store.close();
  return {
    a: {
      rules: own.length,
      wallS: rounded(ours.wallMs / 1000),
      ratioIlike: rounded(ilike.wallMs / ours.wallMs),
      ratioLower: rounded(lower.wallMs / ours.wallMs),
      ratioFloor: rounded(ours.wallMs / floor.wallMs),
      ratioStream: rounded(ours.wallMs / stream.wallMs),
      eventsPerS: Math.round((rows * 1000) / ours.wallMs),
      cpuS: rounded(ours.cpuS),
      peakMb: Math.round(ours.peakMb),
      ownMb: Math.round(ours.ownMb),
      startS: rounded(startS),
      floorS: rounded(floor.wallMs / 1000),
      streamS: rounded(stream.wallMs / 1000),
      candidatesPerRow: rounded(candidates / rows),
      matches,
    },
    growth,
  };
}

/** That many of them, spread over the list. */
function spread<T>(items: readonly T[], many: number): T[] {
  return items.filter((_, at) => Math.floor((at * many) / items.length) !== Math.floor(((at - 1) * many) / items.length)); // prettier-ignore
}
