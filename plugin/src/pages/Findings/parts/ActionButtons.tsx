import React, { useState } from 'react';
import { Button, Stack, type ButtonVariant } from '@grafana/ui';
import type { IconName } from '@grafana/data';
import type { Finding, TriageAction } from '@loglake/contract/finding';
import { mayCall, refusedText } from '../../../app/permission.ts';
import { isOffered, type ActionKind } from '../triage-actions.ts';
import { ActionModal } from './ActionModal.tsx';

interface ActionLook {
  kind: ActionKind;
  label: string;
  icon: IconName;
  variant: ButtonVariant;
}

const looks: readonly ActionLook[] = [
  { kind: 'acknowledge', label: 'Acknowledge', icon: 'check', variant: 'primary' },
  { kind: 'investigate', label: 'Investigate', icon: 'search', variant: 'secondary' },
  { kind: 'resolve', label: 'Resolve …', icon: 'check-circle', variant: 'secondary' },
  { kind: 'false_positive', label: 'False positive …', icon: 'times-circle', variant: 'secondary' },
  { kind: 'reopen', label: 'Reopen', icon: 'history', variant: 'secondary' },
  { kind: 'assign', label: 'Assign …', icon: 'user', variant: 'secondary' },
  { kind: 'comment', label: 'Comment …', icon: 'comment-alt', variant: 'secondary' },
];

interface Props {
  findings: readonly Finding[];
  busy: boolean;
  onAct: (action: TriageAction) => void;
}

/** The action that needs no further word; null for one that asks. */
function plainAction(kind: ActionKind): TriageAction | null {
  return kind === 'acknowledge' || kind === 'investigate' || kind === 'reopen' ? { kind } : null;
}

/** What can be done with these findings. Viewers see it, disabled, with the reason. */
export function ActionButtons({ findings, busy, onAct }: Props) {
  const [asking, setAsking] = useState<ActionKind | null>(null);
  const allowed = mayCall('triageFindings');
  const press = (kind: ActionKind): void => {
    const action = plainAction(kind);
    if (action === null) setAsking(kind);
    else onAct(action);
  };
  return (
    <Stack gap={1} wrap="wrap">
      {looks
        .filter(({ kind }) => isOffered(kind, findings))
        .map(({ kind, label, icon, variant }) => (
          <Button
            key={kind}
            size="sm"
            variant={variant}
            icon={icon}
            disabled={!allowed || busy}
            tooltip={allowed ? undefined : refusedText.triager}
            onClick={() => press(kind)}
          >
            {label}
          </Button>
        ))}
      {asking !== null && (
        <ActionModal
          kind={asking}
          findings={findings}
          onCancel={() => setAsking(null)}
          onAct={(action) => {
            setAsking(null);
            onAct(action);
          }}
        />
      )}
    </Stack>
  );
}
