import React, { type ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { Link } from 'react-router-dom';
import type { ScenarioRun } from '@loglake/contract/scenario';
import { At } from '../../../parts/Ago.tsx';
import { durationText, pluralText } from '../../../parts/format.ts';
import { tableStyles } from '../../../parts/table-styles.ts';
import { findingsOfRunPath } from './addresses.ts';
import { speedText } from './speed.ts';

const styles = (theme: GrafanaTheme2) => ({
  facts: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1, 4), margin: 0 }),
  name: css({
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    fontWeight: theme.typography.fontWeightRegular,
  }),
  value: css({ margin: 0, overflowWrap: 'anywhere' }),
});

function Fact({ name, children }: { name: string; children: ReactNode }) {
  const { name: nameStyle, value } = useStyles2(styles);
  return (
    <div>
      <dt className={nameStyle}>{name}</dt>
      <dd className={value}>{children}</dd>
    </div>
  );
}

/** What is known of a run besides its state. */
export function RunFacts({ run }: { run: ScenarioRun }) {
  const { facts } = useStyles2(styles);
  const { link } = useStyles2(tableStyles);
  const { runId, finishedAt, startedAt, findings, state } = run;
  const found = pluralText(findings, 'finding');
  return (
    <dl className={facts}>
      <Fact name={finishedAt === null ? 'Found so far' : 'Found'}>
        {state === 'removed' ? (
          'removed'
        ) : (
          <Link className={link} to={findingsOfRunPath(runId)} aria-label={`${found} of this run`}>
            {found}
          </Link>
        )}
      </Fact>
      <Fact name="Speed">{speedText(run.speed)}</Fact>
      <Fact name="Seed">{run.seed}</Fact>
      <Fact name="Started">
        <At at={startedAt} />
      </Fact>
      {finishedAt !== null && (
        <Fact name="Took">{durationText(Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)))}</Fact>
      )}
      <Fact name="Started by">{run.startedBy}</Fact>
      <Fact name="Run">{runId}</Fact>
    </dl>
  );
}
