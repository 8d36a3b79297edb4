import { createHash } from 'node:crypto';
import type { Issue } from '@loglake/contract/problem';
import { and } from '../parse/ast.ts';
import { IssueList } from '../parse/issue.ts';
import type { ParsedFilter, ParsedRule, ParsedSingle, RuleReference } from '../parse/rule-node.ts';
import type { Logsource } from '../rule.ts';
import type { RuleIndex } from './correlation-resolve.ts';

export interface Filtered {
  /** In the order given; a rule with filters has them in `filters`, in its expression and in its hash. */
  readonly rules: readonly ParsedRule[];
  /** Filters that are not applied: the rules run without them. */
  readonly issues: readonly Issue[];
  readonly warnings: readonly Issue[];
}

/** Whether every event of the rule is one of the filter's log source: each part that the filter gives is the rule's. */
function isSubset(rule: Logsource, filter: Logsource): boolean {
  return (['product', 'category', 'service'] as const).every(
    (part) => filter[part] === '' || filter[part] === rule[part]
  );
}

/** Resolves one filter's references; undefined when one of them is wrong: then the filter is refused. */
class FilterResolver {
  readonly issues: IssueList;
  readonly #filter: ParsedFilter;
  readonly #index: RuleIndex;

  constructor(filter: ParsedFilter, index: RuleIndex) {
    this.#filter = filter;
    this.#index = index;
    this.issues = new IssueList(filter.meta.path);
  }

  rules(all: readonly ParsedRule[]): readonly ParsedSingle[] {
    const { rules, logsource, meta } = this.#filter;
    if (rules !== 'any') {
      const found = rules.map((reference) => this.named(reference)).filter((rule) => rule !== undefined);
      return this.issues.issues.length === 0 ? found : [];
    }
    const found = all.filter((rule) => rule.kind === 'single').filter((rule) => isSubset(rule.logsource, logsource));
    if (found.length === 0) {
      const message = 'no rule reads this log source or a part of it: the filter changes nothing';
      this.issues.warn('sigma.warn.filter_unused', meta.at, message);
    }
    return found;
  }

  private named({ text, at }: RuleReference): ParsedSingle | undefined {
    const rule = this.#index.find(text);
    if (rule === undefined) {
      const message = `there is no rule with id or name "${text}", or it has errors: the filter is not applied`;
      this.issues.add('sigma.reference_unknown', at, message);
      return;
    }
    if (rule.kind === 'correlation') {
      const message = `"${rule.meta.title}" is a correlation: name the rules that it reads; the filter is not applied`;
      this.issues.add('sigma.reference_unknown', at, message);
      return;
    }
    if (isSubset(rule.logsource, this.#filter.logsource)) return rule;
    const message = `"${rule.meta.title}" reads more than the filter's log source: the filter does not apply to it`;
    this.issues.warn('sigma.warn.filter_unused', at, message);
    return;
  }
}

/** Filters without duplicates of an earlier id. */
function distinct(filters: readonly ParsedFilter[]): { filters: ParsedFilter[]; issues: Issue[] } {
  const byId = new Map<string, ParsedFilter>();
  const kept: ParsedFilter[] = [];
  const issues: Issue[] = [];
  for (const filter of filters) {
    const { id, path, at } = filter.meta;
    const known = id === '' ? undefined : byId.get(id);
    if (known === undefined) {
      kept.push(filter);
      byId.set(id, filter);
      continue;
    }
    const list = new IssueList(path);
    const message = `id is already that of "${known.meta.title}" in ${known.meta.path}: this filter is not applied`;
    list.add('sigma.id_duplicate', at, message);
    issues.push(...list.issues);
  }
  return { filters: kept, issues };
}

/** The rule with its filters: what each asks must hold too. */
function withFilters(rule: ParsedSingle, filters: readonly ParsedFilter[]): ParsedSingle {
  const hash = createHash('sha256').update(rule.meta.hash);
  for (const filter of filters) hash.update(`\n${filter.meta.hash}`);
  return {
    ...rule,
    meta: { ...rule.meta, hash: hash.digest('hex') },
    expression: and([rule.expression, ...filters.map((filter) => filter.expression)]),
    filters,
  };
}

/**
 * Applies filters to the rules of one set (Sigma 2.1, filters): to those that a filter names, or all with `any`, whose
 * log source is a subset of the filter's; never to correlations. `index` finds the given rules.
 */
export function applyFilters(
  rules: readonly ParsedRule[],
  filters: readonly ParsedFilter[],
  index: RuleIndex
): Filtered {
  const { filters: kept, issues } = distinct(filters);
  const warnings: Issue[] = [];
  const byRule = new Map<ParsedRule, ParsedFilter[]>();
  for (const filter of kept) {
    const resolver = new FilterResolver(filter, index);
    for (const rule of new Set(resolver.rules(rules))) byRule.set(rule, [...(byRule.get(rule) ?? []), filter]);
    issues.push(...resolver.issues.issues);
    warnings.push(...resolver.issues.warnings);
  }
  const filtered = rules.map((rule) => {
    const own = byRule.get(rule);
    return rule.kind === 'single' && own !== undefined ? withFilters(rule, own) : rule;
  });
  return { rules: filtered, issues, warnings };
}
