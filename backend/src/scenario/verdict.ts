import type { Playbook, Verdict } from '@loglake/contract/scenario';
import type { RunFinding } from '../store/scenario-finding.ts';
import { durationMs } from './duration.ts';

type Expectation = Playbook['expect'][number];

function meets(finding: RunFinding, expectation: Expectation): boolean {
  if (finding.ruleId !== expectation.rule) return false;
  return Object.entries(expectation.group).every(([field, value]) => finding.group[field] === value);
}

/** From the arrival of the newest event of the first revision (the one that completed it) to the stored finding. */
function latencyMs(finding: RunFinding): number {
  return Math.max(0, finding.firstStoredMs - finding.firstCompletedMs);
}

function entryOf(
  expectation: Expectation,
  finding: RunFinding | undefined,
  titleOf: (ruleId: string) => string
): Verdict['expected'][number] {
  const withinMs = durationMs(expectation.within);
  const latency = finding === undefined ? null : latencyMs(finding);
  return {
    rule: expectation.rule,
    title: finding?.title ?? titleOf(expectation.rule),
    group: expectation.group,
    fired: finding !== undefined,
    findingId: finding?.findingId ?? null,
    latencyMs: latency,
    withinMs,
    onTime: latency !== null && latency <= withinMs,
  };
}

/**
 * Compares what a run raised with what its playbook expects. Each expectation takes the earliest finding that meets it
 * and that no other one took; what is left over is unexpected, which is told but fails nothing.
 */
export function verdictOf(
  playbook: Playbook,
  findings: readonly RunFinding[],
  titleOf: (ruleId: string) => string
): Verdict {
  const left = [...findings].sort(
    (a, b) => a.firstStoredMs - b.firstStoredMs || a.findingId.localeCompare(b.findingId)
  );
  const expected = playbook.expect.map((expectation) => {
    const index = left.findIndex((finding) => meets(finding, expectation));
    const [taken] = index < 0 ? [] : left.splice(index, 1);
    return entryOf(expectation, taken, titleOf);
  });
  return {
    passed: expected.every((entry) => entry.onTime),
    expected,
    unexpected: left.map(({ findingId, ruleId, title, group }) => ({ findingId, rule: ruleId, title, group })),
  };
}
