import { useState } from 'react';
import { useParams } from 'react-router-dom';
import type { ScenarioRun } from '@loglake/contract/scenario';
import { controlRun, removeRun, useScenarioRun, type RunControl, type RunRemoval } from '../../api/scenarios.ts';
import { useAction } from '../../api/use-action.ts';

/** What the page of one run shows and does. */
export function useRunPage() {
  const { runId = '' } = useParams();
  const run = useScenarioRun(runId);
  const [removal, setRemoval] = useState<RunRemoval | null>(null);
  // What was refused may be because the state has changed: look again either way.
  const control = useAction(async (wanted: RunControl) => {
    await controlRun(runId, wanted).finally(run.reload);
  });
  const remove = useAction(async (removed: ScenarioRun) => {
    setRemoval(await removeRun(removed.runId).finally(run.reload));
  });
  return { data: { runId, run, removal, control, remove }, actions: { dismissRemoval: () => setRemoval(null) } };
}
