import React, { useState } from 'react';
import { Button, ConfirmModal, type ComponentSize } from '@grafana/ui';
import type { ScenarioRun } from '@loglake/contract/scenario';
import { mayCall, refusedText } from '../../../app/permission.ts';
import { pluralText } from '../../../parts/format.ts';
import { controlsOf } from './run-state.ts';

interface Props {
  run: ScenarioRun;
  busy: boolean;
  size?: ComponentSize;
  onRemove: (run: ScenarioRun) => void;
}

/** Asks, then removes a run with its log lines, events and findings. */
export function RemoveRun({ run, busy, size = 'md', onRemove }: Props) {
  const [asking, setAsking] = useState(false);
  if (run.state === 'removed') return null;
  const refusal = !mayCall('removeScenarioRun')
    ? refusedText.admin
    : controlsOf(run.state).remove
      ? undefined
      : 'Stop the run first';
  return (
    <>
      <Button
        size={size}
        variant="secondary"
        icon="trash-alt"
        disabled={busy || refusal !== undefined}
        tooltip={refusal}
        aria-label={`Remove the run of ${run.title}`}
        onClick={() => setAsking(true)}
      >
        Remove
      </Button>
      <ConfirmModal
        isOpen={asking}
        title="Remove this run"
        body={`Its log lines, events and ${pluralText(run.findings, 'finding')} are deleted for good, with their triage. Nothing else is touched; the audit log keeps the removal.`}
        confirmText="Remove"
        onConfirm={() => {
          setAsking(false);
          onRemove(run);
        }}
        onDismiss={() => setAsking(false)}
      />
    </>
  );
}
