import React from 'react';
import { Badge, type BadgeColor } from '@grafana/ui';
import type { CloseReason, FindingState } from '@loglake/contract/finding';

export const stateNames: Record<FindingState, string> = {
  new: 'New',
  acknowledged: 'Acknowledged',
  investigating: 'Investigating',
  resolved: 'Resolved',
  false_positive: 'False positive',
};
export const closeReasonNames: Record<CloseReason, string> = {
  true_positive: 'True positive',
  benign: 'Benign',
  duplicate: 'Duplicate',
};
const colours: Record<FindingState, BadgeColor> = {
  new: 'orange',
  acknowledged: 'blue',
  investigating: 'purple',
  resolved: 'green',
  false_positive: 'darkgrey',
};

/** Where triage stands, with the reason for which it was closed. */
export function StateBadge({ state, closeReason }: { state: FindingState; closeReason: CloseReason | null }) {
  const text = closeReason === null ? stateNames[state] : `${stateNames[state]}: ${closeReasonNames[closeReason]}`;
  return <Badge text={text} color={colours[state]} />;
}
