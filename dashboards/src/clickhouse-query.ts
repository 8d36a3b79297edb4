import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';

/** The data source that provisioning/grafana/datasources creates; dashboards refer to it through `$datasource`. */
export const clickhouseDatasource = { type: 'grafana-clickhouse-datasource', uid: 'loglake-clickhouse' } as const;
/** What every panel and variable names: the dashboard's data source variable. */
export const datasourceRef = { type: clickhouseDatasource.type, uid: '${datasource}' } as const;

/** Release of the data source plugin that the queries are written for; docker-compose.yml installs it. */
export const datasourceVersion = '4.20.0';

/** Numbers of the plugin's query formats (grafana/clickhouse-datasource, `Format`). */
const formats = { timeseries: 0, table: 1 } as const;
export type QueryFormat = keyof typeof formats;

/** A ClickHouse query as the data source stores it in a panel (editor "SQL"). */
export interface ClickhouseQuery extends Dataquery {
  readonly refId: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly pluginVersion: string;
  readonly editorType: 'sql';
  readonly queryType: QueryFormat;
  readonly format: number;
  readonly rawSql: string;
}

/** One query of a panel. `sql` may use the data source's macros and the dashboard's variables; it is trimmed. */
export function clickhouseQuery(format: QueryFormat, sql: string, refId = 'A'): Builder<ClickhouseQuery> {
  const query = {
    refId,
    datasource: datasourceRef,
    pluginVersion: datasourceVersion,
    editorType: 'sql' as const,
    queryType: format,
    format: formats[format],
    rawSql: sql.trim(),
  };
  // The SDK marks query types with a method that JSON leaves out.
  return { build: () => ({ ...query, _implementsDataqueryVariant: () => undefined }) };
}
