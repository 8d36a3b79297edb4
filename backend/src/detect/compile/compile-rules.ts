import { createHash } from 'node:crypto';
import type { Issue } from '@loglake/contract/problem';
import { EventView } from '../evaluate/event-view.ts';
import { ruleLegsOf, type CorrelationPlan } from '../evaluate/correlation-plan.ts';
import { IssueList } from '../parse/issue.ts';
import type { ParsedCorrelation, ParsedDocument, ParsedRule } from '../parse/rule-node.ts';
import { defaultPipeline } from '../pipeline/default-pipeline.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { DetectionRule } from '../rule.ts';
import { createCorrelationRule } from './correlation-rule.ts';
import { resolveCorrelation, type RuleIndex } from './correlation-resolve.ts';
import { applyFilters } from './filter.ts';
import { withPipeline } from './pipeline-hash.ts';
import { createSingleRule } from './single-rule.ts';

export interface CompiledRules {
  /** Rules without an error, in the order given. */
  readonly rules: readonly DetectionRule[];
  /** Duplicate ids and names, and references that do not resolve. The rules concerned are left out, filters not applied. */
  readonly issues: readonly Issue[];
  /** Filters that change nothing. */
  readonly warnings: readonly Issue[];
}

interface Indexed extends RuleIndex {
  /** Without duplicates of an earlier id or name. */
  readonly rules: readonly ParsedRule[];
  readonly issues: readonly Issue[];
}

function indexOf(parsed: readonly ParsedRule[]): Indexed {
  const byId = new Map<string, ParsedRule>();
  const byName = new Map<string, ParsedRule>();
  const rules: ParsedRule[] = [];
  const issues: Issue[] = [];
  for (const rule of parsed) {
    const { id, name, path, at } = rule.meta;
    const known = byId.get(id) ?? (name === undefined ? undefined : byName.get(name));
    if (known !== undefined) {
      const list = new IssueList(path);
      list.add('sigma.id_duplicate', at, `id or name is already that of "${known.meta.title}" in ${known.meta.path}`);
      issues.push(...list.issues);
      continue;
    }
    byId.set(id, rule);
    if (name !== undefined) byName.set(name, rule);
    rules.push(rule);
  }
  return { rules, issues, find: (reference) => byId.get(reference.toLowerCase()) ?? byName.get(reference) };
}

/** Rules without duplicates, with the filters of the set in them, and the pipeline in their hashes. */
function filteredIndex(
  parsed: readonly ParsedDocument[],
  pipeline: Pipeline
): Indexed & { warnings: readonly Issue[] } {
  const written = indexOf(parsed.filter((one) => one.kind !== 'filter'));
  const filters = parsed.filter((one) => one.kind === 'filter');
  const filtered = applyFilters(written.rules, filters, written);
  const index = indexOf(filtered.rules.map((rule) => withPipeline(rule, pipeline)));
  return { ...index, issues: [...written.issues, ...filtered.issues], warnings: filtered.warnings };
}

/** Whether each referenced rule raises findings of its own: when some correlation over it says `generate`. */
function generation(parsed: readonly ParsedRule[], index: RuleIndex): ReadonlyMap<string, boolean> {
  const generate = new Map<string, boolean>();
  for (const rule of parsed) {
    if (rule.kind !== 'correlation') continue;
    for (const { text } of rule.rules) {
      const id = index.find(text)?.meta.id;
      if (id !== undefined) generate.set(id, rule.generate || generate.get(id) === true);
    }
  }
  return generate;
}

function planIds(plan: CorrelationPlan): string[] {
  return plan.legs.flatMap((leg) => (leg.kind === 'rule' ? [leg.ruleId] : [leg.plan.ruleId, ...planIds(leg.plan)]));
}

function correlationHash(parsed: ParsedCorrelation, plan: CorrelationPlan, index: RuleIndex): string {
  // Named by how it counts too: findings of before matches had keys are not held against keyed ones.
  const hash = createHash('sha256').update(`keyed\n${parsed.meta.hash}`);
  for (const id of planIds(plan)) hash.update(`\n${index.find(id)?.meta.hash ?? ''}`);
  return hash.digest('hex');
}

/**
 * Compiles parsed rules and filters of any number of files as one set: references resolve across files, and look-ups of
 * an event are shared. Without a pipeline fields and log sources are the events' own. Regular expressions and networks
 * were checked by the parser. Never throws.
 */
export function compileRules(parsed: readonly ParsedDocument[], pipeline: Pipeline = defaultPipeline): CompiledRules {
  const index = filteredIndex(parsed, pipeline);
  const issues = [...index.issues];
  const generate = generation(index.rules, index);
  const view = new EventView();
  const rules: DetectionRule[] = [];
  for (const rule of index.rules) {
    const raisesFindings = generate.get(rule.meta.id) ?? true;
    if (rule.kind === 'single') {
      rules.push(createSingleRule(rule, pipeline, view, raisesFindings));
      continue;
    }
    const { plan, issues: found } = resolveCorrelation(rule, index);
    issues.push(...found);
    if (plan === undefined || ruleLegsOf(plan).length === 0) continue;
    rules.push(createCorrelationRule(rule, plan, correlationHash(rule, plan, index), raisesFindings));
  }
  return { rules, issues, warnings: index.warnings };
}
