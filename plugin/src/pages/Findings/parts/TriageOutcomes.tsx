import React from 'react';
import { Alert } from '@grafana/ui';
import { pluralText } from '../../../parts/format.ts';
import { ProblemAlert } from '../../../parts/ProblemAlert.tsx';
import { closeReasonNames, stateNames } from '../../../parts/StateBadge.tsx';
import { testIds } from '../../../test-ids.ts';
import type { OutcomeSummary } from '../triage-actions.ts';
import type { Triage } from '../useTriage.ts';

function standsText({ finding }: OutcomeSummary['conflicts'][number]): string {
  const state = stateNames[finding.state].toLowerCase();
  const reason = finding.closeReason === null ? '' : ` (${closeReasonNames[finding.closeReason].toLowerCase()})`;
  return `“${finding.title}” is now ${state}${reason}${finding.assignee === null ? '' : `, assigned to ${finding.assignee}`}.`;
}

/** What came of the last action: how many were done, which ones somebody else had changed, which were refused. */
export function TriageOutcomes({ triage }: { triage: Triage }) {
  const { outcome, problem, dismiss } = triage;
  if (problem !== null) return <ProblemAlert problem={problem} onDismiss={dismiss} />;
  if (outcome === null) return null;
  const { done, conflicts, refused } = outcome;
  return (
    <div data-testid={testIds.findings.outcomes} aria-live="polite">
      {done > 0 && <Alert severity="success" title={`${pluralText(done, 'finding')} changed`} onRemove={dismiss} />}
      {conflicts.length > 0 && (
        <Alert severity="warning" title="Somebody else was first: nothing was overwritten" onRemove={dismiss}>
          <ul>
            {conflicts.map((conflict) => (
              <li key={conflict.findingId}>{standsText(conflict)}</li>
            ))}
          </ul>
          The list shows what stands now. Look again, then decide.
        </Alert>
      )}
      {refused.length > 0 && (
        <Alert severity="warning" title={`${pluralText(refused.length, 'finding')} not changed`} onRemove={dismiss}>
          <ul>
            {refused.map(({ findingId, message }) => (
              <li key={findingId}>{message}</li>
            ))}
          </ul>
        </Alert>
      )}
    </div>
  );
}
