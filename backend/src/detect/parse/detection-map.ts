import { or, type Expression } from './ast.ts';
import { readCondition, type Condition } from './condition.ts';
import { readSelection } from './detection.ts';
import type { IssueList } from './issue.ts';
import type { ItemContext } from './item.ts';
import type { ParsedDetection, ParsedSelection } from './rule-node.ts';
import { SelectionResolver, type Selections } from './selection-resolve.ts';
import { entryOf, type YamlEntry, type YamlMap, type YamlScalar } from './yaml-node.ts';

function conditionsOf(entry: YamlEntry, issues: IssueList): readonly YamlScalar[] {
  const nodes = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  const scalars = nodes.filter((node): node is YamlScalar => node.kind === 'scalar');
  if (scalars.length === 0 || scalars.length < nodes.length) {
    issues.add('sigma.shape', entry.value.at, 'condition must be text or a list of texts');
  }
  return scalars;
}

/** Every selection, also those that could not be read, so that the condition knows its name. */
function readSelections(map: YamlMap, reserved: readonly string[], context: ItemContext): Selections {
  const selections = new Map<string, Selections extends ReadonlyMap<string, infer One> ? One : never>();
  for (const entry of map.entries) {
    if (reserved.includes(entry.key)) continue;
    if (entry.key === 'timeframe') {
      const message = 'timeframe is no longer Sigma: write a correlation with timespan';
      context.issues.add('sigma.unsupported', entry.at, message);
      continue;
    }
    selections.set(entry.key, { expression: readSelection(entry.value, context), at: entry.at });
  }
  return selections;
}

function warnOfUnused(selections: Selections, used: ReadonlySet<string>, issues: IssueList): void {
  for (const [name, { at }] of selections) {
    if (used.has(name)) continue;
    const message = `the condition does not use "${name}": name it there, or leave it out`;
    issues.warn('sigma.warn.selection_unused', at, message);
  }
}

function known(selections: Selections): ReadonlyMap<string, ParsedSelection> {
  const result = new Map<string, ParsedSelection>();
  for (const [name, { expression, at }] of selections) {
    if (expression !== undefined) result.set(name, Object.freeze({ expression, at }));
  }
  return result;
}

/**
 * Selections and condition of a map, `detection` or `filter`; undefined after issues were added. `reserved` are its keys
 * that are no selections, `condition` among them.
 */
export function readDetectionMap(
  map: YamlMap,
  reserved: readonly string[],
  context: ItemContext
): ParsedDetection | undefined {
  const { issues } = context;
  const selections = readSelections(map, reserved, context);
  const entry = entryOf(map, 'condition');
  if (entry === undefined) {
    issues.add('sigma.key_missing', map.at, 'there is no condition: say which selections must hold');
    return;
  }
  const resolver = new SelectionResolver(selections, issues);
  const conditions: Condition[] = [];
  const expressions: Expression[] = [];
  const scalars = conditionsOf(entry, issues);
  for (const scalar of scalars) {
    const condition = readCondition(scalar, issues);
    const expression = condition === undefined ? undefined : resolver.resolve(condition);
    if (condition === undefined || expression === undefined) continue;
    conditions.push(condition);
    expressions.push(expression);
  }
  warnOfUnused(selections, resolver.used, issues);
  if (expressions.length === 0 || expressions.length < scalars.length) return undefined;
  return { expression: or(expressions), selections: known(selections), conditions };
}
