import { messageOf } from '../../error.ts';
import type { SingleRule } from '../rule.ts';
import { type RuleSet, type RangeEvaluation } from './evaluate-range.ts';
import type { Quarantine } from './quarantine.ts';

/** Every which decision of a rule is timed: a clock reads in 50 ns, a decision takes a microsecond. */
const timedEvery = 8;
/** A decision that took longer makes its rule watched, and counts, milliseconds. */
const slowMs = 0.05;
/** Decisions that are each timed after a slow one. */
const watchedDecisions = 1_000;

/**
 * The same set, each of its single rules timed by samples and, once it was slow, decision by decision; a rule in
 * quarantine matches nothing. `clock` in milliseconds, with fractions.
 */
export function guardedSet(
  set: RuleSet,
  quarantine: Quarantine,
  clock: () => number = () => performance.now()
): RuleSet {
  return { ...set, singles: set.singles.map((rule) => guardedRule(rule, quarantine, clock)) };
}

function guardedRule(rule: SingleRule, quarantine: Quarantine, clock: () => number): SingleRule {
  let decisions = 0;
  let watched = 0;
  const timed: SingleRule['matches'] = (event) => {
    const began = clock();
    try {
      return rule.matches(event);
    } finally {
      const ms = clock() - began;
      if (watched > 0) watched -= 1;
      if (ms > slowMs) {
        watched = watchedDecisions;
        quarantine.spent(rule.meta, ms);
      }
    }
  };
  return {
    ...rule,
    matches(event) {
      if (quarantine.any && quarantine.heldAs(rule.meta) !== undefined) return false;
      decisions += 1;
      try {
        return watched > 0 || decisions % timedEvery === 0 ? timed(event) : rule.matches(event);
      } catch (error) {
        quarantine.failed(rule.meta, messageOf(error));
        throw error;
      }
    },
  };
}

/**
 * Rules in quarantine decided nothing in a range, even where they were held in the middle of it: half of a range would
 * look like all of it. Each says so in its row of rule_run.
 */
export function noteHeld(evaluation: RangeEvaluation, set: RuleSet, quarantine: Quarantine): void {
  quarantine.rowsRead(evaluation.rows);
  if (evaluation.rows === 0) return;
  for (const rule of set.singles) {
    const held = quarantine.any ? quarantine.heldAs(rule.meta) : undefined;
    if (held === undefined) continue;
    const error = notDecided(held.reason);
    evaluation.byRule.set(rule.meta.id, { rule, matches: [], error, errors: 0 });
  }
}

/** What stands in rule_run for a rule in quarantine. */
export const notDecided = (reason: string): string => `not decided, the rule is in quarantine: ${reason}`;
