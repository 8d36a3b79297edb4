import React from 'react';
import { Alert } from '@grafana/ui';
import type { RunRemoval } from '../../../api/scenarios.ts';
import { pluralText } from '../../../parts/format.ts';
import { testIds } from '../../../test-ids.ts';

/** What the clean-up of a run removed. */
export function Removal({ removal, onDismiss }: { removal: RunRemoval; onDismiss: () => void }) {
  const { rawRows, events, findings } = removal;
  const text = `Removed ${pluralText(rawRows, 'raw row')}, ${pluralText(events, 'event')} and ${pluralText(findings, 'finding')}.`;
  return (
    <Alert severity="success" title={text} onRemove={onDismiss} role="status" data-testid={testIds.scenarios.removal} />
  );
}
