import type { Severity } from '@loglake/contract/scalar';
import type { Logsource } from '../rule.ts';
import type { Expression } from './ast.ts';
import type { Condition } from './condition.ts';
import type { Position } from './issue.ts';

/** Metadata of a document, checked (Sigma 2.1, "Metadata"). */
export interface ParsedMeta {
  /** Lower case; empty only for a filter without one. */
  readonly id: string;
  /** `name`, by which a correlation may reference it. */
  readonly name: string | undefined;
  /** SHA-256, hex, of the document's text and of the lists that its placeholders use. */
  readonly hash: string;
  readonly title: string;
  /** `taxonomy`; `sigma` when the document has none. */
  readonly taxonomy: string;
  readonly description: string;
  readonly level: Severity;
  readonly status: string;
  readonly tags: readonly string[];
  readonly falsePositives: readonly string[];
  readonly references: readonly string[];
  readonly path: string;
  readonly source: string;
  readonly at: Position;
}

/** A named selection with the place of its name. */
export interface ParsedSelection {
  readonly expression: Expression;
  readonly at: Position;
}

/** What a map of selections and a condition asks. */
export interface ParsedDetection {
  /** The condition with selections in place of their names; several conditions are OR. */
  readonly expression: Expression;
  /** In the order of the file; also those that no condition uses. */
  readonly selections: ReadonlyMap<string, ParsedSelection>;
  /** As written, at least one; OR. */
  readonly conditions: readonly Condition[];
}

export interface ParsedSingle extends ParsedDetection {
  readonly kind: 'single';
  readonly meta: ParsedMeta;
  readonly logsource: Logsource;
  /** Filters that apply to the rule, none as it is parsed: applyFilters (compile/filter.ts) puts them here and into `expression`. */
  readonly filters: readonly ParsedFilter[];
  readonly groupBy: readonly string[];
  readonly gapMs: number;
}

export const valueTypes = ['value_sum', 'value_avg', 'value_percentile', 'value_median'] as const;
/** Types that compute something of a field's numbers. */
export type ValueType = (typeof valueTypes)[number];
export const correlationTypes = ['event_count', 'value_count', 'temporal', 'temporal_ordered', ...valueTypes] as const;
export type CorrelationType = (typeof correlationTypes)[number];

export const boundOperators = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;
/** One comparison; several are a range. */
export interface Bound {
  readonly operator: (typeof boundOperators)[number];
  /** A count; for the value types an amount in billionths (parse/amount.ts). */
  readonly number: bigint;
}

/** A reference to a rule by id or name, with its place. */
export interface RuleReference {
  readonly text: string;
  readonly at: Position;
}

/** A Sigma filter: what it asks holds beside what the rules ask (ANDed as written, so exclusions say `not`). */
export interface ParsedFilter extends ParsedDetection {
  readonly kind: 'filter';
  readonly meta: ParsedMeta;
  /** The filter applies to rules whose log source has every part given here. */
  readonly logsource: Logsource;
  readonly rules: 'any' | readonly RuleReference[];
}

/** What an alias means in one rule. */
export interface AliasedField {
  readonly rule: RuleReference;
  readonly field: string;
}

export interface ParsedCorrelation {
  readonly kind: 'correlation';
  readonly meta: ParsedMeta;
  readonly type: CorrelationType;
  readonly rules: readonly RuleReference[];
  readonly groupBy: readonly string[];
  readonly timespanMs: number;
  /** What the count or value must be; of temporal types the number of different rules, empty: all of them. */
  readonly bounds: readonly Bound[];
  /** Fields whose distinct values value_count counts (several: distinct tuples), or the one whose numbers are read. */
  readonly valueFields: readonly string[];
  /** For value_percentile: thousandths of a percent, 0 to 100,000; else 0. */
  readonly percentile: number;
  /** Extended condition of the temporal types over rule references; undefined: none is given. */
  readonly condition: Condition | undefined;
  /** Where `condition` stands; where the correlation stands when there is none. */
  readonly conditionAt: Position;
  /** By alias: the field of each rule. */
  readonly aliases: ReadonlyMap<string, readonly AliasedField[]>;
  readonly generate: boolean;
}

export type ParsedRule = ParsedSingle | ParsedCorrelation;
export type ParsedDocument = ParsedRule | ParsedFilter;
