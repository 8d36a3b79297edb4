import type { EventRow } from '../src/detect/rule.ts';
import type { RangeEvaluator } from '../src/detect/run/evaluate-range.ts';
import type { Store } from '../src/store/store.ts';
import { blockAnswers, blockEvaluator } from './block-answers.ts';
import { engineAnswers } from './engine-answers.ts';
import { eventNear } from './generate/event.ts';
import { seededRandom, seedOf } from './generate/random.ts';
import { arrivalDay, rowOf, sigmaEvent } from './placement.ts';
import type { ProofRule } from './proof-rule.ts';
import { shrink } from './shrink.ts';

/** What they say of one pair; `N` is SQL's NULL. */
export interface Disagreement {
  readonly rule: string;
  readonly event: EventRow;
  readonly oracle: boolean;
  readonly evaluator: boolean;
  /** The evaluator over blocks of the store, behind the prefilter. */
  readonly blocks: boolean;
  readonly sql: string;
}

export interface ProofCounts {
  rules: number;
  events: number;
  pairs: number;
  /** Pairs of an event and the rule that it was made for. */
  ownPairs: number;
  matches: number;
  ownMatches: number;
  statements: number;
  /** Milliseconds of the engine: storing and both statements. */
  engineMs: number;
}

export interface ProofOptions {
  readonly store: Store;
  readonly rules: readonly ProofRule[];
  readonly seed: number;
  /** At least that many pairs are looked at, about as many of each rule. */
  readonly pairs: number;
  /** Rules that are asked about the same events; an event is made for one of them. */
  readonly rulesPerStatement: number;
  /** Disagreements that are made smaller; the rest are given as found. */
  readonly shrunkMax: number;
  /** With so many it ends early. */
  readonly disagreementsMax: number;
  readonly onBatch?: (counts: Readonly<ProofCounts>) => void;
}

export interface ProofResult {
  readonly counts: Readonly<ProofCounts>;
  readonly disagreements: readonly Disagreement[];
}

/** Most events of one insert. */
const eventsMax = 1500;

/** Rules of the same log source, some at a time. */
function batchesOf(rules: readonly ProofRule[], size: number): ProofRule[][] {
  const groups = new Map<string, ProofRule[]>();
  for (const rule of rules) {
    const route = JSON.stringify(rule.single.routes);
    groups.set(route, [...(groups.get(route) ?? []), rule]);
  }
  return [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / size) }, (_, at) => group.slice(at * size, (at + 1) * size))
  );
}

function eventsFor(rule: ProofRule, count: number, seed: number): EventRow[] {
  const random = seededRandom(seedOf(rule.path, seed));
  return Array.from({ length: count }, (_, at) => {
    const values = eventNear(rule.aim, { random, lists: rule.lists });
    const { placesOf: places, routes } = rule.single;
    return rowOf(`${rule.path} ${at}`, values, {
      places,
      route: routes.length === 0 ? {} : random.pick(routes),
      random,
    });
  });
}

interface Asked {
  readonly store: Store;
  readonly evaluator: RangeEvaluator;
}

/** What oracle, evaluators and engine say of every pair; one disagreement each where they are not one. */
async function compare(
  { store, evaluator: range }: Asked,
  rules: readonly ProofRule[],
  events: readonly EventRow[],
  onPair: (rule: ProofRule, event: EventRow, matches: boolean) => void
): Promise<{ disagreements: Disagreement[]; engineMs: number }> {
  const started = performance.now();
  const singles = rules.map(({ single }) => single);
  const answers = await engineAnswers(store, singles, events);
  const engineMs = performance.now() - started;
  const matched = await blockAnswers(store, range, arrivalDay);
  const disagreements: Disagreement[] = [];
  for (const event of events) {
    for (const [at, rule] of rules.entries()) {
      const oracle = rule.oracle(sigmaEvent(event, rule.single.placesOf));
      const evaluator = rule.single.matches(event);
      const sql = answers.get(event.id)?.[at] ?? 'missing';
      onPair(rule, event, oracle);
      const blocks = matched.get(rule.single.meta.id)?.has(event.id) ?? false;
      if (oracle !== evaluator || oracle !== blocks || sql !== (oracle ? '1' : '0')) {
        disagreements.push({ rule: rule.path, event, oracle, evaluator, blocks, sql });
      }
    }
  }
  return { disagreements, engineMs };
}

async function smaller(asked: Asked, rules: readonly ProofRule[], found: Disagreement): Promise<Disagreement> {
  const rule = rules.find(({ path }) => path === found.rule);
  if (rule === undefined) return found;
  const ask = (events: readonly EventRow[]) => compare(asked, [rule], events, () => undefined);
  const event = await shrink(found.event, async (events) => (await ask(events)).disagreements.map((one) => one.event));
  return (await ask([event])).disagreements[0] ?? found;
}

function eventsPerRule({ pairs, rules }: ProofOptions, batch: readonly ProofRule[]): number {
  return Math.ceil(pairs / rules.length / batch.length);
}

/** Puts every pair to the oracle, the evaluator by itself and as the service runs it, and the compiled SQL. `event` of the store is emptied. */
export async function prove(options: ProofOptions): Promise<ProofResult> {
  const { store, rules, seed } = options;
  const asked = { store, evaluator: blockEvaluator(rules.map(({ single }) => single)) };
  const counts: ProofCounts = {
    rules: 0,
    events: 0,
    pairs: 0,
    ownPairs: 0,
    matches: 0,
    ownMatches: 0,
    statements: 0,
    engineMs: 0,
  };
  const disagreements: Disagreement[] = [];
  for (const batch of batchesOf(rules, options.rulesPerStatement)) {
    const made = batch.map((rule) => eventsFor(rule, eventsPerRule(options, batch), seed));
    const owners = new Map(made.flatMap((events, at) => events.map((event) => [event.id, batch[at]] as const)));
    const events = made.flat();
    for (let first = 0; first < events.length; first += eventsMax) {
      const { disagreements: found, engineMs } = await compare(
        asked,
        batch,
        events.slice(first, first + eventsMax),
        (rule, event, matches) => {
          const own = owners.get(event.id) === rule;
          counts.pairs += 1;
          counts.ownPairs += own ? 1 : 0;
          counts.matches += matches ? 1 : 0;
          counts.ownMatches += own && matches ? 1 : 0;
        }
      );
      counts.statements += 2;
      counts.engineMs += engineMs;
      for (const one of found) {
        disagreements.push(disagreements.length < options.shrunkMax ? await smaller(asked, batch, one) : one);
      }
    }
    counts.rules += batch.length;
    counts.events += events.length;
    options.onBatch?.(counts);
    if (disagreements.length >= options.disagreementsMax) break;
  }
  return { counts, disagreements };
}
