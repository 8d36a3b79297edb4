import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { clickhouseQuery, datasourceRef } from './clickhouse-query.ts';
import { eventFilter } from './filter.ts';

/** Events per second by parser, by arrival: a source that falls silent shows here. */
export function eventsByParser(id: number): Builder<Panel> {
  return new TimeSeriesPanel()
    .id(id)
    .title('Events by parser')
    .description(
      'Events per second by parser, by the time they arrived. A line that ends is a source that fell silent.'
    )
    .datasource(datasourceRef)
    .unit('suffix: events/s')
    .min(0)
    .interval('1m')
    .drawStyle(common.GraphDrawStyle.Line)
    .fillOpacity(10)
    .spanNulls(false)
    .showPoints(common.VisibilityMode.Auto)
    .displayName('${__field.labels.parser}')
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Right)
        .calcs(['mean', 'lastNotNull'])
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending)
    )
    .withTarget(
      clickhouseQuery(
        'timeseries',
        `
SELECT $__timeInterval(received_at) AS time, parser, count() / $__interval_s AS events
FROM event
WHERE $__timeFilter(received_at) AND ${eventFilter}
GROUP BY time, parser
ORDER BY time`
      )
    );
}

/** Lines no parser claims, with an example each. */
export function unmatchedLines(id: number): Builder<Panel> {
  return new TablePanel()
    .id(id)
    .title('Unmatched lines')
    .description(
      'Lines that no parser claims, by sender and program, by arrival. They are stored and searchable, but rules for their source cannot match.'
    )
    .datasource(datasourceRef)
    .showHeader(true)
    .noValue('every line is claimed')
    .overrideByName('sender', [{ id: 'displayName', value: 'Sender' }])
    .overrideByName('program', [{ id: 'displayName', value: 'Program' }])
    .overrideByName('lines', [
      { id: 'displayName', value: 'Lines' },
      { id: 'custom.width', value: 90 },
    ])
    .overrideByName('last_received', [
      { id: 'displayName', value: 'Last received' },
      { id: 'custom.width', value: 180 },
    ])
    .overrideByName('example', [
      { id: 'displayName', value: 'Example, cut at 200 bytes' },
      { id: 'custom.inspect', value: true },
    ])
    .withTarget(
      clickhouseQuery(
        'table',
        `
SELECT sender, program, count() AS lines, max(received_at) AS last_received,
  toValidUTF8(substring(any(raw), 1, 200)) AS example
FROM raw_log
WHERE $__timeFilter(received_at) AND parser = 'unmatched' AND (run_id = '' OR '\${scenarios}' = 'true')
GROUP BY sender, program
ORDER BY lines DESC, sender, program
LIMIT 50`
      )
    );
}
