import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import type { Panel, ThresholdsConfig } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { thresholds } from './appearance.ts';
import { clickhouseQuery, datasourceRef } from './clickhouse-query.ts';
import { findingFilter, isOpen } from './filter.ts';

interface Stat {
  readonly title: string;
  readonly description: string;
  /** Gives one row with one number, or NULL for "none". */
  readonly sql: string;
  readonly unit: string;
  readonly decimals: number;
  readonly thresholds: Builder<ThresholdsConfig>;
  readonly noValue: string;
}

const stats: readonly Stat[] = [
  {
    title: 'Open findings',
    description: 'Findings that are new, acknowledged or under investigation, whatever the time range.',
    sql: `SELECT count() AS findings FROM security_finding_current WHERE ${findingFilter} AND ${isOpen}`,
    unit: 'short',
    decimals: 0,
    thresholds: thresholds('green', [1, 'yellow'], [50, 'orange']),
    noValue: '0',
  },
  {
    title: 'Open, critical or high',
    description: 'Open findings of severity critical or high, whatever the time range.',
    sql: `
SELECT count() AS findings FROM security_finding_current
WHERE ${findingFilter} AND ${isOpen} AND severity IN ('critical', 'high')`,
    unit: 'short',
    decimals: 0,
    thresholds: thresholds('green', [1, 'red']),
    noValue: '0',
  },
  {
    title: 'New in 24 h',
    description: 'Findings first stored in the last 24 hours, whatever the time range and their state now.',
    sql: `
SELECT count() AS findings FROM security_finding_current
WHERE ${findingFilter} AND created_at >= now() - INTERVAL 24 HOUR`,
    unit: 'short',
    decimals: 0,
    thresholds: thresholds('blue'),
    noValue: '0',
  },
  {
    title: 'Ingest rate',
    description: 'Log lines stored per second, mean of the last five minutes, without our own heartbeat.',
    sql: `
SELECT count() / 300 AS rate FROM raw_log
WHERE received_at >= now() - INTERVAL 5 MINUTE AND parser != 'heartbeat'`,
    unit: 'suffix: lines/s',
    decimals: 1,
    thresholds: thresholds('blue'),
    noValue: '0',
  },
  {
    title: 'Heartbeat age',
    description:
      'Time since the newest heartbeat, which the service sends through its own ingest each minute. Older than two minutes: lines may not be arriving.',
    sql: `
SELECT if(count() = 0, NULL, dateDiff('second', max(received_at), now64(3))) AS age FROM raw_log
WHERE parser = 'heartbeat' AND received_at >= now() - INTERVAL 2 DAY`,
    unit: 's',
    decimals: 0,
    thresholds: thresholds('green', [120, 'orange'], [300, 'red']),
    noValue: 'never',
  },
  {
    title: 'Ledger lag',
    description: 'Age of the oldest event that arrived after the newest range detection has read; 0 when all was read.',
    sql: `
SELECT if(count() = 0, 0, dateDiff('millisecond', min(ingested_at), now64(6)) / 1000) AS lag FROM event
WHERE ingested_at > (SELECT max(taken_at) FROM ledger_done WHERE endsWith(stream, '|live'))`,
    unit: 's',
    decimals: 1,
    thresholds: thresholds('green', [30, 'orange'], [120, 'red']),
    noValue: '0',
  },
];

/** The six numbers at the top, ids from `firstId` on. */
export function statPanels(firstId: number): Builder<Panel>[] {
  return stats.map((stat, index) =>
    new StatPanel()
      .id(firstId + index)
      .title(stat.title)
      .description(stat.description)
      .datasource(datasourceRef)
      .span(4)
      .height(4)
      .unit(stat.unit)
      .decimals(stat.decimals)
      .noValue(stat.noValue)
      .thresholds(stat.thresholds)
      .colorMode(common.BigValueColorMode.Value)
      .graphMode(common.BigValueGraphMode.None)
      .reduceOptions(new common.ReduceDataOptionsBuilder().values(false).calcs(['lastNotNull']).fields(''))
      .withTarget(clickhouseQuery('table', stat.sql))
  );
}
