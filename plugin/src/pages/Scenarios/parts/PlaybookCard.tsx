import React, { useId } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, Badge, useStyles2 } from '@grafana/ui';
import type { Issue } from '@loglake/contract/problem';
import type { ScenarioSummary } from '@loglake/contract/scenario';
import { mayCall, refusedText } from '../../../app/permission.ts';
import { tagText } from '../../../parts/attack.ts';
import { durationText, pluralText } from '../../../parts/format.ts';
import { testIds } from '../../../test-ids.ts';
import { PlayForm } from './PlayForm.tsx';

const styles = (theme: GrafanaTheme2) => ({
  card: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1.5),
    background: theme.colors.background.primary,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    padding: theme.spacing(2),
    minWidth: 0,
  }),
  title: css({ ...theme.typography.h4, margin: 0, overflowWrap: 'anywhere' }),
  description: css({ margin: 0, whiteSpace: 'pre-line', overflowWrap: 'anywhere', color: theme.colors.text.secondary }),
  tags: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5), listStyle: 'none', margin: 0, padding: 0 }),
  facts: css({
    display: 'grid',
    gridTemplateColumns: 'max-content minmax(0, 1fr)',
    gap: theme.spacing(0.5, 2),
    margin: 0,
    dt: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
    dd: { margin: 0, overflowWrap: 'anywhere' },
    ul: { margin: 0, paddingLeft: theme.spacing(2) },
  }),
  foot: css({ marginTop: 'auto', paddingTop: theme.spacing(1) }),
  issues: css({ margin: 0, paddingLeft: theme.spacing(2), overflowWrap: 'anywhere' }),
});

function placeText({ path, line, column }: Issue): string {
  if (line === undefined) return path;
  return `${path}, line ${line}${column === undefined ? '' : `, column ${column}`}`;
}

function Issues({ issues }: { issues: readonly Issue[] }) {
  const { issues: list } = useStyles2(styles);
  return (
    <Alert severity="error" title="This playbook cannot be played until it is mended" bottomSpacing={0}>
      <ul className={list}>
        {issues.map((issue, index) => (
          <li key={index}>
            {placeText(issue)}: {issue.message} ({issue.code})
          </li>
        ))}
      </ul>
    </Alert>
  );
}

interface Props {
  scenario: ScenarioSummary;
  /** A rule's title by its id, as far as known. */
  ruleTitle: (ruleId: string) => string;
  busy: boolean;
  onPlay: (request: { speed: number; seed: number }) => void;
}

/** What a playbook does, what it must raise, and the form that plays it. */
export function PlaybookCard({ scenario, ruleTitle, busy, onPlay }: Props) {
  const { card, title, description, tags, facts, foot } = useStyles2(styles);
  const id = useId();
  const broken = scenario.issues.length > 0;
  const refusal = mayCall('startScenario') ? null : refusedText.triager;
  return (
    <article className={card} aria-labelledby={id} data-testid={testIds.scenarios.card}>
      <h3 className={title} id={id}>
        {scenario.title}
      </h3>
      {scenario.description !== '' && <p className={description}>{scenario.description}</p>}
      {scenario.tags.length > 0 && (
        <ul className={tags} aria-label="ATT&CK">
          {scenario.tags.map((tag) => (
            <li key={tag}>
              <Badge text={tagText(tag)} color="purple" />
            </li>
          ))}
        </ul>
      )}
      {broken ? (
        <Issues issues={scenario.issues} />
      ) : (
        <>
          <dl className={facts}>
            <dt>Sends</dt>
            <dd>
              {pluralText(scenario.events, 'log line')} over {durationText(scenario.durationMs)} at 1×
            </dd>
            <dt>Must raise</dt>
            <dd>
              <ul>
                {scenario.expectedRules.map((ruleId, index) => (
                  <li key={index}>{ruleTitle(ruleId)}</li>
                ))}
              </ul>
            </dd>
          </dl>
          <div className={foot}>
            <PlayForm scenario={scenario} busy={busy} refusal={refusal} onPlay={onPlay} />
          </div>
        </>
      )}
    </article>
  );
}
