import React from 'react';
import { Badge } from '@grafana/ui';
import type { ScenarioRun } from '@loglake/contract/scenario';
import { testIds } from '../../../test-ids.ts';
import { lookOfRun } from './run-state.ts';

/** How a run stands, its verdict at a glance. */
export function RunBadge({ run }: { run: Pick<ScenarioRun, 'state' | 'verdict'> }) {
  return <Badge {...lookOfRun(run)} data-testid={testIds.scenarios.runState} />;
}
