import type { Logsource } from '../rule.ts';
import { and, not, or, type Expression } from './ast.ts';
import { namesOf, readCondition, type Condition } from './condition.ts';
import { readSelection } from './detection.ts';
import type { IssueList } from './issue.ts';
import type { ItemContext } from './item.ts';
import { MetadataReader, readTimespan } from './metadata.ts';
import type { ParsedMeta, ParsedSingle } from './rule-node.ts';
import { entryOf, type YamlEntry, type YamlMap, type YamlScalar } from './yaml-node.ts';

const defaultGroupBy = ['host', 'user', 'src_ip'];
const defaultGapMs = 300_000;

/** Resolves names to selections; every one used is remembered. */
class Resolver {
  readonly used = new Set<string>();
  readonly #selections: ReadonlyMap<string, Expression | undefined>;
  readonly #issues: IssueList;

  constructor(selections: ReadonlyMap<string, Expression | undefined>, issues: IssueList) {
    this.#selections = selections;
    this.#issues = issues;
  }

  resolve(condition: Condition): Expression | undefined {
    if (condition.kind === 'not') {
      const item = this.resolve(condition.item);
      return item === undefined ? undefined : not(item);
    }
    if (condition.kind === 'name') return this.named(condition.name, condition.at);
    if (condition.kind === 'of') return this.of(condition);
    return this.joined(
      condition.kind,
      condition.items.map((item) => this.resolve(item))
    );
  }

  private joined(kind: 'and' | 'or', items: readonly (Expression | undefined)[]): Expression | undefined {
    const known = items.filter((item) => item !== undefined);
    if (known.length < items.length) return undefined;
    return kind === 'and' ? and(known) : or(known);
  }

  private named(name: string, at: { line: number; column: number }): Expression | undefined {
    this.used.add(name);
    if (this.#selections.has(name)) return this.#selections.get(name);
    const hint = /^(?:and|or|not)$/i.test(name) ? ': operators are lower case' : '';
    this.#issues.add('sigma.selection_unknown', at, `there is no selection "${name}"${hint}`);
  }

  private of(condition: Extract<Condition, { kind: 'of' }>): Expression | undefined {
    const names = namesOf(condition.pattern, [...this.#selections.keys()]);
    for (const name of names) this.used.add(name);
    if (names.length === 0) {
      this.#issues.add('sigma.selection_unknown', condition.at, `"${condition.pattern}" matches no selection`);
      return;
    }
    const items = names.map((name) => this.#selections.get(name));
    return this.joined(condition.quantifier === 'all' ? 'and' : 'or', items);
  }
}

function conditionsOf(entry: YamlEntry, issues: IssueList): readonly YamlScalar[] {
  const nodes = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  const scalars = nodes.filter((node): node is YamlScalar => node.kind === 'scalar');
  if (scalars.length === 0 || scalars.length < nodes.length) {
    issues.add('sigma.shape', entry.value.at, 'condition must be text or a list of texts');
  }
  return scalars;
}

function readDetection(map: YamlMap, context: ItemContext): Expression | undefined {
  const { issues } = context;
  const selections = new Map<string, Expression | undefined>();
  for (const entry of map.entries) {
    if (entry.key === 'condition') continue;
    if (entry.key === 'timeframe') {
      issues.add('sigma.unsupported', entry.at, 'timeframe is no longer Sigma: write a correlation with timespan');
      continue;
    }
    selections.set(entry.key, readSelection(entry.value, context));
  }
  const entry = entryOf(map, 'condition');
  if (entry === undefined) {
    issues.add('sigma.key_missing', map.at, 'detection has no condition');
    return;
  }
  const resolver = new Resolver(selections, issues);
  const conditions = conditionsOf(entry, issues).map((scalar) => {
    const condition = readCondition(scalar, issues);
    return condition === undefined ? undefined : resolver.resolve(condition);
  });
  for (const [name] of selections) {
    if (!resolver.used.has(name)) {
      const at = entryOf(map, name)?.at ?? map.at;
      issues.warn('sigma.warn.selection_unused', at, `the condition does not use "${name}"`);
    }
  }
  const known = conditions.filter((condition) => condition !== undefined);
  return known.length === conditions.length && known.length > 0 ? or(known) : undefined;
}

function readLogsource(map: YamlMap, issues: IssueList): Logsource {
  const node = entryOf(map, 'logsource')?.value;
  if (node?.kind !== 'map') {
    issues.add('sigma.key_missing', node?.at ?? map.at, 'logsource is missing or no map');
    return { product: '', category: '', service: '' };
  }
  const reader = new MetadataReader(node, issues);
  const part = (key: string): string => reader.text(key).toLowerCase();
  const logsource = { product: part('product'), category: part('category'), service: part('service') };
  if (logsource.product + logsource.category + logsource.service === '') {
    issues.add('sigma.key_missing', node.at, 'logsource needs a product, a category or a service');
  }
  return logsource;
}

/** Our extension: `finding: {group_by: [...], gap: 300s}`. */
function readFinding(map: YamlMap, issues: IssueList): { groupBy: readonly string[]; gapMs: number } {
  const entry = entryOf(map, 'finding');
  if (entry === undefined) return { groupBy: defaultGroupBy, gapMs: defaultGapMs };
  if (entry.value.kind !== 'map') {
    issues.add('sigma.shape', entry.value.at, 'finding must be a map with group_by and gap');
    return { groupBy: defaultGroupBy, gapMs: defaultGapMs };
  }
  for (const { key, at } of entry.value.entries) {
    if (key !== 'group_by' && key !== 'gap') issues.add('sigma.shape', at, `finding has no key "${key}"`);
  }
  const reader = new MetadataReader(entry.value, issues);
  const gap = reader.text('gap');
  const gapMs = gap === '' ? defaultGapMs : readTimespan(gap);
  if (gapMs === undefined) issues.add('sigma.metadata', reader.position('gap'), 'gap must be like 300s, 5m, 1h');
  const groupBy = reader.texts('group_by');
  return {
    groupBy: entryOf(entry.value, 'group_by') === undefined ? defaultGroupBy : [...new Set(groupBy)],
    gapMs: gapMs ?? defaultGapMs,
  };
}

/** A document with `detection`; undefined after issues were added. */
export function readSingle(map: YamlMap, meta: ParsedMeta, context: ItemContext): ParsedSingle | undefined {
  const { issues } = context;
  const logsource = readLogsource(map, issues);
  const finding = readFinding(map, issues);
  const detection = entryOf(map, 'detection')?.value;
  if (detection?.kind !== 'map') {
    issues.add('sigma.key_missing', detection?.at ?? map.at, 'detection is missing or no map');
    return;
  }
  const expression = readDetection(detection, context);
  return expression === undefined ? undefined : { kind: 'single', meta, logsource, expression, ...finding };
}
