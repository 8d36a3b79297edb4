import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
  VariableType,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { clickhouseDatasource, datasourceRef } from './clickhouse-query.ts';

/** `$datasource`: which ClickHouse. */
export function datasourceVariable(): Builder<VariableModel> {
  return new DatasourceVariableBuilder('datasource')
    .label('Data source')
    .type(clickhouseDatasource.type)
    .current({ text: 'Loglake ClickHouse', value: clickhouseDatasource.uid });
}

/** `$host`: hosts that sent events in the time range. Several, or all. */
export function hostVariable(): Builder<VariableModel> {
  const sql = `SELECT DISTINCT host FROM event WHERE $__timeFilter(received_at) AND host != '' ORDER BY host LIMIT 500`;
  return new QueryVariableBuilder('host')
    .label('Host')
    .description('Hosts with events in the time range, at most 500')
    .datasource(datasourceRef)
    .query(sql)
    .multi(true)
    .includeAll(true)
    .current({ text: 'All', value: '$__all' })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

/** `$severity`: of findings. Several, or all. */
export function severityVariable(): Builder<VariableModel> {
  return new CustomVariableBuilder('severity')
    .label('Severity')
    .values('critical,high,medium,low,informational')
    .multi(true)
    .includeAll(true)
    .current({ text: 'All', value: '$__all' });
}

/** `$scenarios`: 'true' when findings and events of scenario runs are counted too. Off by default. */
export function scenariosVariable(): Builder<VariableModel> {
  // The SDK has no builder for switches (Grafana 12.3 and later); the first option is "on".
  return {
    build: () => ({
      type: VariableType.Switch,
      name: 'scenarios',
      label: 'Include scenario runs',
      description: 'Count findings and events that the scenario player made',
      skipUrlSync: false,
      current: { text: 'false', value: 'false' },
      options: [
        { text: 'true', value: 'true', selected: false },
        { text: 'false', value: 'false', selected: true },
      ],
    }),
  };
}
