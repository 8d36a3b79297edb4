import { namesIn, readDemand } from './correlation-condition.ts';
import type { Condition } from './condition.ts';
import type { IssueList } from './issue.ts';
import { MetadataReader, readTimespan } from './metadata.ts';
import {
  correlationTypes,
  type AliasedField,
  type CorrelationType,
  type ParsedCorrelation,
  type ParsedMeta,
  type RuleReference,
} from './rule-node.ts';
import { entryOf, type YamlMap, type YamlNode } from './yaml-node.ts';

const keys = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'];
/** 3,650 days: times stay far from the ends of 64 bits. */
const timespanMsMax = 315_360_000_000;
/** Matches are kept for 8 days by arrival (migration 0004). */
const matchesKeptMs = 8 * 86_400_000;

function readType(reader: MetadataReader, issues: IssueList): CorrelationType | undefined {
  const text = reader.required('type');
  const type = correlationTypes.find((one) => one === text);
  if (type !== undefined || text === '') return type;
  issues.add('sigma.correlation', reader.position('type'), `type must be one of ${correlationTypes.join(', ')}`);
}

/** `rules` as given; an extended condition without them names them itself, in the order of the condition. */
function readRules(map: YamlMap, condition: Condition | undefined, issues: IssueList): RuleReference[] {
  const node = entryOf(map, 'rules')?.value;
  if (node !== undefined) return readReferences(node, issues);
  if (condition !== undefined) return namesIn(condition);
  issues.add('sigma.key_missing', map.at, 'rules is missing or empty');
  return [];
}

function readReferences(node: YamlNode, issues: IssueList): RuleReference[] {
  const items = node.kind === 'list' ? node.items : [node];
  const rules: RuleReference[] = [];
  for (const item of items) {
    if (item.kind !== 'scalar' || item.text === '') {
      issues.add('sigma.shape', item.at, 'rules must be a list of ids or names');
    } else if (rules.some((rule) => rule.text === item.text)) {
      issues.add('sigma.correlation', item.at, `"${item.text}" stands twice in rules`);
    } else rules.push({ text: item.text, at: item.at });
  }
  if (items.length === 0) issues.add('sigma.key_missing', node.at, 'rules is missing or empty');
  return rules;
}

function readAliases(map: YamlMap, issues: IssueList): ReadonlyMap<string, readonly AliasedField[]> {
  const aliases = new Map<string, readonly AliasedField[]>();
  const node = entryOf(map, 'aliases')?.value;
  if (node === undefined) return aliases;
  if (node.kind !== 'map') {
    issues.add('sigma.shape', node.at, 'aliases must be a map of alias to {rule: field}');
    return aliases;
  }
  for (const { key, value } of node.entries) {
    if (value.kind !== 'map') {
      issues.add('sigma.shape', value.at, `alias ${key} must be a map of rule to field`);
      continue;
    }
    const reader = new MetadataReader(value, issues);
    const fields = value.entries.map((entry) => ({
      rule: { text: entry.key, at: entry.at },
      field: reader.required(entry.key),
    }));
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
  const at = reader.position('timespan');
  if (timespanMs === undefined && text !== '') {
    issues.add('sigma.correlation', at, 'timespan must be a whole number above 0 and one unit: s, m, h, d, w, M, y');
  }
  if (timespanMs === undefined) return undefined;
  if (timespanMs > timespanMsMax) {
    issues.add('sigma.correlation', at, 'timespan is longer than ten years');
    return undefined;
  }
  if (timespanMs > matchesKeptMs) {
    issues.warn('sigma.warn.timespan', at, `matches are kept for 8 days: ${text} sees no older ones`);
  }
  return timespanMs;
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
  const type = readType(reader, issues);
  const demand = type === undefined ? undefined : readDemand(map, type, issues);
  const rules = readRules(map, demand?.condition, issues);
  const timespanMs = readSpan(reader, issues);
  const aliases = readAliases(map, issues);
  const generate = readGenerate(root, map, issues);
  const groupBy = [...new Set(reader.texts('group-by'))];
  if (issues.issues.length > before || type === undefined || timespanMs === undefined || demand === undefined) {
    return undefined;
  }
  const conditionAt = reader.position('condition');
  return { kind: 'correlation', meta, type, rules, groupBy, timespanMs, ...demand, conditionAt, aliases, generate };
}
