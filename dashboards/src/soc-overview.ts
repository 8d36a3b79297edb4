// Classic JSON (schema 42), not v2: file provisioning of Grafana 12.4 and 13 reads it (docs/decisions/2026-11-21-dashboards.md).
/* eslint-disable @typescript-eslint/no-deprecated */
import { DashboardBuilder, DashboardCursorSync, type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { topListPanels } from './activity-panels.ts';
import { appLink, findingsOverTime, findingsTable } from './finding-panels.ts';
import { eventsByParser, unmatchedLines } from './pipeline-panels.ts';
import { statPanels } from './stat-panels.ts';
import { datasourceVariable, hostVariable, scenariosVariable, severityVariable } from './variable.ts';
import { currentVariable } from './current-schema.ts';
import { placed } from './layout.ts';

/** SOC overview: what is open, what fires, who is behind it, and whether data still arrives. 24 columns wide. */
export function socOverview(): Dashboard {
  const builder = new DashboardBuilder('SOC overview')
    .uid('loglake-soc-overview')
    .description('Open findings, what raises them, and the health of the pipeline. Generated: edit dashboards/src.')
    .tags(['loglake', 'siem'])
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-24h', to: 'now' })
    .refresh('1m')
    .link(appLink());
  const variables = [datasourceVariable(), hostVariable(), severityVariable(), scenariosVariable()];
  const topLists = topListPanels(9);
  const rows = [
    { height: 4, panels: statPanels(1) },
    { height: 9, panels: [findingsOverTime(7)] },
    { height: 11, panels: [findingsTable(8)] },
    { height: 9, panels: topLists.slice(0, 3) },
    { height: 9, panels: topLists.slice(3) },
    { height: 9, panels: [eventsByParser(14), unmatchedLines(15)] },
  ];
  return { ...builder.build(), templating: { list: variables.map(currentVariable) }, panels: placed(rows) };
}
