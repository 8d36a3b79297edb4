import { createHash } from 'node:crypto';
import { messageOf } from '../../error.ts';
import type { GroupValues } from '../../findings/group.ts';
import type { MatchPoint } from '../../findings/episode.ts';
import type { BlockColumn, EventBlock } from '../../store/event-block.ts';
import type { TextPlaces } from '../../store/native-reader.ts';
import { hasLogsource } from '../pipeline/pipeline.ts';
import { GramSample } from '../prefilter/gram-sample.ts';
import type { CorrelationRule, DetectionRule, Logsource, SingleRule } from '../rule.ts';
import { BlockEvent, BlockRows } from './block-event.ts';
import { LogsourceRules } from './candidates.ts';
import { columnsOf } from './rule-columns.ts';

/** More log sources than this are found anew each time. */
const logsourcesMax = 10_000;

/** A rule and an event that it matched. */
export interface RangeMatch {
  readonly point: MatchPoint;
  readonly runId: string;
  readonly group: GroupValues;
  /** What correlations group or count by; undefined when none reads the rule. */
  readonly fields: GroupValues | undefined;
}

/** What one rule gave over one range. */
export interface RuleMatches {
  readonly rule: SingleRule;
  readonly matches: RangeMatch[];
  /** The first error and how many events it struck; those events were not decided, the others were. */
  error: string;
  errors: number;
}

export interface RangeEvaluation {
  rows: number;
  /** Pairs of a row and a rule that were decided. */
  candidates: number;
  /** Rules with matches or errors, by rule id. */
  readonly byRule: Map<string, RuleMatches>;
}

/** The set of rules that a range is read with. */
export interface RuleSet {
  readonly hash: string;
  readonly rules: readonly DetectionRule[];
  readonly singles: readonly SingleRule[];
  readonly correlations: readonly CorrelationRule[];
  readonly byId: ReadonlyMap<string, DetectionRule>;
}

/** `hash`: SHA-256 over ids and hashes of the members, whatever their order. */
export function ruleSetOf(rules: readonly DetectionRule[]): RuleSet {
  const members = rules.map((rule) => `${rule.meta.id} ${rule.meta.hash}`).sort();
  return {
    hash: createHash('sha256').update(members.join('\n')).digest('hex'),
    rules,
    singles: rules.filter((rule) => rule.kind === 'single'),
    correlations: rules.filter((rule) => rule.kind === 'correlation'),
    byId: new Map(rules.map((rule) => [rule.meta.id, rule])),
  };
}

/** The one place where rules meet rows. */
export interface RangeEvaluator {
  /** Columns that the blocks must have. */
  readonly columns: readonly BlockColumn[];
  /** Reads all blocks and decides every rule on every row of its log source. */
  evaluate(blocks: AsyncIterable<EventBlock>): Promise<RangeEvaluation>;
}

/**
 * Rules by log source; of those, the ones whose necessary texts stand in the row; of those, each rule's own decision.
 * `prefilter` false leaves the middle step out: the same matches, later.
 */
export function createRangeEvaluator(set: RuleSet, prefilter = true): RangeEvaluator {
  const fields = wantedFields(set);
  const columns = columnsOf(set.singles, (id) => fields.get(id) ?? []);
  const rulesAt = logsourceIndex(set.singles, columns);
  return {
    columns,
    async evaluate(blocks) {
      const evaluation: RangeEvaluation = { rows: 0, candidates: 0, byRule: new Map() };
      for await (const block of blocks) {
        evaluation.rows += block.rows;
        const rows = new BlockRows(block);
        const logsourceOf = rulesAt(block);
        for (let row = 0; row < block.rows; row += 1) {
          const of = logsourceOf(row);
          if (of.rules.length === 0) continue;
          const numbers = prefilter ? of.candidates(block, row) : of.rules.keys();
          let event: BlockEvent | undefined;
          for (const number of numbers) {
            const rule = of.rules[number];
            if (rule === undefined) continue;
            evaluation.candidates += 1;
            event ??= new BlockEvent(rows, row, of.logsource);
            decide(evaluation, rule, event, fields.get(rule.meta.id));
          }
        }
      }
      return evaluation;
    },
  };
}

const logsourceParts = ['product', 'category', 'service'] as const;

/** The rules of a row's log source, remembered per log source. Neighbours mostly have the same. */
function logsourceIndex(
  rules: readonly SingleRule[],
  columns: readonly BlockColumn[]
): (block: EventBlock) => (row: number) => LogsourceRules {
  const sample = new GramSample();
  const known = new Map<string, LogsourceRules>();
  const rulesOf = (event: Logsource): LogsourceRules => {
    const key = `${event.product}\0${event.category}\0${event.service}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const own = rules.filter(({ routes }) => routes.some((route) => hasLogsource(event, route)));
    const of = new LogsourceRules(event, own, columns, sample);
    if (known.size < logsourcesMax) known.set(key, of);
    return of;
  };
  return (block) => {
    const texts = logsourceParts.map((part) => block.texts.get(part));
    const [product, category, service] = texts;
    if (product === undefined || category === undefined || service === undefined) throw new Error('no log source');
    const at = ({ starts, ends }: TextPlaces, row: number) => block.bytes.toString('utf8', starts[row], ends[row]);
    const [a, b, c] = [product.starts, category.starts, service.starts];
    let last: LogsourceRules | undefined;
    return (row) => {
      // Equal texts of a block stand at one place of its dictionary.
      if (last === undefined || a[row] !== a[row - 1] || b[row] !== b[row - 1] || c[row] !== c[row - 1]) {
        last = rulesOf({ product: at(product, row), category: at(category, row), service: at(service, row) });
      }
      return last;
    };
  };
}

/** Field names that correlations ask of each rule they read. */
function wantedFields(set: RuleSet): Map<string, readonly string[]> {
  const wanted = new Map<string, Set<string>>();
  for (const correlation of set.correlations) {
    for (const id of correlation.references) {
      const names = wanted.get(id) ?? new Set<string>();
      for (const name of correlation.fieldsOf(id)) names.add(name);
      wanted.set(id, names);
    }
  }
  return new Map([...wanted].map(([id, names]) => [id, [...names]]));
}

function decide(
  evaluation: RangeEvaluation,
  rule: SingleRule,
  event: BlockEvent,
  fields: readonly string[] | undefined
): void {
  try {
    if (!rule.matches(event)) return;
    const match = matchOf(rule, event, fields);
    entryOf(evaluation, rule).matches.push(match);
  } catch (error) {
    const entry = entryOf(evaluation, rule);
    if (entry.errors === 0) entry.error = messageOf(error);
    entry.errors += 1;
  }
}

function entryOf(evaluation: RangeEvaluation, rule: SingleRule): RuleMatches {
  const known = evaluation.byRule.get(rule.meta.id);
  if (known !== undefined) return known;
  const entry: RuleMatches = { rule, matches: [], error: '', errors: 0 };
  evaluation.byRule.set(rule.meta.id, entry);
  return entry;
}

function matchOf(rule: SingleRule, event: BlockEvent, fields: readonly string[] | undefined): RangeMatch {
  const values = (names: readonly string[]): GroupValues =>
    Object.fromEntries(names.map((name) => [name, rule.fieldValue(event, name)]));
  return {
    point: {
      eventId: event.id,
      tsMs: event.ts_ms,
      receivedMs: event.received_ms,
      host: event.host,
      user: event.user,
      srcIp: event.src_ip,
      dstIp: event.dst_ip,
    },
    runId: event.run_id,
    group: values(rule.groupBy),
    fields: fields === undefined ? undefined : values(fields),
  };
}
