import type { EventRow, Logsource } from '../rule.ts';

/** Columns of `event` that a rule may read. */
export type EventColumn = Exclude<
  keyof EventRow,
  'id' | 'ts' | 'received_at' | 'run_id' | 'fields' | 'source' | 'parser' | 'product' | 'category' | 'service'
>;

/** Where the value of a Sigma field stands: a column, or a key of `fields`. */
export type FieldSource =
  { readonly kind: 'column'; readonly column: EventColumn } | { readonly kind: 'key'; readonly key: string };

/** Texts are compared case-sensitively; parts that are absent match any rule. */
type LogsourceMatch = Partial<Logsource>;

/** What one group of log sources changes. */
export interface PipelineEntry {
  /** Holds when every part given here equals the rule's. */
  readonly when: LogsourceMatch;
  /** Sigma field name -> column; takes precedence over the pipeline's own names. */
  readonly fields?: Readonly<Record<string, EventColumn>>;
  /** The events that such a rule reads, instead of those with its own product, category and service; any of them. */
  readonly events?: readonly LogsourceMatch[];
}

/** Field names and log sources of one schema, as data: neither rules nor compilers know columns. */
export interface Pipeline {
  readonly name: string;
  /** Sigma field name (as written, case-sensitive) -> column, for every log source; any other name is a key of `fields`. */
  readonly fields: Readonly<Record<string, EventColumn>>;
  /** The first entry that names a field wins; so does the first with `events`. */
  readonly entries: readonly PipelineEntry[];
}

function holds(when: LogsourceMatch, logsource: Logsource): boolean {
  return (['product', 'category', 'service'] as const).every(
    (part) => when[part] === undefined || when[part] === logsource[part]
  );
}

/** Where a Sigma field of a rule with that log source stands. Any name is allowed. */
export function resolveField(pipeline: Pipeline, logsource: Logsource, field: string): FieldSource {
  const own = pipeline.entries.find(
    (entry) => entry.fields !== undefined && Object.hasOwn(entry.fields, field) && holds(entry.when, logsource)
  );
  const fields = own?.fields ?? pipeline.fields;
  const column = Object.hasOwn(fields, field) ? fields[field] : undefined;
  return column === undefined ? { kind: 'key', key: field } : { kind: 'column', column };
}

/** Which events a rule reads: any of these, each with the parts that must be equal. */
export function routesOf(pipeline: Pipeline, logsource: Logsource): readonly LogsourceMatch[] {
  const entry = pipeline.entries.find(({ when, events }) => events !== undefined && holds(when, logsource));
  if (entry?.events !== undefined) return entry.events;
  const parts = Object.entries(logsource).filter(([, value]) => value !== '');
  return [Object.fromEntries(parts)];
}
