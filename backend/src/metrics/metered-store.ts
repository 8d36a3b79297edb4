import type { Store } from '../store/store.ts';

/** Told of every call to the store: its name (a constant of ours, never a value), how long it took, whether it came to its end. */
export type StoreMeter = (name: string, seconds: number, ended: boolean) => void;

/** The same store, each call of it measured. `clock` in milliseconds. */
export function meteredStore(store: Store, meter: StoreMeter, clock: () => number = () => performance.now()): Store {
  const measured = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    const began = clock();
    let ended = false;
    try {
      const result = await call();
      ended = true;
      return result;
    } finally {
      meter(name, (clock() - began) / 1000, ended);
    }
  };
  async function* flowing<T>(name: string, parts: AsyncIterable<T>): AsyncIterable<T> {
    const began = clock();
    let ended = true;
    try {
      yield* parts;
    } catch (error) {
      ended = false;
      throw error;
    } finally {
      // Whoever stops reading ends it too.
      meter(name, (clock() - began) / 1000, ended);
    }
  }
  return {
    ...store,
    rows: (query, params, options) => measured(query.name, () => store.rows(query, params, options)),
    compiled: (name, statement, row, limits) => measured(name, () => store.compiled(name, statement, row, limits)),
    stream: (query, params, options) => flowing(query.name, store.stream(query, params, options)),
    bytes: (name, statement, limits) => flowing(name, store.bytes(name, statement, limits)),
    insert: (table, rows, options) => measured(`${table}.insert`, () => store.insert(table, rows, options)),
    insertTsv: (table, columns, body, options) =>
      measured(`${table}.insert`, () => store.insertTsv(table, columns, body, options)),
    execute: (name, sql, params, options) => measured(plain(name), () => store.execute(name, sql, params, options)),
  };
}

/** The writer's store adds its epoch to a name (store/writer-store.ts): a label must not count up. */
const plain = (name: string): string => name.replace(/ writer epoch \d+$/, '').replace(/, statement \d+$/, '');
