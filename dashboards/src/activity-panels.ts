import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as BarGaugePanel } from '@grafana/grafana-foundation-sdk/bargauge';
import { thresholds } from './appearance.ts';
import { clickhouseQuery, datasourceRef } from './clickhouse-query.ts';
import { eventFilter, findingFilter } from './filter.ts';

interface TopList {
  readonly title: string;
  readonly description: string;
  /** Gives a name and a number per row, most first. */
  readonly sql: string;
  readonly color: string;
}

/** Lines that each mean one failed attempt to log in (docs/reference/parsers.md); other failures go along with these. */
export const failedLoginActions = ['ssh_login_failed', 'login_failed', 'su_failed'] as const;

const topLists: readonly TopList[] = [
  {
    title: 'Top rules',
    description: 'Rules by findings with a match in the time range.',
    sql: `
SELECT title, count() AS findings FROM security_finding_current
WHERE $__timeFilter(last_ts) AND ${findingFilter}
GROUP BY title ORDER BY findings DESC, title LIMIT 10`,
    color: 'orange',
  },
  {
    title: 'Top source addresses',
    description: 'Source addresses by failed, refused or blocked events, by event time.',
    sql: `
SELECT src_ip, count() AS events FROM event
WHERE $__timeFilter(ts) AND ${eventFilter} AND outcome = 'failure' AND src_ip != ''
GROUP BY src_ip ORDER BY events DESC, src_ip LIMIT 10`,
    color: 'red',
  },
  {
    title: 'Top users',
    description: 'Accounts by failed authentication events, by event time.',
    sql: `
SELECT user, count() AS events FROM event
WHERE $__timeFilter(ts) AND ${eventFilter} AND category = 'authentication' AND outcome = 'failure' AND user != ''
GROUP BY user ORDER BY events DESC, user LIMIT 10`,
    color: 'purple',
  },
  {
    title: 'Blocked connections by port',
    description: 'Connections that a firewall denied or rejected, by protocol and destination port, by event time.',
    sql: `
SELECT concat(ifNull(protocol, '?'), '/', dst_port) AS port, count() AS connections FROM event
WHERE $__timeFilter(ts) AND ${eventFilter} AND category = 'firewall' AND action IN ('deny', 'reject') AND dst_port != ''
GROUP BY port ORDER BY connections DESC, port LIMIT 10`,
    color: 'yellow',
  },
  {
    title: 'Failed logins by host',
    description: 'Failed SSH, terminal and su logins by the host that refused them, by event time.',
    sql: `
SELECT host, count() AS logins FROM event
WHERE $__timeFilter(ts) AND ${eventFilter}
  AND action IN (${failedLoginActions.map((action) => `'${action}'`).join(', ')}) AND host != ''
GROUP BY host ORDER BY logins DESC, host LIMIT 10`,
    color: 'red',
  },
];

function topListPanel(id: number, list: TopList): Builder<Panel> {
  return new BarGaugePanel()
    .id(id)
    .title(list.title)
    .description(list.description)
    .datasource(datasourceRef)
    .unit('short')
    .decimals(0)
    .min(0)
    .noValue('none')
    .thresholds(thresholds(list.color))
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(false)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .calcs([])
    )
    .reduceOptions(new common.ReduceDataOptionsBuilder().values(true).limit(10).calcs([]).fields(''))
    .withTarget(clickhouseQuery('table', list.sql));
}

/** Bars of the ten most frequent: rules, source addresses, users; then ports and hosts. Ids from `firstId` on. */
export function topListPanels(firstId: number): Builder<Panel>[] {
  return topLists.map((list, index) => topListPanel(firstId + index, list));
}
