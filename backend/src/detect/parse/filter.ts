import type { ItemContext } from './item.ts';
import type { IssueList } from './issue.ts';
import { readDetectionMap } from './detection-map.ts';
import { readLogsource } from './logsource.ts';
import type { ParsedFilter, ParsedMeta, RuleReference } from './rule-node.ts';
import { entryOf, type YamlMap, type YamlNode } from './yaml-node.ts';

/** Keys of `filter` that are no selections. */
const reserved = ['rules', 'condition'];

/** Ids and names in a list, or one alone; undefined after issues were added. */
function readReferences(node: YamlNode, issues: IssueList): RuleReference[] | undefined {
  const items = node.kind === 'list' ? node.items : [node];
  const references: RuleReference[] = [];
  for (const item of items) {
    if (item.kind !== 'scalar' || item.text === '') {
      issues.add('sigma.shape', item.at, 'rules must be any, or ids or names of rules');
    } else if (references.some(({ text }) => text === item.text)) {
      issues.add('sigma.filter', item.at, `"${item.text}" stands twice in rules: write it once`);
    } else references.push({ text: item.text, at: item.at });
  }
  return references.length === items.length ? references : undefined;
}

/** `any` (draft 2.2; `all` means the same), one id or name, or a list of them. Undefined after issues were added. */
function readRules(map: YamlMap, issues: IssueList): ParsedFilter['rules'] | undefined {
  const node = entryOf(map, 'rules')?.value;
  if (node === undefined || (node.kind === 'list' && node.items.length === 0)) {
    const message = 'rules is missing or empty: name the rules that the filter is for, or write any';
    issues.add('sigma.key_missing', node?.at ?? map.at, message);
    return;
  }
  if (node.kind === 'scalar' && (node.text === 'any' || node.text === 'all')) return 'any';
  return readReferences(node, issues);
}

/** What a filter may not have beside it. */
function refuseOthers(root: YamlMap, issues: IssueList): void {
  for (const key of ['detection', 'correlation']) {
    const other = entryOf(root, key);
    if (other === undefined) continue;
    issues.add('sigma.filter', other.at, `filter and ${key} are two documents: split them with ---`);
  }
}

/** A document with `filter` (Sigma 2.1, filters); undefined after issues were added. */
export function readFilter(root: YamlMap, meta: ParsedMeta, context: ItemContext): ParsedFilter | undefined {
  const { issues } = context;
  const logsource = readLogsource(root, issues);
  const map = entryOf(root, 'filter')?.value;
  if (map?.kind !== 'map') {
    issues.add('sigma.shape', map?.at ?? root.at, 'filter must be a map with rules, selections and a condition');
    return;
  }
  refuseOthers(root, issues);
  const rules = readRules(map, issues);
  const condition = entryOf(map, 'condition')?.value;
  if (condition?.kind === 'list') {
    issues.add('sigma.filter', condition.at, 'a filter has one condition: join them with or');
    return;
  }
  const detection = readDetectionMap(map, reserved, context);
  return rules === undefined || detection === undefined
    ? undefined
    : { kind: 'filter', meta, logsource, rules, ...detection };
}
