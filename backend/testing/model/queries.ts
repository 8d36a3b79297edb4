import { createHash } from 'node:crypto';
import { type ModelRow, type Tables, momentOf, numberOf, rowsOf, textOf } from './tables.ts';

type Params = Readonly<Record<string, unknown>>;
type Answer = (tables: Tables, params: Params, now: number) => ModelRow[];

const max = (rows: readonly ModelRow[], name: string): number =>
  rows.reduce((most, row) => Math.max(most, numberOf(row, name)), 0);
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const streamRows = (tables: Tables, table: string, params: Params): ModelRow[] =>
  rowsOf(tables, table).filter((row) => row['stream'] === params['stream']);
const ms = (row: ModelRow, name: string): number => Date.parse(textOf(row, name));

/** The newest revision of each finding. */
export function newestRevisions(tables: Tables): ModelRow[] {
  const newest = new Map<string, ModelRow>();
  for (const row of rowsOf(tables, 'security_finding')) {
    const known = newest.get(textOf(row, 'finding_id'));
    if (known === undefined || numberOf(row, 'revision') > numberOf(known, 'revision'))
      newest.set(textOf(row, 'finding_id'), row);
  }
  return [...newest.values()];
}

/** ReplacingMergeTree by its key: what was stored last stands. */
export function contributions(tables: Tables): ModelRow[] {
  const key = (row: ModelRow): string => ['rule_id', 'group_key', 'range_key', 'ordinal'].map((name) => String(row[name])).join('|'); // prettier-ignore
  return [...new Map(rowsOf(tables, 'finding_contribution').map((row) => [key(row), row])).values()];
}

function contributionRow(row: ModelRow): ModelRow {
  return {
    ...row,
    first_ms: ms(row, 'first_ts'),
    last_ms: ms(row, 'last_ts'),
    first_received_ms: ms(row, 'first_received_at'),
    last_received_ms: ms(row, 'last_received_at'),
  };
}

function liveRow(row: ModelRow): ModelRow {
  return {
    ...row,
    first_ms: ms(row, 'first_ts'),
    last_ms: ms(row, 'last_ts'),
    last_received_ms: ms(row, 'last_received_at'),
    created_ms: ms(row, 'created_at'),
    evidence_hash: createHash('sha256').update(texts(row['event_ids']).join(',')).digest('hex'),
  };
}

function newestLease(tables: Tables, now: number): ModelRow[] {
  const holders = rowsOf(tables, 'lease_holder');
  const epoch = max(holders, 'epoch');
  const holder = holders.find((row) => numberOf(row, 'epoch') === epoch);
  if (holder === undefined) return [];
  const beats = rowsOf(tables, 'lease_beat').filter((row) => numberOf(row, 'epoch') === epoch);
  const last = Math.max(numberOf(holder, 'step'), max(beats, 'step'));
  return [{ epoch, owner: holder['owner'], since_ms: 0, released: max(beats, 'released'), silent_ms: now - last }];
}

const isDone = (tables: Tables, params: Params): ((row: ModelRow) => boolean) => {
  const key = (row: ModelRow): string => `${textOf(row, 'partition')}|${numberOf(row, 'lo')}|${numberOf(row, 'gen')}`;
  const done = new Set(streamRows(tables, 'ledger_done', params).map(key));
  return (row) => done.has(key(row));
};

const tableUuid = '00000000-0000-4000-8000-000000000001';

/** The named queries that detection sends, by name. A query that is not here is an error, never an empty answer. */
export const answers: Readonly<Record<string, Answer>> = {
  'lease.newest': (tables, _params, now) => newestLease(tables, now),
  'lease.owner': (tables, params) =>
    rowsOf(tables, 'lease_holder').filter((row) => numberOf(row, 'epoch') === params['epoch']).slice(0, 1), // prettier-ignore
  'writer.running': (tables, params) => [
    { n: tables.running.filter(({ epoch }) => epoch < Number(params['below'])).length },
  ],
  'ledger.table': () => [{ uuid: tableUuid, engine: 'MergeTree', engine_full: '' }],
  'ledger.parts': (tables, _params, now) =>
    [...tables.parts]
      .sort((a, b) => a.lo - b.lo)
      .map(({ name, partition, lo, hi, rows }) => ({ name, partition_id: partition, lo, hi, rows: rows.length, taken_at: momentOf(now), uuid: tableUuid })), // prettier-ignore
  'ledger.heights': (tables) => [{ height: tables.parts.reduce((most, { hi }) => Math.max(most, hi), 0), parts: 1 }],
  'ledger.lowest_since': (tables, params) => {
    const since = Date.parse(String(params['at'])) - Date.UTC(2026, 0, 1);
    const late = tables.parts.flatMap(({ rows }) => rows).filter((row) => row.insertedAt > since);
    return [{ n: late.length, lowest: late.reduce((least, { block }) => Math.min(least, block), Number.MAX_SAFE_INTEGER) }]; // prettier-ignore
  },
  'ledger.done': (tables, params) =>
    streamRows(tables, 'ledger_done', params).map((row) => ({
      ...row,
      compacted: row['owner'] === 'compaction' ? 1 : 0,
    })),
  'ledger.open_claims': (tables, params) => {
    const done = isDone(tables, params);
    const open = streamRows(tables, 'ledger_claim', params).filter((row) => !done(row));
    return open.sort((a, b) => numberOf(a, 'gen') - numberOf(b, 'gen')).map((row) => ({ takes: 0, ...row }));
  },
  'ledger.resets': (tables, params) => streamRows(tables, 'ledger_reset', params),
  'ledger.newest_gen': (tables, params) => [
    { gen: Math.max(max(streamRows(tables, 'ledger_claim', params), 'gen'), max(streamRows(tables, 'ledger_done', params), 'gen')) }, // prettier-ignore
  ],
  'ledger.claim_owner': (tables, params) =>
    streamRows(tables, 'ledger_claim', params)
      .filter((row) => ['partition', 'lo', 'gen'].every((name) => row[name] === params[name]))
      .slice(0, 1),
  'ledger.done_end': (tables, params) => {
    const done = streamRows(tables, 'ledger_done', params);
    const taken = done.map((row) => textOf(row, 'taken_at')).sort().at(-1) ?? ''; // prettier-ignore
    return [{ n: done.length, taken, highest: max(done, 'hi') }];
  },
  'contribution.of_groups': (tables, params) =>
    contributions(tables)
      .filter((row) => texts(params['keys']).includes(textOf(row, 'group_key')))
      .map(contributionRow)
      .filter((row) => numberOf(row, 'last_ms') >= Number(params['fromMs']) && numberOf(row, 'first_ms') <= Number(params['toMs'])), // prettier-ignore
  'security_finding.live_of_groups': (tables, params) =>
    newestRevisions(tables)
      .filter((row) => texts(params['keys']).includes(textOf(row, 'group_key')) && textOf(row, 'superseded_by') === '')
      .map(liveRow),
  'security_finding.full': (tables, params) =>
    newestRevisions(tables).filter((row) => texts(params['ids']).includes(textOf(row, 'finding_id'))),
};
