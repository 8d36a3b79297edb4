import type { Severity } from '@loglake/contract/scalar';
import type { Logsource } from '../rule.ts';
import type { Expression } from './ast.ts';
import type { Condition } from './condition.ts';
import type { Position } from './issue.ts';

/** Metadata of a document, checked (Sigma 2.1, "Metadata"). */
export interface ParsedMeta {
  readonly id: string;
  /** `name`, by which a correlation may reference it. */
  readonly name: string | undefined;
  /** SHA-256 of the document's text, hex. */
  readonly hash: string;
  readonly title: string;
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

export interface ParsedSingle {
  readonly kind: 'single';
  readonly meta: ParsedMeta;
  readonly logsource: Logsource;
  readonly expression: Expression;
  readonly groupBy: readonly string[];
  readonly gapMs: number;
}

export const correlationTypes = ['event_count', 'value_count', 'temporal', 'temporal_ordered'] as const;
export type CorrelationType = (typeof correlationTypes)[number];

export const boundOperators = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;
/** One comparison of a count; several are a range. */
export interface Bound {
  readonly operator: (typeof boundOperators)[number];
  readonly number: number;
}

/** A reference to a rule by id or name, with its place. */
export interface RuleReference {
  readonly text: string;
  readonly at: Position;
}

export interface ParsedCorrelation {
  readonly kind: 'correlation';
  readonly meta: ParsedMeta;
  readonly type: CorrelationType;
  readonly rules: readonly RuleReference[];
  readonly groupBy: readonly string[];
  readonly timespanMs: number;
  /** For counts; empty for temporal types. */
  readonly bounds: readonly Bound[];
  /** Fields whose distinct values value_count counts (several: distinct tuples); empty for the others. */
  readonly valueFields: readonly string[];
  /** Extended condition of temporal over rule references; undefined: all of them. */
  readonly condition: Condition | undefined;
  /** alias -> rule reference -> field. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly generate: boolean;
}

export type ParsedRule = ParsedSingle | ParsedCorrelation;
