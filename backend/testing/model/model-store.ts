import { ClickHouseError } from '@clickhouse/client';
import type { z } from 'zod';
import { ServiceError } from '../../src/error.ts';
import type { Store } from '../../src/store/store.ts';
import { answers } from './queries.ts';
import { type ModelEvent, type ModelRow, type Tables, momentOf, numberOf, rowsOf, textOf } from './tables.ts';
import { LostAnswer, type Process, type World } from './world.ts';

/** What the model leaves out, for controls. */
export interface Faults {
  /** Doors and deletes ask for no epoch. */
  readonly noDoors?: boolean;
  /** A new writer does not wait for statements of the one before. */
  readonly noSettling?: boolean;
}

export interface ModelStore {
  readonly store: Store;
  /** The rows of the last range that was read: they do not pass through format Native. */
  lastRead(): readonly ModelEvent[];
}

/** Tables whose inserts carry a token that counts. */
const tokenTables = new Set(['ledger_claim', 'security_finding', 'lease_holder']);
const epochMark = / writer epoch (\d+)$/;

const newestEpoch = (tables: Tables): number =>
  rowsOf(tables, 'lease_holder').reduce((most, row) => Math.max(most, numberOf(row, 'epoch')), 0);

const guardError = (): ServiceError =>
  new ServiceError('store.query_failed', 'refused', {
    cause: new ClickHouseError({ code: '395', type: 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO', message: 'refused' }),
  });

/**
 * The engine as one process of a world sees it: the tables and named queries of detection, single-event rules only.
 * Modelled: inserts as one block with deduplication tokens, the doors (looked at when a statement begins, committed later),
 * deletes at their commit, statements that outlive their process, answers that get lost.
 */
export function createModelStore(world: World, tables: Tables, process: Process, faults: Faults): ModelStore {
  let read: readonly ModelEvent[] = [];
  const { insert, remove } = statements(world, tables, process, faults);
  const lost = (error: unknown): never => {
    if (error instanceof LostAnswer) throw new ServiceError('store.unavailable', error.message, { cause: error });
    throw error;
  };
  const ask = <T>(commit: () => T): Promise<T> => world.call(process, { write: false, begin: () => undefined, commit });
  const rows = async (name: string, row: z.ZodType, params: Readonly<Record<string, unknown>>): Promise<unknown[]> => {
    const answer = answers[name];
    if (answer === undefined) throw new Error(`the model has no query ${name}`);
    if (name === 'writer.running' && faults.noSettling === true) return [{ n: 0 }];
    return (await ask(() => answer(tables, params, world.now()))).map((one) => row.parse(one));
  };
  const store: Pick<Store, 'rows' | 'compiled' | 'insert' | 'execute' | 'bytes' | 'database'> = {
    database: 'model',
    rows: async (query, params) => (await rows(query.name, query.row, params)) as z.output<typeof query.row>[],
    compiled: async (name, { params }, row) => (await rows(name, row, params)) as z.output<typeof row>[],
    insert: (table, of, options = {}) => (of.length === 0 ? Promise.resolve() : insert(table, of, options.dedupToken).catch(lost)), // prettier-ignore
    execute: (name, _sql, params = {}) => remove(name, params).catch(lost),
    async *bytes(name, { params }) {
      const found = await ask(() => (name === 'event.range' ? rowsOfRange(tables, params) : []));
      if (name === 'event.range') read = found;
      // Nothing comes in format Native: the evaluator of the model takes what was read from here.
      yield* [];
    },
  };

  // The rest of the interface is nothing that detection calls.
  return { store: store as Store, lastRead: () => read };
}

interface Statements {
  insert(door: string, of: readonly object[], token: string | undefined): Promise<void>;
  remove(name: string, params: Readonly<Record<string, unknown>>): Promise<void>;
}

function statements(world: World, tables: Tables, process: Process, faults: Faults): Statements {
  function insert(door: string, of: readonly object[], token: string | undefined): Promise<void> {
    const table = door.replace(/_door$/, '');
    const epoch = door === table ? 0 : numberOf(of[0] as ModelRow, 'epoch');
    const running = { epoch };
    return world.call(process, {
      write: true,
      begin: () => {
        if (epoch > 0 && faults.noDoors !== true && epoch !== newestEpoch(tables)) throw guardError();
        if (epoch > 0) tables.running.push(running);
      },
      commit: () => {
        end(tables, running);
        if (token !== undefined && tokenTables.has(table) && !isNew(tables, table, token)) return;
        const at = momentOf(world.now());
        for (const row of of) rowsOf(tables, table).push({ at, step: world.now(), ...row });
        if (table === 'ledger_claim') tables.takenOver += of.filter((row) => numberOf({ ...row }, 'takes') > 0).length;
      },
    });
  }

  function remove(name: string, params: Readonly<Record<string, unknown>>): Promise<void> {
    const epoch = Number(epochMark.exec(name)?.[1] ?? 0);
    const running = { epoch };
    return world.call(process, {
      write: true,
      begin: () => {
        if (epoch > 0) tables.running.push(running);
      },
      commit: () => {
        end(tables, running);
        if (epoch > 0 && faults.noDoors !== true && epoch !== newestEpoch(tables)) return;
        removeRows(tables, name.replace(epochMark, ''), params);
      },
    });
  }

  return { insert, remove };
}

function end(tables: Tables, running: { readonly epoch: number }): void {
  const at = tables.running.indexOf(running);
  if (at >= 0) tables.running.splice(at, 1);
}

function isNew(tables: Tables, table: string, token: string): boolean {
  const seen = tables.tokens.get(table) ?? new Set();
  tables.tokens.set(table, seen);
  if (seen.has(token)) return false;
  seen.add(token);
  return true;
}

function rowsOfRange(tables: Tables, params: Readonly<Record<string, unknown>>): ModelEvent[] {
  const { partition, lo, hi } = params;
  return tables.parts
    .filter((part) => part.partition === partition)
    .flatMap(({ rows }) => rows.filter(({ block }) => block >= Number(lo) && block <= Number(hi)));
}

function removeRows(tables: Tables, name: string, params: Readonly<Record<string, unknown>>): void {
  const keep = (table: string, stays: (row: ModelRow) => boolean): void => {
    tables.rows.set(table, rowsOf(tables, table).filter(stays));
  };
  const older = (row: ModelRow): boolean =>
    row['stream'] === params['stream'] && row['partition'] === params['partition'] && numberOf(row, 'gen') <= Number(params['gen']); // prettier-ignore
  switch (name) {
    case 'finding_contribution.delete_range':
      keep('finding_contribution', (row) => row['range_key'] !== params['key']);
      return;
    case 'finding_contribution.delete_stream':
      keep('finding_contribution', (row) => !textOf(row, 'range_key').startsWith(String(params['prefix'])));
      return;
    case 'rule_run.delete_range':
      keep('rule_run', (row) => ['stream', 'partition', 'lo', 'gen'].some((column) => row[column] !== params[column])); // prettier-ignore
      return;
    case 'ledger.compact_claims': {
      const done = rowsOf(tables, 'ledger_done').filter(older);
      keep('ledger_claim', (row) => !older(row) || !done.some((one) => one['lo'] === row['lo'] && one['gen'] === row['gen'])); // prettier-ignore
      return;
    }
    case 'ledger.compact_done':
      keep('ledger_done', (row) => !older(row) || (row['owner'] === params['compactor'] && row['gen'] === params['gen'])); // prettier-ignore
      return;
    default:
      throw new Error(`the model has no statement ${name}`);
  }
}
