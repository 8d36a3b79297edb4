import { z } from 'zod';
import { page, limit, timestamp, uint64 } from './scalar.ts';
import { issue } from './problem.ts';

/** Durations in playbooks: an integer and a unit, `500ms`, `30s`, `5m`, `2h`. */
export const duration = z.string().regex(/^\d{1,9}(ms|s|m|h)$/);

/** One log line of a playbook, `at` after the start. `repeat` sends it again every `every`, `{n}` counts from 1. */
export const scenarioStep = z.strictObject({
  at: duration,
  host: z.string().min(1).max(255),
  program: z.string().min(1).max(255),
  line: z.string().min(1).max(65536),
  repeat: z.number().int().min(1).max(10000).default(1),
  every: duration.default('1s'),
});

/** A finding that the playbook must produce. `within` counts from the event that completes it. */
export const scenarioExpectation = z.strictObject({
  rule: z.string().min(1),
  group: z.record(z.string(), z.string()).default({}),
  within: duration.default('30s'),
});

/** An attack playbook (YAML in scenarios/). */
export const playbook = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  title: z.string().min(1).max(200),
  description: z.string().min(1).max(4000),
  tags: z.array(z.string()).default([]),
  /** Largest random shift of a step's time, from the run's seed. */
  jitter: duration.default('0ms'),
  steps: z.array(scenarioStep).min(1).max(10000),
  expect: z.array(scenarioExpectation).min(1),
});
export type Playbook = z.infer<typeof playbook>;

export const scenarioSummary = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  path: z.string(),
  events: z.number().int(),
  /** Length at speed 1, milliseconds. */
  durationMs: z.number().int(),
  expectedRules: z.array(z.string()),
  /** Why it cannot be played; empty when it can. */
  issues: z.array(issue),
});
export type ScenarioSummary = z.infer<typeof scenarioSummary>;
export const scenarioList = z.object({ scenarios: z.array(scenarioSummary) });

export const scenarioRunStates = ['playing', 'paused', 'settling', 'finished', 'stopped', 'failed', 'removed'] as const;
/** settling = all lines are sent, the verdict waits for its findings. */
export const scenarioRunState = z.enum(scenarioRunStates);

export const verdictEntry = z.object({
  rule: z.string(),
  title: z.string(),
  group: z.record(z.string(), z.string()),
  fired: z.boolean(),
  findingId: z.string().nullable(),
  /** From the arrival of the event that completed it to the stored finding, milliseconds. */
  latencyMs: z.number().int().nullable(),
  withinMs: z.number().int(),
  onTime: z.boolean(),
});
export const verdict = z.object({
  passed: z.boolean(),
  expected: z.array(verdictEntry),
  /** Findings of the run that no expectation names. */
  unexpected: z.array(
    z.object({
      findingId: z.string(),
      rule: z.string(),
      title: z.string(),
      group: z.record(z.string(), z.string().nullable()),
    })
  ),
});
export type Verdict = z.infer<typeof verdict>;

export const scenarioRun = z.object({
  runId: z.string(),
  scenarioId: z.string(),
  title: z.string(),
  state: scenarioRunState,
  speed: z.number(),
  seed: z.number().int(),
  startedAt: timestamp,
  finishedAt: timestamp.nullable(),
  startedBy: z.string(),
  sent: z.number().int(),
  total: z.number().int(),
  findings: z.number().int(),
  error: z.string(),
  verdict: verdict.nullable(),
});
export type ScenarioRun = z.infer<typeof scenarioRun>;

export const scenarioRunRequest = z.strictObject({
  speed: z.number().min(0.1).max(100).default(1),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31)
    .default(1),
});
export const scenarioRunControl = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pause') }),
  z.strictObject({ kind: z.literal('resume') }),
  z.strictObject({ kind: z.literal('stop') }),
  z.strictObject({ kind: z.literal('speed'), speed: z.number().min(0.1).max(100) }),
]);
export const scenarioRunQuery = z.object({
  scenarioId: z.string().max(64).optional(),
  cursor: z.string().max(500).optional(),
  limit,
});
export const scenarioRunPage = page(scenarioRun);
/** What the clean-up of a run removed. */
export const scenarioRunRemoval = z.object({ runId: z.string(), rawRows: uint64, events: uint64, findings: uint64 });
