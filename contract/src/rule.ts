import { z } from 'zod';
import { page, limit, severity, timestamp, uint64 } from './scalar.ts';
import { issue } from './problem.ts';

export const ruleKind = z.enum(['single', 'correlation']);

/** What becomes of a rule's events now. */
export const ruleState = z.enum(['running', 'outdated', 'disabled', 'quarantined', 'not_loaded']);
export const ruleOperation = z.object({
  /**
   * `outdated`: the file is broken and its last good version runs. `quarantined`: too slow or failing, held back by the
   * service until it is changed or released.
   */
  state: ruleState,
  /** A sentence for people; empty while it runs. */
  reason: z.string(),
  /** When somebody disabled it, or it was held back. */
  since: timestamp.nullable(),
  /** Who did; `service` for the service. */
  by: z.string(),
});
export type RuleOperation = z.infer<typeof ruleOperation>;

const reason = z.string().trim().max(1000);
/** What an administrator decides about a rule. */
export const ruleControl = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('disable'), reason: reason.min(1) }),
  z.strictObject({ kind: z.literal('enable'), reason: reason.default('') }),
  /** Lets a rule out of quarantine. */
  z.strictObject({ kind: z.literal('release'), reason: reason.default('') }),
]);
export type RuleControl = z.infer<typeof ruleControl>;

/** A loaded rule with what it has done. */
export const ruleSummary = z.object({
  id: z.string(),
  kind: ruleKind,
  title: z.string(),
  description: z.string(),
  severity,
  status: z.string(),
  tags: z.array(z.string()),
  falsePositives: z.array(z.string()),
  logsource: z.object({ product: z.string(), category: z.string(), service: z.string() }),
  /** File name under the rules directory. */
  path: z.string(),
  hash: z.string(),
  operation: ruleOperation,
  /** What is wrong with its file; with any, the rule does not run, or runs as it was (`operation`). */
  issues: z.array(issue),
  /** What its author probably did not mean; it runs as written. */
  warnings: z.array(issue),
  /** Sigma filters that are part of what it asks. */
  filters: z.array(z.object({ id: z.string(), title: z.string(), path: z.string() })),
  lastMatchAt: timestamp.nullable(),
  findings: uint64,
});
export type RuleSummary = z.infer<typeof ruleSummary>;

export const ruleList = z.object({ rules: z.array(ruleSummary) });
export const ruleDetail = ruleSummary.extend({ source: z.string() });

/** One row of the ledger: this range of arrived rows was read with this rule set. */
export const ruleRun = z.object({
  at: timestamp,
  stream: z.string(),
  partition: z.string(),
  lo: uint64,
  hi: uint64,
  ruleSetHash: z.string(),
  /** Empty on the row of the whole range. */
  ruleId: z.string(),
  rowsRead: uint64,
  matches: uint64,
  findings: uint64,
  folded: uint64,
  durationMs: uint64,
  error: z.string(),
  owner: z.string(),
});
export const ruleRunQuery = z.object({
  ruleId: z.string().max(200).optional(),
  cursor: z.string().max(500).optional(),
  limit,
});
export const ruleRunPage = page(ruleRun);
