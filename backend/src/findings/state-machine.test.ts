import { describe, expect, it } from 'vitest';
import { type FindingState, type TriageAction, findingStates } from '@loglake/contract/finding';
import { type TriageState, applyAction, untriaged } from './state-machine.ts';

const actions: Record<TriageAction['kind'], TriageAction> = {
  acknowledge: { kind: 'acknowledge' },
  investigate: { kind: 'investigate' },
  resolve: { kind: 'resolve', closeReason: 'benign' },
  false_positive: { kind: 'false_positive' },
  reopen: { kind: 'reopen' },
  assign: { kind: 'assign', assignee: 'ada' },
  comment: { kind: 'comment', comment: 'seen' },
};

/** The whole table by hand: what each action makes of each state, '-' for refused. */
const table: Record<TriageAction['kind'], Record<FindingState, FindingState | '-'>> = {
  acknowledge: { new: 'acknowledged', acknowledged: '-', investigating: '-', resolved: '-', false_positive: '-' },
  investigate: { new: 'investigating', acknowledged: 'investigating', investigating: '-', resolved: '-', false_positive: '-' },
  resolve: { new: 'resolved', acknowledged: 'resolved', investigating: 'resolved', resolved: '-', false_positive: '-' },
  false_positive: { new: 'false_positive', acknowledged: 'false_positive', investigating: 'false_positive', resolved: '-', false_positive: '-' },
  reopen: { new: '-', acknowledged: '-', investigating: '-', resolved: 'new', false_positive: 'new' },
  assign: { new: 'new', acknowledged: 'acknowledged', investigating: 'investigating', resolved: 'resolved', false_positive: 'false_positive' },
  comment: { new: 'new', acknowledged: 'acknowledged', investigating: 'investigating', resolved: 'resolved', false_positive: 'false_positive' },
}; // prettier-ignore

const at = (state: FindingState): TriageState => ({
  state,
  closeReason: state === 'resolved' ? 'true_positive' : null,
  assignee: 'grace',
});

describe('applyAction', () => {
  for (const kind of Object.keys(actions) as TriageAction['kind'][]) {
    for (const state of findingStates) {
      const expected = table[kind][state];
      it(`${kind} from ${state}: ${expected === '-' ? 'refused' : expected}`, () => {
        const step = applyAction(at(state), actions[kind]);
        if (expected === '-') {
          expect(step).toMatchObject({ outcome: 'refused', code: 'finding.transition_refused' });
        } else {
          expect(step).toMatchObject({ outcome: 'applied', next: { state: expected } });
        }
      });
    }
  }

  it('keeps the assignee through every transition and forgets the close reason on reopen', () => {
    const closed = applyAction(at('investigating'), actions.resolve);
    expect(closed).toEqual({
      outcome: 'applied',
      next: { state: 'resolved', closeReason: 'benign', assignee: 'grace' },
    });
    expect(applyAction(at('resolved'), actions.reopen)).toEqual({
      outcome: 'applied',
      next: { state: 'new', closeReason: null, assignee: 'grace' },
    });
  });

  it('assigns and unassigns without touching state or close reason', () => {
    expect(applyAction(at('resolved'), { kind: 'assign', assignee: null })).toEqual({
      outcome: 'applied',
      next: { state: 'resolved', closeReason: 'true_positive', assignee: null },
    });
  });

  it('says in a refusal what is possible and what stands', () => {
    const step = applyAction(at('resolved'), actions.acknowledge);
    expect(step).toMatchObject({ message: 'acknowledge is possible from new; this finding is resolved' });
  });

  it('leaves its argument unchanged', () => {
    const before = { ...untriaged };
    applyAction(untriaged, actions.resolve);
    expect(untriaged).toEqual(before);
  });
});
