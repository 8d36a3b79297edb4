import { z } from 'zod';
import { limit, listOf, page, severity, timestamp, uint64 } from './scalar.ts';

export const findingStates = ['new', 'acknowledged', 'investigating', 'resolved', 'false_positive'] as const;
/** The triage state machine: new -> acknowledged -> investigating -> resolved or false_positive; reopen goes back to new. */
export const findingState = z.enum(findingStates);
export type FindingState = z.infer<typeof findingState>;

export const closeReasons = ['true_positive', 'benign', 'duplicate'] as const;
/** Why a finding was resolved. */
export const closeReason = z.enum(closeReasons);
export type CloseReason = z.infer<typeof closeReason>;

/** Group-by values by field name; null where the field was missing (missing is a value of its own). */
export const groupValues = z.record(z.string(), z.string().nullable());

/** One finding as it stands: the newest revision of the episode and the newest triage state. */
export const finding = z.object({
  findingId: z.string(),
  /** Counts re-evaluations of the episode, from 1. */
  revision: z.number().int().positive(),
  /** Counts triage activities, from 0; send it back with an action. */
  version: z.number().int().nonnegative(),
  ruleId: z.string(),
  /** SHA-256 of the rule's text, hex. */
  ruleHash: z.string(),
  title: z.string(),
  severity,
  /** 0 to 100. */
  risk: z.number().int().min(0).max(100),
  state: findingState,
  closeReason: closeReason.nullable(),
  assignee: z.string().nullable(),
  group: groupValues,
  /** Names the group: the same for every finding of one rule and one set of group values. */
  groupKey: z.string(),
  hosts: z.array(z.string()),
  users: z.array(z.string()),
  srcIps: z.array(z.string()),
  dstIps: z.array(z.string()),
  /** ATT&CK tags as in the rule, such as `attack.t1110.001`. */
  tags: z.array(z.string()),
  /** Matching events (or firing windows of a correlation) in the episode. */
  count: uint64,
  /** Those that arrived after the finding was first stored and lie before its then end. */
  lateCount: uint64,
  firstSeen: timestamp,
  lastSeen: timestamp,
  createdAt: timestamp,
  updatedAt: timestamp,
  /** The scenario run that made it; empty for real events. */
  runId: z.string(),
  /** The finding that this one was joined into, if any. */
  supersededBy: z.string().nullable(),
});
export type Finding = z.infer<typeof finding>;

/** A log row behind a finding: the event and the very bytes it came from. */
export const evidenceEvent = z.object({
  eventId: z.string(),
  ts: timestamp,
  receivedAt: timestamp,
  host: z.string().nullable(),
  program: z.string().nullable(),
  message: z.string(),
  /** The line as received; bytes that are not UTF-8 are shown as U+FFFD. */
  raw: z.string(),
  /** Every field the parser found, by name. */
  fields: z.record(z.string(), z.string().nullable()),
});
export type EvidenceEvent = z.infer<typeof evidenceEvent>;

/** Why a finding fired, with what proves it. */
export const findingDetail = z.object({
  finding,
  rule: z.object({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    falsePositives: z.array(z.string()),
    references: z.array(z.string()),
    /** The rule's YAML, as it was when it fired; null when that version is not loaded any more. */
    source: z.string().nullable(),
  }),
  /** One plain sentence: what was seen, how often, in which time. */
  explanation: z.string(),
  /** The query that shows the rows, with its bound parameters. */
  query: z.object({ sql: z.string(), params: z.record(z.string(), z.unknown()) }),
  events: z.array(evidenceEvent),
  /** All evidence rows, of which `events` are the first. */
  eventsTotal: uint64,
});
export type FindingDetail = z.infer<typeof findingDetail>;

export const activityKinds = [
  'acknowledge',
  'investigate',
  'resolve',
  'false_positive',
  'reopen',
  'assign',
  'comment',
] as const;
export const activityKind = z.enum(activityKinds);

/** One row of a finding's history; `hash` chains over `previousHash` and every other column. */
export const activity = z.object({
  findingId: z.string(),
  version: z.number().int().positive(),
  at: timestamp,
  actor: z.string(),
  kind: activityKind,
  state: findingState,
  closeReason: closeReason.nullable(),
  assignee: z.string().nullable(),
  comment: z.string(),
  previousHash: z.string(),
  hash: z.string(),
});
export type Activity = z.infer<typeof activity>;

export const findingHistory = z.object({
  activities: z.array(activity),
  /** False when a stored row no longer fits the chain: the history was altered. */
  chainIntact: z.boolean(),
});

const comment = z.string().max(4000);

/** What a person may do with a finding. */
export const triageAction = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('acknowledge'), comment: comment.optional() }),
  z.object({ kind: z.literal('investigate'), comment: comment.optional() }),
  z.object({ kind: z.literal('resolve'), closeReason, comment: comment.optional() }),
  z.object({ kind: z.literal('false_positive'), comment: comment.optional() }),
  z.object({ kind: z.literal('reopen'), comment: comment.optional() }),
  z.object({ kind: z.literal('assign'), assignee: z.string().min(1).max(200).nullable(), comment: comment.optional() }),
  z.object({ kind: z.literal('comment'), comment: comment.min(1) }),
]);
export type TriageAction = z.infer<typeof triageAction>;

/** A bulk action: named findings with the version that was read, or all open findings of one group. */
export const triageRequest = z.object({
  target: z.union([
    z.object({
      findings: z
        .array(z.object({ findingId: z.string().min(1).max(100), version: z.number().int().nonnegative() }))
        .min(1)
        .max(1000),
    }),
    z.object({ ruleId: z.string().min(1).max(200), groupKey: z.string().min(1).max(200), runId: z.string().max(100) }),
  ]),
  action: triageAction,
});
export type TriageRequest = z.infer<typeof triageRequest>;

/** The answer for one finding of a bulk action. */
export const triageOutcome = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('done'), findingId: z.string(), finding }),
  /** Somebody else was first: `finding` is what stands now. */
  z.object({ outcome: z.literal('conflict'), findingId: z.string(), finding }),
  z.object({ outcome: z.literal('refused'), findingId: z.string(), code: z.string(), message: z.string() }),
]);
export type TriageOutcome = z.infer<typeof triageOutcome>;
export const triageResponse = z.object({ outcomes: z.array(triageOutcome) });

/** `exclude` leaves scenario runs out (the default), `include` shows all, `only` only runs. */
export const runFilter = z.enum(['exclude', 'include', 'only']);

export const findingFilter = z.object({
  state: listOf(findingState).optional(),
  severity: listOf(severity).optional(),
  ruleId: z.string().max(200).optional(),
  groupKey: z.string().max(200).optional(),
  host: z.string().max(255).optional(),
  user: z.string().max(255).optional(),
  srcIp: z.string().max(64).optional(),
  assignee: z.string().max(200).optional(),
  /** Case-insensitive text in title, host, user or address. */
  text: z.string().max(200).optional(),
  runs: runFilter.default('exclude'),
  runId: z.string().max(100).optional(),
  /** Bounds of `lastSeen`, from inclusive, to exclusive. */
  from: timestamp.optional(),
  to: timestamp.optional(),
});
export const findingQuery = findingFilter.extend({
  sort: z.enum(['lastSeen', 'severity', 'createdAt']).default('lastSeen'),
  cursor: z.string().max(500).optional(),
  limit,
});
export const findingPage = page(finding);

/** Counts for the Overview and for filters. */
export const findingSummary = z.object({
  total: uint64,
  open: uint64,
  byState: z.record(findingState, uint64),
  bySeverity: z.record(severity, uint64),
  topRules: z.array(z.object({ ruleId: z.string(), title: z.string(), severity, count: uint64 })),
});

export const timelineQuery = findingFilter.extend({
  bucketSeconds: z.coerce
    .number()
    .int()
    .min(1)
    .max(86400 * 7),
});
/** Findings by first seen; `from` is the bucket's start. Empty buckets are left out. */
export const timeline = z.object({
  bucketSeconds: z.number().int(),
  buckets: z.array(z.object({ from: timestamp, severity, count: uint64 })),
});

/** A live hint (server-sent event `finding`): something changed, fetch it. */
export const findingHint = z.object({ findingId: z.string(), revision: z.number().int() });
export type FindingHint = z.infer<typeof findingHint>;
