import { z } from 'zod';
import type { Severity } from '@loglake/contract/scalar';
import type { Expression } from './parse/ast.ts';
import type { FieldSource } from './pipeline/pipeline.ts';

/**
 * The shape of a row of table `event` as the evaluator reads it (migration 0002_event.sql): texts exactly as
 * written, null where the line does not say. Every other value lives in `fields` under its own name.
 */
export interface EventRow {
  readonly id: string;
  /** Event time and arrival; the evaluator does not read them. */
  readonly ts: string;
  readonly received_at: string;
  readonly source: string;
  readonly parser: string;
  readonly run_id: string;
  readonly product: string;
  readonly category: string;
  readonly service: string;
  /** Syslog severity 0 to 7. */
  readonly severity: number | null;
  /** Syslog facility 0 to 23. */
  readonly facility: number | null;
  readonly host: string | null;
  readonly src_ip: string | null;
  readonly dst_ip: string | null;
  readonly src_port: string | null;
  readonly dst_port: string | null;
  readonly src_mac: string | null;
  readonly dst_mac: string | null;
  readonly protocol: string | null;
  readonly user: string | null;
  readonly target_user: string | null;
  readonly program: string | null;
  readonly pid: string | null;
  readonly action: string | null;
  readonly outcome: string | null;
  readonly dns_query: string | null;
  readonly http_url: string | null;
  readonly process_image: string | null;
  readonly command_line: string | null;
  readonly message: string;
  readonly fields: Readonly<Record<string, string | null>>;
  /** For rows that keep `fields` encoded: the value of a key, null when it is null or missing. */
  keyText?(key: string): string | null;
}

/** Sigma log source: which events a rule looks at; empty text where the rule does not say (Sigma 2.1, "logsource"). */
export interface Logsource {
  readonly product: string;
  readonly category: string;
  readonly service: string;
}

/** What every rule carries into its findings. */
export interface RuleMeta {
  /** Sigma `id`, a UUID in lower case. */
  readonly id: string;
  /** SHA-256, hex, of the rule's document, the lists and filters it is read with; a correlation's of its rules' too. */
  readonly hash: string;
  readonly title: string;
  readonly description: string;
  /** `level`; medium when the rule has none. */
  readonly level: Severity;
  /** `status`; `experimental` when the rule has none. */
  readonly status: string;
  readonly tags: readonly string[];
  readonly falsePositives: readonly string[];
  readonly references: readonly string[];
  /** File below the rules directory. */
  readonly path: string;
  /** The rule's document as written. */
  readonly source: string;
}

/** A statement and its bound parameters: `{name:Type}` in the text, values here. Safe to send as it is. */
export interface CompiledSql {
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Group-by values by name; null where the field was missing, which is a group of its own. */
export type GroupValues = Readonly<Record<string, string | null>>;

/** A Sigma filter that a rule is read with. */
export interface AppliedFilter {
  /** Empty when the filter has none. */
  readonly id: string;
  readonly title: string;
  /** File below the rules directory. */
  readonly path: string;
}

/** A rule over single events. */
export interface SingleRule {
  readonly kind: 'single';
  readonly meta: RuleMeta;
  readonly logsource: Logsource;
  /** Filters that are part of what the rule asks; its hash covers them. */
  readonly filters: readonly AppliedFilter[];
  /** The events it reads, by the pipeline: any of these, each with the parts that must be equal. */
  readonly routes: readonly Partial<Logsource>[];
  /** Names (Sigma fields or event columns) that group matches to findings: `finding.group_by`, else host, user, src_ip. */
  readonly groupBy: readonly string[];
  /** Matches of one group further apart than this, in event time, are separate findings: `finding.gap`, else 300,000. */
  readonly gapMs: number;
  /** False when only correlations use the rule: some correlation references it and none of those says `generate: true`. */
  readonly raisesFindings: boolean;
  /** What it asks of an event of its log source, with names of places (`placeName`) in place of fields. */
  readonly expression: Expression;
  /** Log source and detection, decided in the process. Never throws. Equal to `compile()` on every row of valid UTF-8. */
  matches(event: EventRow): boolean;
  /** Value of a Sigma field through the rule's pipeline, the first that is there; null when missing. */
  fieldValue(event: EventRow, field: string): string | null;
  /** Where a Sigma field stands, in the order in which `fieldValue` looks; never empty. */
  placesOf(field: string): readonly FieldSource[];
  /**
   * The same as a boolean SQL expression (0 or 1, never NULL) over the columns of `event`, for WHERE or countIf.
   * `prefix` names the parameters, to join several rules in one statement; `p` when not given.
   */
  compile(prefix?: string): CompiledSql;
}

/** One row of rule_match: a rule that a correlation reads matched an event. */
export interface RuleMatch {
  /** A single rule's id. */
  readonly ruleId: string;
  readonly eventId: string;
  /** Event time, milliseconds since 1970. */
  readonly tsMs: number;
  /** By Sigma field name, as `fieldsOf(ruleId)` asks; a name that is absent or null is a missing value. */
  readonly fields: GroupValues;
}

/** Which part of a correlation to compute. */
export interface CorrelationScope {
  /** Scenario run; empty for real events. Runs never mix. */
  readonly runId: string;
  /** Groups to compute, as `groupsOf` gives them; `all` for every group there is, which only people ask for. */
  readonly groups: readonly GroupValues[] | 'all';
  /** Read the groups' matches by their keys from rule_match_group, unless `spreads`; else by time from rule_match. */
  readonly keyed?: boolean;
  /**
   * Triggers (the newest match of a window) whose event time lies in [fromMs, toMs], both included, are looked at;
   * matches before fromMs are read as far as their windows reach. A match at t can change triggers in
   * [t, t + reachMs]: recompute [oldest new match, newest new match + reachMs].
   */
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * A maximal run of firing triggers of one group with neighbours at most `timespanMs` apart. A trigger is a match at
 * event time t at which the condition holds over the group's matches in the trailing window [t - timespanMs, t].
 * The windows of such a run overlap, so it covers every match in [first trigger - timespanMs, last trigger].
 */
export interface FiringWindow {
  readonly group: GroupValues;
  /** Event time of the earliest match in the run's windows; a match of an inner correlation is its trigger. */
  readonly firstMs: number;
  /** Event time of the last firing trigger. */
  readonly lastMs: number;
  /** Firing triggers, counted by distinct event. */
  readonly triggers: number;
  /** Distinct events in the run's windows. */
  readonly events: number;
  /** Of those the earliest `firingEventIdsMax`, by time, then id. */
  readonly eventIds: readonly string[];
}

/** Most event ids that a firing window carries. */
export const firingEventIdsMax = 100;

/** Row schema of `compileGroups`; the values stand in the order of `groupBy`. */
export const correlationGroupRow = z.object({ group_values: z.array(z.string().nullable()) });
export type CorrelationGroupRow = z.infer<typeof correlationGroupRow>;

/** Row schema of `compileWindows`; group_values stand in the order of `groupBy`. */
export const firingWindowRow = z.object({
  group_values: z.array(z.string().nullable()),
  first_ms: z.coerce.number().int(),
  last_ms: z.coerce.number().int(),
  triggers: z.coerce.number().int(),
  events: z.coerce.number().int(),
  event_ids: z.array(z.string()),
});
export type FiringWindowRow = z.infer<typeof firingWindowRow>;

/**
 * A Sigma correlation (Sigma 2.1, correlation rules) over stored matches, in event time. Nothing is kept between
 * calls: late matches count because the groups they touch are computed again.
 */
export interface CorrelationRule {
  readonly kind: 'correlation';
  readonly meta: RuleMeta;
  /** Names of `group-by`: aliases or Sigma fields; may be empty (one group for all). */
  readonly groupBy: readonly string[];
  readonly timespanMs: number;
  /** How far a match reaches forward in event time: the timespan, plus those of the correlations it builds on. */
  readonly reachMs: number;
  /** Ids of the single rules whose matches it reads, those of referenced correlations included. */
  readonly references: readonly string[];
  /** Whether the referenced rules raise findings of their own (`generate`). */
  readonly generate: boolean;
  /** As for single rules; false when only another correlation uses it. */
  readonly raisesFindings: boolean;
  /** Sigma fields to store in rule_match.fields for that single rule (through its own `fieldValue`). */
  fieldsOf(ruleId: string): readonly string[];
  /** Groups that a match belongs to: one; several only when a rule is read in two ways; none when it is not read. */
  groupsOf(match: RuleMatch): readonly GroupValues[];
  /** Keys under which the service stores a match in rule_match_group for it; none when `spreads`. */
  matchKeysOf(match: RuleMatch, runId: string): readonly string[];
  /**
   * True when a match can change triggers in other groups than its own: the groups are cut across those of a
   * referenced correlation, so one more match of bob makes alice's next match a trigger. Recompute `compileGroups`.
   */
  readonly spreads: boolean;
  /** SQL over rule_match: every group that has a match with event time in [fromMs, toMs], as `correlationGroupRow`. */
  compileGroups(scope: Omit<CorrelationScope, 'groups' | 'keyed'>): CompiledSql;
  /** Name by name what a row of `compileGroups` or `compileWindows` says. */
  groupOf(row: CorrelationGroupRow): GroupValues;
  /**
   * SQL over stored matches; its rows are `firingWindowRow`, ordered by group and time. Only matches of the current
   * text of each rule count, and those stored before there were hashes (migration 0010), which are read by time only.
   */
  compileWindows(scope: CorrelationScope): CompiledSql;
  /** Name by name what a row of `compileWindows` says. */
  windowOf(row: FiringWindowRow): FiringWindow;
  /** The same over matches in memory (any order, repeats allowed): the reference that tests hold the SQL equal to. */
  windows(matches: readonly RuleMatch[], scope: Omit<CorrelationScope, 'runId' | 'keyed'>): FiringWindow[];
}

export type DetectionRule = SingleRule | CorrelationRule;
