import React from 'react';
import { Alert, Button, Stack, TextLink, type AlertVariant } from '@grafana/ui';
import { mayCall } from '../app/permission.ts';
import type { ProblemKind, ServiceProblem } from '../api/service-problem.ts';
import { configurationPath } from '../plugin-id.ts';
import { testIds } from '../test-ids.ts';

const shown: Record<ProblemKind, { title: string; severity: AlertVariant }> = {
  refused: { title: 'You may not do this', severity: 'warning' },
  conflict: { title: 'Somebody else was first', severity: 'warning' },
  unavailable: { title: 'The rules service does not answer', severity: 'error' },
  not_found: { title: 'This does not exist (any more)', severity: 'warning' },
  invalid: { title: 'The service did not accept this', severity: 'warning' },
  failed: { title: 'Something went wrong', severity: 'error' },
};

interface Props {
  problem: ServiceProblem;
  onRetry?: () => void;
  onDismiss?: () => void;
}

/** What the refused say: whom to ask. 401 is the service's answer to a wrong token, so it is not about the person. */
function explanation(problem: ServiceProblem): string {
  if (problem.status === 401) return 'The service does not accept the token of this app. An administrator can set it.';
  if (problem.kind === 'refused')
    return 'Your role does not allow it. Ask an administrator of your Grafana organisation.';
  return problem.message;
}

/** Says what failed, why, and what can be done about it. */
export function ProblemAlert({ problem, onRetry, onDismiss }: Props) {
  const { title, severity } = shown[problem.kind];
  const isAdmin = mayCall('effectiveConfig');
  const configurable = isAdmin && (problem.kind === 'unavailable' || problem.status === 401);
  return (
    <Alert severity={severity} title={title} onRemove={onDismiss} data-testid={testIds.problem}>
      <Stack direction="column" gap={1} alignItems="flex-start">
        <span>
          {explanation(problem)}
          {problem.code !== '' && ` (${problem.code})`}
        </span>
        {problem.issues.map((issue) => (
          <span key={`${issue.path} ${issue.message}`}>
            {issue.path}: {issue.message}
          </span>
        ))}
        <Stack gap={2} alignItems="center">
          {onRetry && (
            <Button size="sm" variant="secondary" icon="sync" onClick={onRetry}>
              Try again
            </Button>
          )}
          {configurable && <TextLink href={configurationPath}>Open the configuration</TextLink>}
        </Stack>
      </Stack>
    </Alert>
  );
}
