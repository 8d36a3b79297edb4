import { contributions, newestRevisions } from './queries.ts';
import { type ModelEvent, type Tables, numberOf, rowsOf, textOf } from './tables.ts';

/** A rule's gap in fixture.ts, milliseconds. */
const gapMs = 300_000;

export interface Outcome {
  /** What differs from one evaluation over all events; empty when nothing does. */
  readonly wrong: readonly string[];
  readonly findings: number;
  readonly ranges: number;
  /** Terms of the writer's lease. */
  readonly terms: number;
  /** Claims that were taken over. */
  readonly takenOver: number;
}

interface Episode {
  readonly group: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
  readonly ids: string;
}

const byTime = (a: ModelEvent, b: ModelEvent): number => a.tsMs - b.tsMs || (a.id < b.id ? -1 : 1);
const lines = (episodes: readonly Episode[]): string[] => episodes.map((one) => JSON.stringify(one)).sort();

/** From the definition: all matches of a group in the order of their times, cut where neighbours are further apart than the gap. */
function offline(events: readonly ModelEvent[]): Episode[] {
  const groups = [...new Set(events.map(({ group }) => group))];
  return groups.flatMap((group) => {
    const runs: ModelEvent[][] = [];
    for (const event of events.filter((one) => one.group === group && one.matches).sort(byTime)) {
      const newest = runs.at(-1)?.at(-1);
      if (newest !== undefined && event.tsMs - newest.tsMs <= gapMs) runs.at(-1)?.push(event);
      else runs.push([event]);
    }
    return runs.map((run) => ({
      group,
      firstMs: run[0]?.tsMs ?? 0,
      lastMs: run.at(-1)?.tsMs ?? 0,
      count: run.length,
      ids: run.map(({ id }) => id).join(),
    }));
  });
}

function live(tables: Tables): Episode[] {
  return newestRevisions(tables)
    .filter((row) => textOf(row, 'superseded_by') === '')
    .map((row) => ({
      group: String((row['group_values'] as Record<string, unknown>)['src_ip']),
      firstMs: Date.parse(textOf(row, 'first_ts')),
      lastMs: Date.parse(textOf(row, 'last_ts')),
      count: numberOf(row, 'count'),
      ids: (row['event_ids'] as string[]).join(),
    }));
}

/** Compares live findings, contributions and the ledger with one evaluation over all events. */
export function outcomeOf(tables: Tables, events: readonly ModelEvent[], unexpected: readonly string[]): Outcome {
  const wrong = unexpected.map((message) => `unexpected: ${message}`);
  const same = (what: string, found: unknown, expected: unknown): void => {
    const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
    if (left !== right) wrong.push(`${what}: ${left} is not ${right}`);
  };
  same('live findings', lines(live(tables)), lines(offline(events)));
  const sum = (table: string, name: string): number => rowsOf(tables, table).reduce((total, row) => total + numberOf(row, name), 0); // prettier-ignore
  const matching = events.filter(({ matches }) => matches).length;
  same('matches contributed', contributions(tables).reduce((total, row) => total + numberOf(row, 'count'), 0), matching); // prettier-ignore
  same('rows done', sum('ledger_done', 'rows'), events.length);
  const whole = rowsOf(tables, 'rule_run').filter((row) => row['rule_id'] === '');
  same(
    'rows in rule_run',
    whole.reduce((total, row) => total + numberOf(row, 'rows_read'), 0),
    events.length
  );
  return {
    wrong,
    findings: live(tables).length,
    ranges: whole.length,
    terms: rowsOf(tables, 'lease_holder').length,
    takenOver: tables.takenOver,
  };
}
