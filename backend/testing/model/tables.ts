/** What the model's engine holds. Times in milliseconds of its clock, which counts steps. */

export interface ModelEvent {
  readonly id: string;
  readonly group: string;
  readonly tsMs: number;
  readonly matches: boolean;
}
export interface ModelPart {
  readonly name: string;
  readonly partition: string;
  readonly lo: number;
  readonly hi: number;
  readonly rows: readonly (ModelEvent & { readonly block: number; readonly insertedAt: number })[];
}

/** Rows as the service's inserts write them. */
export type ModelRow = Readonly<Record<string, unknown>>;

export interface Tables {
  parts: ModelPart[];
  /** The next block number. */
  nextBlock: number;
  readonly rows: Map<string, ModelRow[]>;
  /** Deduplication tokens seen, by table. */
  readonly tokens: Map<string, Set<string>>;
  /** Statements of writers that run, by epoch. */
  readonly running: { readonly epoch: number }[];
  /** Claims made on ranges of owners that were gone. */
  takenOver: number;
}

export function emptyTables(): Tables {
  return { parts: [], nextBlock: 1, rows: new Map(), tokens: new Map(), running: [], takenOver: 0 };
}

export function rowsOf(tables: Tables, table: string): ModelRow[] {
  const rows = tables.rows.get(table) ?? [];
  tables.rows.set(table, rows);
  return rows;
}

export const numberOf = (row: ModelRow, name: string): number => Number(row[name] ?? 0);
export const textOf = (row: ModelRow, name: string): string => {
  const value = row[name];
  return typeof value === 'string' ? value : '';
};

/** A time as the store writes it: RFC 3339, in order as text. */
export const momentOf = (step: number): string => new Date(Date.UTC(2026, 0, 1) + step).toISOString();

/** Where the engine commits a part: the number is given now, or was given when the insert began (Replicated). */
export function commitPart(
  tables: Tables,
  block: number,
  partition: string,
  events: readonly ModelEvent[],
  begunAt: number
): void {
  const rows = events.map((event) => ({ ...event, block, insertedAt: begunAt }));
  tables.parts.push({ name: `${partition}_${block}_${block}_0`, partition, lo: block, hi: block, rows });
}

/** Merges two neighbours of a partition, if there are any; only what lies side by side with no number missing between. */
export function mergeParts(tables: Tables, random: () => number): void {
  const sorted = [...tables.parts].sort((a, b) => (a.partition < b.partition ? -1 : a.partition > b.partition ? 1 : a.lo - b.lo)); // prettier-ignore
  const pairs = sorted.flatMap((part, at) => {
    const next = sorted[at + 1];
    return next !== undefined && next.partition === part.partition && next.lo === part.hi + 1 ? [{ part, next }] : [];
  });
  const pair = pairs[Math.floor(random() * pairs.length)];
  if (pair === undefined) return;
  const { part, next } = pair;
  const merged = { ...part, name: `${part.partition}_${part.lo}_${next.hi}_1`, hi: next.hi, rows: [...part.rows, ...next.rows] }; // prettier-ignore
  tables.parts = [...tables.parts.filter((one) => one !== part && one !== next), merged];
}
