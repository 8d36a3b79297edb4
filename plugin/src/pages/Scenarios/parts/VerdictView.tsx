import React from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2, useTheme2 } from '@grafana/ui';
import { Link } from 'react-router-dom';
import type { Verdict } from '@loglake/contract/scenario';
import { durationText, groupText } from '../../../parts/format.ts';
import { tableStyles } from '../../../parts/table-styles.ts';
import { testIds } from '../../../test-ids.ts';
import { findingsOfRunPath } from './addresses.ts';
import { verdictText } from './run-state.ts';

const styles = (theme: GrafanaTheme2) => ({
  glance: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1.5), marginBottom: theme.spacing(2) }),
  word: css({ ...theme.typography.h3, margin: 0 }),
  mark: css({ display: 'inline-flex', alignItems: 'center', gap: theme.spacing(0.5), whiteSpace: 'nowrap' }),
  part: css({ ...theme.typography.h6, margin: theme.spacing(2, 0, 0.5) }),
  says: css({ margin: theme.spacing(0, 0, 1) }),
  list: css({ margin: 0, paddingLeft: theme.spacing(2.5) }),
});

function Mark({ good, text }: { good: boolean; text: string }) {
  const { mark } = useStyles2(styles);
  const theme = useTheme2();
  return (
    <span className={mark} style={{ color: good ? theme.colors.success.text : theme.colors.error.text }}>
      <Icon name={good ? 'check-circle' : 'times-circle'} /> {text}
    </span>
  );
}

type Entry = Verdict['expected'][number];

/** When it fired against when it had to: `1.2 s of 30 s`. */
function TimeCell({ entry }: { entry: Entry }) {
  const bound = durationText(entry.withinMs);
  if (entry.latencyMs === null) return <Mark good={false} text={`Not within ${bound}`} />;
  return <Mark good={entry.onTime} text={entry.onTime ? `Yes, within ${bound}` : `No, later than ${bound}`} />;
}

function Group({ group }: { group: Entry['group'] | Verdict['unexpected'][number]['group'] }) {
  const text = groupText(group);
  return <>{text === '' ? 'any' : text}</>;
}

function ExpectedTable({ expected, runId }: { expected: Verdict['expected']; runId: string }) {
  const { scroll, table, number, breakable, link } = useStyles2(tableStyles);
  return (
    <div className={scroll}>
      <table className={table} aria-label="Expected findings">
        <thead>
          <tr>
            <th scope="col">Expected finding</th>
            <th scope="col">Group</th>
            <th scope="col">Fired</th>
            <th scope="col" className={number}>
              Took
            </th>
            <th scope="col">In time</th>
            <th scope="col">Finding</th>
          </tr>
        </thead>
        <tbody>
          {expected.map((entry, index) => (
            <tr key={index}>
              <td className={breakable} title={`Rule ${entry.rule}`}>
                {entry.title}
              </td>
              <td className={breakable}>
                <Group group={entry.group} />
              </td>
              <td>
                <Mark good={entry.fired} text={entry.fired ? 'Yes' : 'No'} />
              </td>
              <td className={number}>{entry.latencyMs === null ? '–' : durationText(entry.latencyMs)}</td>
              <td>
                <TimeCell entry={entry} />
              </td>
              <td>
                {entry.findingId === null ? (
                  '–'
                ) : (
                  <Link
                    className={link}
                    to={findingsOfRunPath(runId, entry.findingId)}
                    aria-label={`Open the finding ${entry.title}`}
                  >
                    Open
                  </Link>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function UnexpectedList({ unexpected, runId }: { unexpected: Verdict['unexpected']; runId: string }) {
  const { link, breakable, secondary } = useStyles2(tableStyles);
  const { part, says, list } = useStyles2(styles);
  if (unexpected.length === 0) return null;
  return (
    <>
      <h3 className={part}>Unexpected findings</h3>
      <p className={cx(secondary, says)}>
        Raised by this run though the playbook does not name them. They do not fail it.
      </p>
      <ul className={cx(breakable, list)} aria-label="Unexpected findings">
        {unexpected.map((finding) => (
          <li key={finding.findingId}>
            <Link className={link} to={findingsOfRunPath(runId, finding.findingId)}>
              {finding.title}
            </Link>{' '}
            <span className={secondary}>{groupText(finding.group)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Passed or failed at a glance, then each expected finding, then what nobody expected. */
export function VerdictView({ verdict, runId }: { verdict: Verdict; runId: string }) {
  const { glance, word } = useStyles2(styles);
  const theme = useTheme2();
  const { passed } = verdict;
  const colour = passed ? theme.colors.success.text : theme.colors.error.text;
  return (
    <div data-testid={testIds.scenarios.verdict}>
      <div className={glance} role="status">
        <span style={{ color: colour, display: 'inline-flex' }}>
          <Icon name={passed ? 'check-circle' : 'times-circle'} size="xxl" />
        </span>
        <div>
          <p className={word} style={{ color: colour }}>
            {passed ? 'Passed' : 'Failed'}
          </p>
          <span>{verdictText(verdict)}</span>
        </div>
      </div>
      <ExpectedTable expected={verdict.expected} runId={runId} />
      <UnexpectedList unexpected={verdict.unexpected} runId={runId} />
    </div>
  );
}
