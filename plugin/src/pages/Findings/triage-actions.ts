import type { Finding, FindingState, TriageAction, TriageOutcome } from '@loglake/contract/finding';

export type ActionKind = TriageAction['kind'];

/** The states from which an action is offered; the service decides again (its state machine). */
const offeredFrom: Record<ActionKind, readonly FindingState[]> = {
  acknowledge: ['new'],
  investigate: ['new', 'acknowledged'],
  resolve: ['new', 'acknowledged', 'investigating'],
  false_positive: ['new', 'acknowledged', 'investigating'],
  reopen: ['resolved', 'false_positive'],
  assign: ['new', 'acknowledged', 'investigating', 'resolved', 'false_positive'],
  comment: ['new', 'acknowledged', 'investigating', 'resolved', 'false_positive'],
};

/** Whether an action makes sense for at least one of these findings. */
export function isOffered(kind: ActionKind, findings: readonly Pick<Finding, 'state'>[]): boolean {
  return findings.some(({ state }) => offeredFrom[kind].includes(state));
}

/** What came of an action, apart. */
export interface OutcomeSummary {
  done: number;
  conflicts: Extract<TriageOutcome, { outcome: 'conflict' }>[];
  refused: Extract<TriageOutcome, { outcome: 'refused' }>[];
}

export function summariseOutcomes(outcomes: readonly TriageOutcome[]): OutcomeSummary {
  const summary: OutcomeSummary = { done: 0, conflicts: [], refused: [] };
  for (const outcome of outcomes) {
    switch (outcome.outcome) {
      case 'done':
        summary.done += 1;
        break;
      case 'conflict':
        summary.conflicts.push(outcome);
        break;
      case 'refused':
        summary.refused.push(outcome);
        break;
    }
  }
  return summary;
}
