import { amountOf } from './amount.ts';
import { readCondition, type Condition } from './condition.ts';
import type { IssueList, Position } from './issue.ts';
import { MetadataReader } from './metadata.ts';
import {
  boundOperators,
  valueTypes,
  type Bound,
  type CorrelationType,
  type ParsedCorrelation,
  type RuleReference,
} from './rule-node.ts';
import { entryOf, type YamlEntry, type YamlMap, type YamlNode, type YamlScalar } from './yaml-node.ts';

/** What the type asks of `condition`. */
export type Demand = Pick<ParsedCorrelation, 'bounds' | 'valueFields' | 'percentile' | 'condition'>;

const noDemand: Demand = { bounds: [], valueFields: [], percentile: 0, condition: undefined };
const isValueType = (type: CorrelationType): boolean => valueTypes.some((one) => one === type);

function readNumber(value: YamlScalar, exact: boolean): bigint | undefined {
  if (!exact) return /^\d{1,15}$/.test(value.text) ? BigInt(value.text) : undefined;
  return /^[+-]?\d{1,40}(?:\.\d{1,9})?$/.test(value.text) ? amountOf(value.text) : undefined;
}

function readBound(entry: YamlEntry, type: CorrelationType, issues: IssueList): Bound | undefined {
  const operator = boundOperators.find((one) => one === entry.key);
  if (operator === undefined) {
    const also = type === 'value_percentile' ? 'field, percentile' : 'field';
    issues.add('sigma.correlation', entry.at, `condition takes ${also} and ${boundOperators.join(', ')}`);
    return;
  }
  const { value } = entry;
  const exact = isValueType(type);
  const number = value.kind === 'scalar' ? readNumber(value, exact) : undefined;
  if (number === undefined) {
    const wanted = exact ? 'a number with at most nine digits after the point' : 'a whole number from 0';
    issues.add('sigma.correlation', value.at, `${operator} takes ${wanted}`);
    return;
  }
  return { operator, number };
}

function readBounds(node: YamlMap, type: CorrelationType, issues: IssueList): Bound[] {
  const own = type === 'value_percentile' ? ['field', 'percentile'] : ['field'];
  const compared = node.entries.filter((entry) => !own.includes(entry.key));
  if (compared.length === 0) issues.add('sigma.correlation', node.at, 'condition compares nothing');
  return compared.map((entry) => readBound(entry, type, issues)).filter((bound) => bound !== undefined);
}

/** Thousandths of a percent. */
function readPercentile(node: YamlMap, issues: IssueList): number {
  const value = entryOf(node, 'percentile')?.value;
  const text = value?.kind === 'scalar' ? value.text : '';
  const percentile = /^\d{1,3}(?:\.\d{1,3})?$/.test(text) ? Math.round(Number(text) * 1000) : -1;
  if (percentile >= 0 && percentile <= 100_000) return percentile;
  const message =
    'value_percentile needs percentile: 0 to 100 in its condition, such as {field: f, percentile: 95, gt: 10}';
  issues.add('sigma.correlation', value?.at ?? node.at, message);
  return 0;
}

/** How many fields a type reads, in words for its author. */
function checkFields(type: CorrelationType, fields: readonly string[], at: Position, issues: IssueList): void {
  if (type === 'event_count') {
    if (fields.length > 0)
      issues.add('sigma.correlation', at, 'event_count counts events: with field it is a value_count');
  } else if (type === 'temporal' || type === 'temporal_ordered') {
    if (fields.length > 0) issues.add('sigma.correlation', at, `${type} counts rules and takes no field`);
  } else if (fields.length === 0) {
    issues.add('sigma.correlation', at, `${type} needs a field in its condition`);
  } else if (isValueType(type) && fields.length > 1) {
    issues.add('sigma.correlation', at, `${type} reads the numbers of one field`);
  }
}

function readComparing(node: YamlMap, type: CorrelationType, issues: IssueList): Demand {
  const bounds = readBounds(node, type, issues);
  const valueFields = [...new Set(new MetadataReader(node, issues).texts('field'))];
  checkFields(type, valueFields, node.at, issues);
  const percentile = type === 'value_percentile' ? readPercentile(node, issues) : 0;
  return { bounds, valueFields, percentile, condition: undefined };
}

/** Of temporal types: a text over rule names, or nothing. */
function readTemporal(node: YamlNode | undefined, issues: IssueList): Demand {
  if (node === undefined) return noDemand;
  if (node.kind === 'scalar') return { ...noDemand, condition: readCondition(node, issues) };
  issues.add('sigma.shape', node.at, 'condition must be a text over rule names, or a map such as {gte: 2}');
  return noDemand;
}

const example = (type: CorrelationType): string => {
  if (type === 'event_count') return '{gte: 10}';
  return type === 'value_percentile' ? '{field: f, percentile: 95, gt: 10}' : '{field: f, gte: 10}';
};

/** What `condition` asks, by type; issues are added. */
export function readDemand(map: YamlMap, type: CorrelationType, issues: IssueList): Demand {
  const node = entryOf(map, 'condition')?.value;
  if (node?.kind === 'map') return readComparing(node, type, issues);
  if (type === 'temporal' || type === 'temporal_ordered') return readTemporal(node, issues);
  issues.add('sigma.correlation', node?.at ?? map.at, `${type} needs a condition such as ${example(type)}`);
  return noDemand;
}

/** Every name in the condition, in its order, each once. */
export function namesIn(condition: Condition): RuleReference[] {
  const names = new Map<string, RuleReference>();
  const visit = (node: Condition): void => {
    if (node.kind === 'and' || node.kind === 'or') node.items.forEach(visit);
    else if (node.kind === 'not') visit(node.item);
    else if (node.kind === 'name' && !names.has(node.name)) names.set(node.name, { text: node.name, at: node.at });
  };
  visit(condition);
  return [...names.values()];
}
