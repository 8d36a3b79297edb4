import { useState } from 'react';
import type { Finding, TriageAction, TriageRequest } from '@loglake/contract/finding';
import { triage } from '../../api/findings.ts';
import { ServiceProblem } from '../../api/service-problem.ts';
import { summariseOutcomes, type OutcomeSummary } from './triage-actions.ts';

export interface Triage {
  readonly busy: boolean;
  readonly outcome: OutcomeSummary | null;
  readonly problem: ServiceProblem | null;
  /** Each finding with the version that was shown: what changed meanwhile comes back as a conflict. */
  act(findings: readonly Finding[], action: TriageAction): Promise<void>;
  /** All open findings of the same rule and group. */
  actOnGroup(finding: Finding, action: TriageAction): Promise<void>;
  dismiss(): void;
}

/** Sends triage actions and keeps what came of the last one. `onDone` runs after every answer. */
export function useTriage(onDone: (outcome: OutcomeSummary) => void): Triage {
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<OutcomeSummary | null>(null);
  const [problem, setProblem] = useState<ServiceProblem | null>(null);

  async function send(request: TriageRequest): Promise<void> {
    setBusy(true);
    setProblem(null);
    setOutcome(null);
    try {
      const summary = summariseOutcomes(await triage(request));
      setOutcome(summary);
      onDone(summary);
    } catch (error) {
      if (!(error instanceof ServiceProblem)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  return {
    busy,
    outcome,
    problem,
    act: (findings, action) =>
      send({ target: { findings: findings.map(({ findingId, version }) => ({ findingId, version })) }, action }),
    actOnGroup: ({ ruleId, groupKey, runId }, action) => send({ target: { ruleId, groupKey, runId }, action }),
    dismiss: () => {
      setOutcome(null);
      setProblem(null);
    },
  };
}
