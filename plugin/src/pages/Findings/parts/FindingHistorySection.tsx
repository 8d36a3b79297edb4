import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Badge, useStyles2 } from '@grafana/ui';
import type { Activity } from '@loglake/contract/finding';
import type { FindingHistory } from '../../../api/findings.ts';
import type { Loaded } from '../../../api/use-resource.ts';
import { Ago } from '../../../parts/Ago.tsx';
import { ResourceView } from '../../../parts/ResourceView.tsx';
import { Section } from '../../../parts/Section.tsx';
import { closeReasonNames } from '../../../parts/StateBadge.tsx';
import { testIds } from '../../../test-ids.ts';

const styles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: theme.spacing(1) }),
  entry: css({ borderLeft: `3px solid ${theme.colors.border.medium}`, paddingLeft: theme.spacing(1.5) }),
  when: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  comment: css({ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', marginTop: theme.spacing(0.5) }),
});

/** What a person did, in words. */
function deedText({ kind, closeReason, assignee }: Activity): string {
  switch (kind) {
    case 'acknowledge':
      return 'acknowledged it';
    case 'investigate':
      return 'began to investigate';
    case 'resolve':
      return closeReason === null ? 'resolved it' : `resolved it: ${closeReasonNames[closeReason].toLowerCase()}`;
    case 'false_positive':
      return 'closed it as a false positive';
    case 'reopen':
      return 'reopened it';
    case 'assign':
      return assignee === null ? 'took the assignment away' : `assigned it to ${assignee}`;
    case 'comment':
      return 'commented';
  }
}

function Chain({ intact }: { intact: boolean }) {
  return intact ? (
    <Badge
      color="green"
      icon="link"
      text="Chain intact"
      tooltip="Each entry holds the hash of the one before: none was altered."
    />
  ) : (
    <Badge
      color="red"
      icon="exclamation-triangle"
      text="Chain broken"
      tooltip="A stored entry no longer fits its hash: the history was altered."
    />
  );
}

function Entries({ history }: { history: FindingHistory }) {
  const { list, entry, when, comment } = useStyles2(styles);
  if (history.activities.length === 0) return <p>Nobody has touched it yet.</p>;
  return (
    <ol className={list} data-testid={testIds.findings.history}>
      {history.activities.map((activity) => (
        <li key={activity.version} className={entry}>
          <strong>{activity.actor}</strong> {deedText(activity)}{' '}
          <span className={when}>
            <Ago at={activity.at} />
          </span>
          {activity.comment !== '' && <div className={comment}>{activity.comment}</div>}
        </li>
      ))}
    </ol>
  );
}

/** Who did what and when, and whether the record is whole. */
export function FindingHistorySection({ history }: { history: Loaded<FindingHistory> }) {
  const intact = history.resource.state === 'ready' ? history.resource.data.chainIntact : null;
  return (
    <Section title="History" actions={intact !== null && <Chain intact={intact} />}>
      <ResourceView loaded={history} what="the history">
        {(data) => <Entries history={data} />}
      </ResourceView>
    </Section>
  );
}
