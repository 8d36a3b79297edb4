import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  StackingMode,
  TooltipDisplayMode,
  SortOrder,
} from '@grafana/grafana-foundation-sdk/common';
import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  MappingType,
  type DynamicConfigValue,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { fixedColor, severityColors } from './appearance.ts';
import { clickhouseQuery, datasourceRef } from './clickhouse-query.ts';
import { findingFilter } from './filter.ts';

const appId = 'loglake-siem-app';
/** The plugin's page of one finding; Grafana fills in the row's id. */
export const findingUrl = `/a/${appId}/findings/\${__data.fields.finding_id}`;

/** Stacked bars, one colour per severity. */
export function findingsOverTime(id: number): Builder<Panel> {
  const panel = new TimeSeriesPanel()
    .id(id)
    .title('Findings over time')
    .description('Findings by the event time of their first match and by severity.')
    .datasource(datasourceRef)
    .unit('short')
    .decimals(0)
    .min(0)
    .interval('1m')
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(80)
    .lineWidth(0)
    .stacking(new common.StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    .displayName('${__field.labels.severity}')
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs(['sum'])
    )
    .tooltip(new common.VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .withTarget(
      clickhouseQuery(
        'timeseries',
        `
SELECT $__timeInterval(first_ts) AS time, severity, count() AS findings
FROM security_finding_current
WHERE $__timeFilter(first_ts) AND ${findingFilter}
GROUP BY time, severity
ORDER BY time`
      )
    );
  for (const [severity, color] of Object.entries(severityColors)) panel.overrideByName(severity, fixedColor(color));
  return panel;
}

const named = (displayName: string, width?: number): DynamicConfigValue[] => [
  { id: 'displayName', value: displayName },
  ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
];

const severityMappings = [
  {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      Object.entries(severityColors).map(([severity, color], index) => [severity, { color, index, text: severity }])
    ),
  },
];

/** The newest findings; title and id open the finding in the plugin. */
export function findingsTable(id: number): Builder<Panel> {
  const open: DynamicConfigValue = { id: 'links', value: [{ title: 'Open the finding', url: findingUrl }] };
  return new TablePanel()
    .id(id)
    .title('Findings')
    .description('The 200 findings with the newest match, by event time. The title opens the finding in the app.')
    .datasource(datasourceRef)
    .filterable(true)
    .showHeader(true)
    .overrideByName('last_ts', named('Last match', 180))
    .overrideByName('severity', [
      ...named('Severity', 110),
      { id: 'mappings', value: severityMappings },
      { id: 'custom.cellOptions', value: { type: 'color-text' } },
    ])
    .overrideByName('title', [...named('Finding', 320), open])
    .overrideByName('state', named('State', 120))
    .overrideByName('assignee', named('Assignee', 120))
    .overrideByName('risk', [...named('Risk', 70), { id: 'min', value: 0 }, { id: 'max', value: 100 }])
    .overrideByName('matches', named('Matches', 90))
    .overrideByName('hosts', named('Hosts'))
    .overrideByName('users', named('Users'))
    .overrideByName('sources', named('Source addresses'))
    .overrideByName('finding_id', [...named('Id', 120), open])
    .withTarget(
      clickhouseQuery(
        'table',
        `
SELECT last_ts, severity, title, state, assignee, risk, count AS matches,
  arrayStringConcat(hosts, ', ') AS hosts, arrayStringConcat(users, ', ') AS users,
  arrayStringConcat(src_ips, ', ') AS sources, finding_id
FROM (SELECT * FROM security_finding_current WHERE $__timeFilter(last_ts) AND ${findingFilter})
ORDER BY last_ts DESC, finding_id
LIMIT 200`
      )
    );
}

/** A link from the dashboard to the app. */
export function appLink() {
  return new DashboardLinkBuilder('Loglake SIEM')
    .type(DashboardLinkType.Link)
    .icon('external link')
    .tooltip('Triage, scenarios and configuration')
    .url(`/a/${appId}/findings`)
    .keepTime(false)
    .includeVars(false)
    .targetBlank(false);
}
