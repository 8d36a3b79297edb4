import type { Issue } from '@loglake/contract/problem';
import { boundsHold, type CorrelationPlan, type Leg, type LegCondition } from '../evaluate/correlation-plan.ts';
import type { Condition } from '../parse/condition.ts';
import { IssueList, type Position } from '../parse/issue.ts';
import type { ParsedCorrelation, ParsedRule, RuleReference } from '../parse/rule-node.ts';
import { alternativesMax, alternativesOf, legsIn } from './correlation-alternatives.ts';

/** Correlations of correlations nest their SQL: deeper than this is refused. */
const depthMax = 4;

/** Finds rules by id (any case) or name. */
export interface RuleIndex {
  find(reference: string): ParsedRule | undefined;
}

/** Whether a count of rules holds for all of them and for no fewer. */
function asksAll({ bounds, legs }: CorrelationPlan): boolean {
  return (
    legs.every((_leg, fewer) => !(bounds.length > 0 && boundsHold(bounds, BigInt(fewer)))) &&
    boundsHold(bounds, BigInt(legs.length))
  );
}

/** Fields of a referenced rule, by what they are read for. */
interface WantedFields {
  readonly group: readonly string[];
  readonly value: readonly string[];
  readonly carried: readonly string[];
}

/** One correlation's names against the rules it references. */
class Resolver {
  readonly #index: RuleIndex;
  readonly #parsed: ParsedCorrelation;
  readonly #issues: IssueList;
  readonly #path: readonly string[];
  /** Names that the referencing correlation reads of this one's triggers. */
  readonly #carried: readonly string[];

  constructor(
    index: RuleIndex,
    parsed: ParsedCorrelation,
    path: readonly string[],
    carried: readonly string[],
    issues: IssueList
  ) {
    this.#index = index;
    this.#parsed = parsed;
    this.#issues = issues;
    this.#path = [...path, parsed.meta.id];
    this.#carried = carried;
  }

  plan(): CorrelationPlan | undefined {
    const { meta, type, groupBy, timespanMs, bounds, percentile, rules } = this.#parsed;
    this.checkAliases();
    this.checkRepeats();
    const legs = rules.map((reference) => this.leg(reference)).filter((leg) => leg !== undefined);
    const condition = this.#parsed.condition === undefined ? undefined : this.condition(this.#parsed.condition);
    if (legs.length < rules.length || (this.#parsed.condition !== undefined && condition === undefined))
      return undefined;
    const carried = this.#carried;
    const plan = { ruleId: meta.id, type, groupBy, timespanMs, bounds, percentile, legs, condition, carried };
    this.checkTemporal(plan);
    return plan;
  }

  private references(rule: ParsedRule | undefined): boolean {
    return rule !== undefined && this.#parsed.rules.some(({ text }) => this.#index.find(text) === rule);
  }

  private checkAliases(): void {
    for (const [alias, fields] of this.#parsed.aliases) {
      for (const { rule } of fields) {
        if (!this.references(this.#index.find(rule.text))) {
          this.#issues.add('sigma.correlation', rule.at, `alias ${alias}: "${rule.text}" is not in rules`);
        }
      }
    }
  }

  /** One rule by its id and by its name is still one rule. */
  private checkRepeats(): void {
    const seen = new Set<ParsedRule>();
    for (const { text, at } of this.#parsed.rules) {
      const rule = this.#index.find(text);
      if (rule === undefined) continue;
      if (seen.has(rule)) this.#issues.add('sigma.correlation', at, `"${text}" stands twice in rules`);
      seen.add(rule);
    }
  }

  private checkTemporal(plan: CorrelationPlan): void {
    const { conditionAt } = this.#parsed;
    if (plan.type === 'temporal_ordered' && !asksAll(plan)) {
      const message = 'temporal_ordered has an order for all rules only: write which ones, such as "a and (b or c)"';
      this.#issues.add('sigma.unsupported', conditionAt, message);
    }
    if (plan.condition === undefined) return;
    const used = legsIn(plan.condition);
    for (const [index, { text, at }] of this.#parsed.rules.entries()) {
      if (!used.has(index)) this.#issues.add('sigma.correlation', at, `the condition does not name "${text}"`);
    }
    if (plan.type === 'temporal_ordered' && alternativesOf(plan.condition) === undefined) {
      const message = `an ordered condition may say at most ${alternativesMax} ways: use fewer "or"`;
      this.#issues.add('sigma.unsupported', conditionAt, message);
    }
  }

  /** The field of a rule that a name of group-by or condition means. */
  private fieldOf(name: string, rule: ParsedRule, at: Position): string | undefined {
    const alias = this.#parsed.aliases.get(name);
    if (alias === undefined) return name;
    for (const { rule: reference, field } of alias) if (this.#index.find(reference.text) === rule) return field;
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
    const carried = this.fields(this.#carried, rule, at);
    if (group === undefined || value === undefined || carried === undefined) return undefined;
    if (rule.kind === 'single') {
      const { id: ruleId, hash: ruleHash } = rule.meta;
      return { kind: 'rule', ruleId, ruleHash, group, value, carried };
    }
    return this.innerLeg(rule, at, { group, value, carried });
  }

  private innerLeg(rule: ParsedCorrelation, at: Position, wanted: WantedFields): Leg | undefined {
    if (this.#path.includes(rule.meta.id)) {
      this.#issues.add('sigma.reference_cycle', at, `"${rule.meta.title}" references itself through others`);
      return undefined;
    }
    if (this.#path.length >= depthMax) {
      this.#issues.add('sigma.unsupported', at, `correlations nest at most ${depthMax} deep`);
      return undefined;
    }
    const names = [...new Set([...wanted.group, ...wanted.value, ...wanted.carried])];
    // Issues of the inner one are reported with itself; but what this one asks of it is asked here.
    const issues = new IssueList(rule.meta.path);
    const inner = new Resolver(this.#index, rule, this.#path, names, issues).plan();
    if (inner === undefined || issues.issues.length > 0) {
      const why = issues.issues[0]?.message;
      this.#issues.add(
        'sigma.reference_unknown',
        at,
        `"${rule.meta.title}" has errors${why === undefined ? '' : `: ${why}`}`
      );
      return undefined;
    }
    const placesOf = (fields: readonly string[]): number[] => fields.map((field) => names.indexOf(field));
    const within = wanted.group.map((field) => inner.groupBy.indexOf(field));
    return {
      kind: 'correlation',
      plan: inner,
      group: placesOf(wanted.group),
      value: placesOf(wanted.value),
      carried: placesOf(wanted.carried),
      within: within.includes(-1) ? undefined : within,
    };
  }

  private condition(condition: Condition): LegCondition | undefined {
    if (condition.kind === 'name') return this.named(condition.name, condition.at);
    if (condition.kind === 'not') {
      const item = this.condition(condition.item);
      return item === undefined ? undefined : { kind: 'not', item };
    }
    if (condition.kind === 'of') {
      const message = 'a correlation condition has no "of": join the names of rules with and, or, not';
      this.#issues.add('sigma.correlation', condition.at, message);
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
  const plan = new Resolver(index, parsed, [], [], issues).plan();
  return { plan: issues.issues.length === 0 ? plan : undefined, issues: issues.issues };
}
