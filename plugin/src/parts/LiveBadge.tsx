import React from 'react';
import { Badge, type BadgeColor } from '@grafana/ui';
import type { IconName } from '@grafana/data';
import type { LiveState } from '../api/live.ts';
import { useLiveState } from '../api/use-live.tsx';
import { testIds } from '../test-ids.ts';

const looks: Record<LiveState, { text: string; color: BadgeColor; icon: IconName; says: string }> = {
  live: { text: 'Live', color: 'green', icon: 'bolt', says: 'New findings appear as they are stored.' },
  polling: { text: 'Every 5 s', color: 'orange', icon: 'sync', says: 'No live connection: looking every 5 seconds.' },
  connecting: { text: 'Connecting', color: 'darkgrey', icon: 'sync', says: 'Connecting to the live hints.' },
};

/** How new findings reach this page. */
export function LiveBadge() {
  const { text, color, icon, says } = looks[useLiveState()];
  return <Badge text={text} color={color} icon={icon} tooltip={says} data-testid={testIds.liveState} />;
}
