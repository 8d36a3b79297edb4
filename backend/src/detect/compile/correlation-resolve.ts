import type { Issue } from '@loglake/contract/problem';
import type { CorrelationPlan, Leg, LegCondition } from '../evaluate/correlation-plan.ts';
import type { Condition } from '../parse/condition.ts';
import { IssueList, type Position } from '../parse/issue.ts';
import type { ParsedCorrelation, ParsedRule, RuleReference } from '../parse/rule-node.ts';

/** Correlations of correlations nest their SQL: deeper than this is refused. */
const depthMax = 4;

/** Finds rules by id (any case) or name. */
export interface RuleIndex {
  find(reference: string): ParsedRule | undefined;
}

/** One correlation's names against the rules it references. */
class Resolver {
  readonly #index: RuleIndex;
  readonly #parsed: ParsedCorrelation;
  readonly #issues: IssueList;
  readonly #path: readonly string[];

  constructor(index: RuleIndex, parsed: ParsedCorrelation, path: readonly string[], issues: IssueList) {
    this.#index = index;
    this.#parsed = parsed;
    this.#issues = issues;
    this.#path = [...path, parsed.meta.id];
  }

  plan(): CorrelationPlan | undefined {
    const { meta, type, groupBy, timespanMs, bounds, rules } = this.#parsed;
    this.checkAliases();
    const legs = rules.map((reference) => this.leg(reference)).filter((leg) => leg !== undefined);
    const condition = this.#parsed.condition === undefined ? undefined : this.condition(this.#parsed.condition);
    if (legs.length < rules.length || (this.#parsed.condition !== undefined && condition === undefined))
      return undefined;
    return { ruleId: meta.id, type, groupBy, timespanMs, bounds, legs, condition };
  }

  private checkAliases(): void {
    for (const [alias, fields] of this.#parsed.aliases) {
      for (const reference of fields.keys()) {
        const rule = this.#index.find(reference);
        if (rule === undefined || !this.#parsed.rules.some(({ text }) => this.#index.find(text) === rule)) {
          this.#issues.add('sigma.correlation', this.#parsed.meta.at, `alias ${alias}: "${reference}" is not in rules`);
        }
      }
    }
  }

  /** The field of a rule that a name of group-by or condition means. */
  private fieldOf(name: string, rule: ParsedRule, at: Position): string | undefined {
    const alias = this.#parsed.aliases.get(name);
    if (alias === undefined) return name;
    for (const [reference, field] of alias) if (this.#index.find(reference) === rule) return field;
    this.#issues.add('sigma.correlation', at, `alias ${name} names no field for "${rule.meta.title}"`);
    return undefined;
  }

  private fields(names: readonly string[], rule: ParsedRule, at: Position): string[] | undefined {
    const fields = names.map((name) => this.fieldOf(name, rule, at)).filter((field) => field !== undefined);
    return fields.length === names.length ? fields : undefined;
  }

  private leg(reference: RuleReference): Leg | undefined {
    const { at, text } = reference;
    const rule = this.#index.find(text);
    if (rule === undefined) {
      this.#issues.add('sigma.reference_unknown', at, `there is no rule with id or name "${text}", or it has errors`);
      return undefined;
    }
    const group = this.fields(this.#parsed.groupBy, rule, at);
    const value = this.fields(this.#parsed.valueFields, rule, at);
    if (group === undefined || value === undefined) return undefined;
    if (rule.kind === 'single') return { kind: 'rule', ruleId: rule.meta.id, group, value };
    return this.innerLeg(rule, at, group, value);
  }

  private innerLeg(
    rule: ParsedCorrelation,
    at: Position,
    group: readonly string[],
    value: readonly string[]
  ): Leg | undefined {
    if (this.#path.includes(rule.meta.id)) {
      this.#issues.add('sigma.reference_cycle', at, `"${rule.meta.title}" references itself through others`);
      return undefined;
    }
    if (this.#path.length >= depthMax) {
      this.#issues.add('sigma.unsupported', at, `correlations nest at most ${depthMax} deep`);
      return undefined;
    }
    // Issues of the inner one are reported with itself.
    const inner = new Resolver(this.#index, rule, this.#path, new IssueList(rule.meta.path)).plan();
    if (inner === undefined) {
      this.#issues.add('sigma.reference_unknown', at, `"${rule.meta.title}" has errors`);
      return undefined;
    }
    const place = (field: string): number => {
      const found = inner.groupBy.indexOf(field);
      if (found < 0) {
        const message = `"${field}" is no group-by of "${rule.meta.title}": a correlation has no other values`;
        this.#issues.add('sigma.correlation', at, message);
      }
      return found;
    };
    const places = { group: group.map(place), value: value.map(place) };
    const all = [...places.group, ...places.value];
    return all.includes(-1) ? undefined : { kind: 'correlation', plan: inner, ...places };
  }

  private condition(condition: Condition): LegCondition | undefined {
    if (condition.kind === 'name') return this.named(condition.name, condition.at);
    if (condition.kind === 'not') {
      const item = this.condition(condition.item);
      return item === undefined ? undefined : { kind: 'not', item };
    }
    if (condition.kind === 'of') {
      this.#issues.add('sigma.correlation', condition.at, 'a correlation condition joins names of rules');
      return undefined;
    }
    const items = condition.items.map((item) => this.condition(item)).filter((item) => item !== undefined);
    return items.length === condition.items.length ? { kind: condition.kind, items } : undefined;
  }

  private named(name: string, at: Position): LegCondition | undefined {
    const rule = this.#index.find(name);
    const leg = this.#parsed.rules.findIndex(({ text }) => rule !== undefined && this.#index.find(text) === rule);
    if (leg >= 0) return { kind: 'leg', leg };
    this.#issues.add('sigma.correlation', at, `"${name}" is not in rules`);
    return undefined;
  }
}

/** Resolves one correlation. Its plan is undefined when there are issues. */
export function resolveCorrelation(
  parsed: ParsedCorrelation,
  index: RuleIndex
): { plan: CorrelationPlan | undefined; issues: readonly Issue[] } {
  const issues = new IssueList(parsed.meta.path);
  const plan = new Resolver(index, parsed, [], issues).plan();
  return { plan: issues.issues.length === 0 ? plan : undefined, issues: issues.issues };
}
