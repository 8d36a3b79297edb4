import { type CloseReason, type FindingState, type TriageAction, findingStates } from '@loglake/contract/finding';
import type { ProblemCode } from '@loglake/contract/problem';

/** What triage changes of a finding. */
export interface TriageState {
  readonly state: FindingState;
  /** Set only while `resolved`. */
  readonly closeReason: CloseReason | null;
  readonly assignee: string | null;
}

/** Before any activity. */
export const untriaged: TriageState = { state: 'new', closeReason: null, assignee: null };

export type TriageStep =
  | { readonly outcome: 'applied'; readonly next: TriageState }
  | { readonly outcome: 'refused'; readonly code: ProblemCode; readonly message: string };

interface Transition {
  readonly from: readonly FindingState[];
  /** null: the state stays. */
  readonly to: FindingState | null;
}

const open: readonly FindingState[] = ['new', 'acknowledged', 'investigating'];

/** Where each action may start and where it ends. A closed finding must be reopened before it moves again. */
export const transitions: Readonly<Record<TriageAction['kind'], Transition>> = {
  acknowledge: { from: ['new'], to: 'acknowledged' },
  investigate: { from: ['new', 'acknowledged'], to: 'investigating' },
  resolve: { from: open, to: 'resolved' },
  false_positive: { from: open, to: 'false_positive' },
  reopen: { from: ['resolved', 'false_positive'], to: 'new' },
  assign: { from: findingStates, to: null },
  comment: { from: findingStates, to: null },
};

/** One step of triage: the next state, or why not (`finding.transition_refused`). Changes nothing itself. */
export function applyAction(current: TriageState, action: TriageAction): TriageStep {
  const { from, to } = transitions[action.kind];
  if (!from.includes(current.state)) {
    return {
      outcome: 'refused',
      code: 'finding.transition_refused',
      message: `${action.kind} is possible from ${from.join(', ')}; this finding is ${current.state}`,
    };
  }
  const assignee = action.kind === 'assign' ? action.assignee : current.assignee;
  if (to === null) return { outcome: 'applied', next: { ...current, assignee } };
  const closeReason = action.kind === 'resolve' ? action.closeReason : null;
  return { outcome: 'applied', next: { state: to, closeReason, assignee } };
}
