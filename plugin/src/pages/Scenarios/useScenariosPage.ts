import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import type { ScenarioRun } from '@loglake/contract/scenario';
import { useRules } from '../../api/rules.ts';
import { removeRun, startScenario, useScenarioRuns, useScenarios, type RunRemoval } from '../../api/scenarios.ts';
import { useAction } from '../../api/use-action.ts';
import { runPath } from './parts/addresses.ts';

/** What the Scenarios page shows and does. A started run is opened at once. */
export function useScenariosPage() {
  const scenarios = useScenarios();
  const runs = useScenarioRuns();
  const rules = useRules();
  const navigate = useNavigate();
  const [removal, setRemoval] = useState<RunRemoval | null>(null);

  const play = useAction(async (scenarioId: string, request: { speed: number; seed: number }) => {
    const run = await startScenario(scenarioId, request);
    navigate(runPath(run.runId));
  });
  const remove = useAction(async (run: ScenarioRun) => {
    setRemoval(null);
    try {
      setRemoval(await removeRun(run.runId));
    } finally {
      runs.reload();
    }
  });

  const { resource } = rules;
  const titles = new Map(resource.state === 'ready' ? resource.data.rules.map((rule) => [rule.id, rule.title]) : []);
  const ruleTitle = (ruleId: string): string => titles.get(ruleId) ?? ruleId;
  return {
    data: { scenarios, runs, removal, ruleTitle, play, remove },
    actions: { dismissRemoval: () => setRemoval(null) },
  };
}
