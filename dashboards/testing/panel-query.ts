import { z } from 'zod';
import type { Store } from '../../backend/src/store/store.ts';
import { expandQuery, type QueryScope, type VariableValue } from './expand-query.ts';

/** What a panel's query gives back: any columns. */
export const anyRow = z.looseObject({});
export type Row = z.infer<typeof anyRow>;

const target = z.looseObject({ rawSql: z.string(), queryType: z.enum(['timeseries', 'table']) });
const panel = z.looseObject({ title: z.string(), targets: z.array(target).min(1) });
const variable = z.looseObject({ name: z.string(), type: z.string(), query: z.unknown().optional() });
const dashboard = z.looseObject({ panels: z.array(panel), templating: z.object({ list: z.array(variable) }) });

export interface PanelQuery {
  readonly title: string;
  readonly rawSql: string;
  readonly queryType: 'timeseries' | 'table';
}

/** Every query of a dashboard's panels. */
export function panelQueries(built: object): PanelQuery[] {
  const { panels } = dashboard.parse(JSON.parse(JSON.stringify(built)));
  return panels.flatMap(({ title, targets }) => targets.map(({ rawSql, queryType }) => ({ title, rawSql, queryType })));
}

/** Variables that get their options from a query. */
export function queryVariables(built: object): { name: string; query: string }[] {
  const { templating } = dashboard.parse(JSON.parse(JSON.stringify(built)));
  return templating.list.flatMap(({ name, type, query }) =>
    type === 'query' ? [{ name, query: z.string().parse(query) }] : []
  );
}

/** The last 24 hours with every variable as a new visitor has it, less what `variables` says. */
export function scopeAt(nowMs: number, variables: Record<string, VariableValue> = {}): QueryScope {
  return {
    fromMs: nowMs - 86_400_000,
    toMs: nowMs + 60_000,
    intervalMs: 60_000,
    variables: {
      datasource: 'loglake-clickhouse',
      host: { all: ['web1'] },
      severity: { all: ['critical', 'high', 'medium', 'low', 'informational'] },
      scenarios: 'false',
      ...variables,
    },
  };
}

/** Runs what the data source would send, under the time limit of Grafana's ClickHouse user. Throws what the store throws. */
export function runPanelQuery(store: Store, sql: string, scope: QueryScope): Promise<Row[]> {
  return store.compiled('dashboard.panel', { sql: expandQuery(sql, scope), params: {} }, anyRow, {
    timeoutMs: 30_000,
    rowsMax: 10_000,
  });
}

/** Every number in the rows, 64-bit ones (texts in JSON) too. */
export function numbersOf(rows: readonly Row[]): number[] {
  const values = rows.flatMap((row) => Object.values(row));
  return values
    .filter((value) => typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value)))
    .map(Number);
}
