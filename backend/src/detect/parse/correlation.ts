import { readCondition, type Condition } from './condition.ts';
import type { IssueList, Position } from './issue.ts';
import { MetadataReader, readTimespan } from './metadata.ts';
import {
  boundOperators,
  correlationTypes,
  type Bound,
  type CorrelationType,
  type ParsedCorrelation,
  type ParsedMeta,
  type RuleReference,
} from './rule-node.ts';
import { entryOf, type YamlEntry, type YamlMap } from './yaml-node.ts';

/** Valid Sigma that comes later. */
const laterTypes = ['value_sum', 'value_avg', 'value_percentile', 'value_median'];
const keys = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'];

function readType(map: YamlMap, reader: MetadataReader, issues: IssueList): CorrelationType | undefined {
  const text = reader.required('type');
  const at = reader.position('type');
  const type = correlationTypes.find((one) => one === text);
  if (type !== undefined || text === '') return type;
  if (laterTypes.includes(text)) {
    issues.add('sigma.unsupported', at, `${text} is not read yet; event_count and value_count are`);
    return;
  }
  issues.add('sigma.correlation', at, `type must be one of ${correlationTypes.join(', ')}`);
}

function readRules(map: YamlMap, issues: IssueList): RuleReference[] {
  const node = entryOf(map, 'rules')?.value;
  const items = node === undefined ? [] : node.kind === 'list' ? node.items : [node];
  const rules: RuleReference[] = [];
  for (const item of items) {
    if (item.kind !== 'scalar' || item.text === '') {
      issues.add('sigma.shape', item.at, 'rules must be a list of ids or names');
    } else if (rules.some((rule) => rule.text === item.text)) {
      issues.add('sigma.correlation', item.at, `"${item.text}" stands twice in rules`);
    } else rules.push({ text: item.text, at: item.at });
  }
  if (items.length === 0) issues.add('sigma.key_missing', node?.at ?? map.at, 'rules is missing or empty');
  return rules;
}

function readBound(entry: YamlEntry, issues: IssueList): Bound | undefined {
  const operator = boundOperators.find((one) => one === entry.key);
  if (operator === undefined) {
    issues.add('sigma.correlation', entry.at, `condition takes field and ${boundOperators.join(', ')}`);
    return;
  }
  const { value } = entry;
  if (value.kind !== 'scalar' || !/^\d{1,15}$/.test(value.text)) {
    issues.add('sigma.correlation', value.at, `${operator} takes a whole number from 0`);
    return;
  }
  return { operator, number: Number(value.text) };
}

interface Counting {
  readonly bounds: readonly Bound[];
  readonly valueFields: readonly string[];
}

function readCounting(map: YamlMap, type: CorrelationType, issues: IssueList): Counting {
  const node = entryOf(map, 'condition')?.value;
  if (node?.kind !== 'map') {
    issues.add('sigma.correlation', node?.at ?? map.at, `${type} needs a condition such as {gte: 10}`);
    return { bounds: [], valueFields: [] };
  }
  const bounds = node.entries.filter((entry) => entry.key !== 'field').map((entry) => readBound(entry, issues));
  if (bounds.length === 0) issues.add('sigma.correlation', node.at, 'condition compares nothing');
  const valueFields = [...new Set(new MetadataReader(node, issues).texts('field'))];
  if (type === 'value_count' && valueFields.length === 0) {
    issues.add('sigma.correlation', node.at, 'value_count needs a field in its condition');
  }
  if (type === 'event_count' && valueFields.length > 0) {
    issues.add('sigma.correlation', node.at, 'event_count counts events: with field it is a value_count');
  }
  return { bounds: bounds.filter((bound) => bound !== undefined), valueFields };
}

function readExtended(map: YamlMap, type: CorrelationType, issues: IssueList): Condition | undefined {
  const node = entryOf(map, 'condition')?.value;
  if (node === undefined) return undefined;
  if (node.kind !== 'scalar') {
    issues.add('sigma.correlation', node.at, `${type} takes no counts: leave condition out for all rules`);
    return;
  }
  if (type === 'temporal_ordered') {
    issues.add('sigma.unsupported', node.at, 'temporal_ordered takes no condition: it asks all rules in order');
    return;
  }
  return readCondition(node, issues);
}

function readAliases(map: YamlMap, issues: IssueList): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const aliases = new Map<string, ReadonlyMap<string, string>>();
  const node = entryOf(map, 'aliases')?.value;
  if (node === undefined) return aliases;
  if (node.kind !== 'map') {
    issues.add('sigma.shape', node.at, 'aliases must be a map of alias to {rule: field}');
    return aliases;
  }
  for (const { key, value } of node.entries) {
    const fields = new Map<string, string>();
    if (value.kind !== 'map') issues.add('sigma.shape', value.at, `alias ${key} must be a map of rule to field`);
    else {
      const reader = new MetadataReader(value, issues);
      for (const entry of value.entries) fields.set(entry.key, reader.required(entry.key));
    }
    aliases.set(key, fields);
  }
  return aliases;
}

function readGenerate(root: YamlMap, map: YamlMap, issues: IssueList): boolean {
  const given = [entryOf(root, 'generate'), entryOf(map, 'generate')].filter((entry) => entry !== undefined);
  for (const { value } of given) {
    if (value.kind !== 'scalar' || value.type !== 'boolean') {
      issues.add('sigma.shape', value.at, 'generate must be true or false');
    }
  }
  return given.some(({ value }) => value.kind === 'scalar' && value.text.toLowerCase() === 'true');
}

function readSpan(reader: MetadataReader, issues: IssueList): number | undefined {
  const text = reader.required('timespan');
  const timespanMs = readTimespan(text);
  if (timespanMs === undefined && text !== '') {
    const at: Position = reader.position('timespan');
    issues.add('sigma.correlation', at, 'timespan must be a whole number above 0 and one unit: s, m, h, d, w, M, y');
  }
  return timespanMs;
}

const noCounting: Counting = { bounds: [], valueFields: [] };

/** What the type asks of `condition`. */
function readDemand(
  map: YamlMap,
  type: CorrelationType,
  issues: IssueList
): Counting & { condition: Condition | undefined } {
  if (type === 'event_count' || type === 'value_count') {
    return { ...readCounting(map, type, issues), condition: undefined };
  }
  return { ...noCounting, condition: readExtended(map, type, issues) };
}

/** A document with `correlation` (Sigma 2.1, correlation rules); undefined after issues were added. */
export function readCorrelation(root: YamlMap, meta: ParsedMeta, issues: IssueList): ParsedCorrelation | undefined {
  const map = entryOf(root, 'correlation')?.value;
  if (map?.kind !== 'map') {
    issues.add('sigma.shape', map?.at ?? root.at, 'correlation must be a map');
    return undefined;
  }
  return readBody(root, map, meta, issues);
}

function readBody(root: YamlMap, map: YamlMap, meta: ParsedMeta, issues: IssueList): ParsedCorrelation | undefined {
  const before = issues.issues.length;
  for (const { key, at } of map.entries) {
    if (!keys.includes(key)) issues.add('sigma.correlation', at, `correlation has no key "${key}"`);
  }
  const reader = new MetadataReader(map, issues);
  const type = readType(map, reader, issues);
  const rules = readRules(map, issues);
  const timespanMs = readSpan(reader, issues);
  const demand = type === undefined ? undefined : readDemand(map, type, issues);
  const aliases = readAliases(map, issues);
  const generate = readGenerate(root, map, issues);
  const groupBy = [...new Set(reader.texts('group-by'))];
  if (issues.issues.length > before || type === undefined || timespanMs === undefined || demand === undefined) {
    return undefined;
  }
  return { kind: 'correlation', meta, type, rules, groupBy, timespanMs, ...demand, aliases, generate };
}
