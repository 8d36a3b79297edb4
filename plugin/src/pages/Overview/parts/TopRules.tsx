import React from 'react';
import { useStyles2 } from '@grafana/ui';
import { Link } from 'react-router-dom';
import type { FindingSummary } from '../../../api/findings.ts';
import { countText } from '../../../parts/format.ts';
import { Section } from '../../../parts/Section.tsx';
import { SeverityBadge } from '../../../parts/SeverityBadge.tsx';
import { tableStyles } from '../../../parts/table-styles.ts';
import { appRoot } from '../../../plugin-id.ts';

/** The rules that found most. */
export function TopRules({ summary, showRuns }: { summary: FindingSummary; showRuns: boolean }) {
  const { table, number, link, breakable, scroll } = useStyles2(tableStyles);
  const runs = showRuns ? '&runs=include' : '';
  return (
    <Section title="Top rules">
      <div className={scroll}>
        <table className={table}>
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col">Severity</th>
              <th scope="col" className={number}>
                Findings
              </th>
            </tr>
          </thead>
          <tbody>
            {summary.topRules.slice(0, 6).map((rule) => (
              <tr key={rule.ruleId}>
                <td className={breakable}>
                  <Link
                    className={link}
                    to={`${appRoot}/findings?state=all&ruleId=${encodeURIComponent(rule.ruleId)}${runs}`}
                  >
                    {rule.title}
                  </Link>
                </td>
                <td>
                  <SeverityBadge severity={rule.severity} />
                </td>
                <td className={number}>{countText(rule.count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
