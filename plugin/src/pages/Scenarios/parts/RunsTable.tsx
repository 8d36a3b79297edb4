import React from 'react';
import { useStyles2 } from '@grafana/ui';
import { Link } from 'react-router-dom';
import type { ScenarioRun } from '@loglake/contract/scenario';
import { isRunning } from '../../../api/scenarios.ts';
import { Ago } from '../../../parts/Ago.tsx';
import { countText, pluralText } from '../../../parts/format.ts';
import { tableStyles } from '../../../parts/table-styles.ts';
import { testIds } from '../../../test-ids.ts';
import { findingsOfRunPath, runPath } from './addresses.ts';
import { RemoveRun } from './RemoveRun.tsx';
import { RunBadge } from './RunBadge.tsx';
import { RunProgress } from './RunProgress.tsx';
import { verdictText } from './run-state.ts';
import { speedText } from './speed.ts';

interface Props {
  runs: readonly ScenarioRun[];
  busy: boolean;
  onRemove: (run: ScenarioRun) => void;
}

function Row({ run, busy, onRemove }: Omit<Props, 'runs'> & { run: ScenarioRun }) {
  const { link, breakable, secondary, nowrap } = useStyles2(tableStyles);
  return (
    <tr data-run={run.runId}>
      <td className={breakable}>
        <Link className={link} to={runPath(run.runId)}>
          {run.title}
        </Link>
        <div className={secondary}>
          {speedText(run.speed)}, seed {run.seed}
        </div>
      </td>
      <td>
        <RunBadge run={run} />
        {run.state === 'finished' && run.verdict !== null && (
          <div className={secondary}>{verdictText(run.verdict)}</div>
        )}
        {run.error !== '' && <div className={secondary}>{run.error}</div>}
      </td>
      <td className={nowrap}>
        {isRunning(run) ? <RunProgress run={run} /> : `${countText(run.sent)} of ${pluralText(run.total, 'line')}`}
      </td>
      <td className={nowrap}>
        {run.state === 'removed' ? (
          '–'
        ) : (
          <Link className={link} to={findingsOfRunPath(run.runId)} aria-label={`Findings of this run of ${run.title}`}>
            {pluralText(run.findings, 'finding')}
          </Link>
        )}
      </td>
      <td className={nowrap}>
        <Ago at={run.startedAt} />
        <div className={secondary}>{run.startedBy}</div>
      </td>
      <td className={nowrap}>
        <RemoveRun run={run} size="sm" busy={busy} onRemove={onRemove} />
      </td>
    </tr>
  );
}

/** Runs, newest first, those that play among them. */
export function RunsTable({ runs, busy, onRemove }: Props) {
  const { scroll, table } = useStyles2(tableStyles);
  return (
    <div className={scroll}>
      <table className={table} aria-label="Runs" data-testid={testIds.scenarios.runs}>
        <thead>
          <tr>
            <th scope="col">Scenario</th>
            <th scope="col">Verdict</th>
            <th scope="col">Sent</th>
            <th scope="col">Findings of this run</th>
            <th scope="col">Started</th>
            <th scope="col" aria-label="Actions" />
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <Row key={run.runId} run={run} busy={busy} onRemove={onRemove} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
