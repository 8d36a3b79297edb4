import { z } from 'zod';
import type { Issue } from '@loglake/contract/problem';
import { readSelection } from '../parse/detection.ts';
import { IssueList, type Position } from '../parse/issue.ts';
import { readYaml, type YamlNode } from '../parse/yaml-node.ts';
import { readTarget, type LogsourceMatch, type RuleCondition, type Transformation } from './pipeline.ts';
import { inOrder, pipelineIssue, type PipelineCode } from './pipeline-issue.ts';
import { keyPositionAt, nodeAt, positionAt, valueOf } from './yaml-value.ts';

const name = z.string().min(1);
const names = z.union([name, z.array(name).min(1)], { error: 'a name or a list of names' });
const parts = { product: z.string(), category: z.string(), service: z.string() };
const logsource = z.strictObject(parts).partial();
const someLogsource = logsource.refine((one) => Object.keys(one).length > 0, 'give a product, a category or a service');

/** What every transformation may have. */
const common = {
  id: name.optional(),
  rule_conditions: z
    .array(z.discriminatedUnion('type', [z.strictObject({ type: z.literal('logsource'), ...logsource.shape })]))
    .min(1)
    .optional(),
  rule_cond_op: z.enum(['and', 'or']).optional(),
};

const transformation = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('field_name_mapping'), mapping: z.record(name, names), ...common }),
  z.strictObject({
    type: z.literal('field_name_prefix_mapping'),
    mapping: z.record(name, z.union([z.string(), z.array(z.string()).min(1)])),
    ...common,
  }),
  z
    .strictObject({
      type: z.literal('change_logsource'),
      ...logsource.shape,
      logsources: z.array(someLogsource).min(1).optional(),
      ...common,
    })
    .refine((one) => (one.logsources === undefined) !== (logsourceOf(one) === undefined), {
      message: 'give product, category and service, or a list of those as logsources',
    }),
  z.strictObject({ type: z.literal('add_condition'), conditions: z.record(name, z.unknown()), ...common }),
]);

const file = z.strictObject({
  name,
  priority: z.number().int().optional(),
  transformations: z.array(transformation).min(1),
});
type FileTransformation = z.output<typeof transformation>;

/** The parts that are given; undefined when none is. */
function logsourceOf(given: { [part in keyof LogsourceMatch]?: string | undefined }): LogsourceMatch | undefined {
  const entries = Object.keys(parts).flatMap((part): [string, string][] => {
    const value = given[part as keyof LogsourceMatch];
    return value === undefined ? [] : [[part, value]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** A transformation with the place where it stands. */
export interface PlacedTransformation {
  readonly transformation: Transformation;
  readonly path: string;
  /** Where the target of a mapped name stands. */
  readonly targetAt: (name: string) => Position;
}

/** One file of field names and log sources. */
export interface PipelineFile {
  readonly path: string;
  /** Lower ones apply first. */
  readonly priority: number;
  /** Empty when there are issues. */
  readonly transformations: readonly PlacedTransformation[];
  /** Everything that is wrong, by place. */
  readonly issues: readonly Issue[];
}

function codeOf(issue: z.core.$ZodIssue): PipelineCode {
  if (issue.code === 'unrecognized_keys') return 'pipeline.key_unknown';
  const isType = issue.code === 'invalid_union' && issue.path.at(-1) === 'type';
  if (!isType) return 'pipeline.shape';
  return issue.path.includes('rule_conditions') ? 'pipeline.condition_unknown' : 'pipeline.transformation_unknown';
}

function shapeIssues(error: z.ZodError, root: YamlNode, path: string): Issue[] {
  return error.issues.flatMap((issue) => {
    const code = codeOf(issue);
    const where = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) =>
        pipelineIssue(path, code, keyPositionAt(root, issue.path, key), `no key "${key}"`)
      );
    }
    const found = nodeAt(root, issue.path);
    const shown = found?.kind === 'scalar' ? ` ("${found.text}")` : '';
    return [pipelineIssue(path, code, positionAt(root, issue.path), `${where}${shown}: ${issue.message}`)];
  });
}

function conditionOf(given: FileTransformation): RuleCondition {
  const logsources = (given.rule_conditions ?? []).map((one) => logsourceOf(one) ?? {});
  return { logsources, join: given.rule_cond_op ?? 'and' };
}

const listOf = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** Reads one transformation that the schema has accepted; undefined after issues were added. */
function transformationOf(
  given: FileTransformation,
  node: YamlNode | undefined,
  issues: IssueList
): Transformation | undefined {
  const when = conditionOf(given);
  switch (given.type) {
    case 'field_name_mapping': {
      const entries = Object.entries(given.mapping).map(([from, to]) => [from, listOf(to).map(readTarget)] as const);
      return { kind: given.type, when, mapping: new Map(entries) };
    }
    case 'field_name_prefix_mapping': {
      const entries = Object.entries(given.mapping).map(([from, to]) => [from, listOf(to)] as const);
      return { kind: given.type, when, mapping: new Map(entries) };
    }
    case 'change_logsource':
      return { kind: given.type, when, logsources: (given.logsources ?? [given]).map((one) => logsourceOf(one) ?? {}) };
    case 'add_condition': {
      const conditions = node === undefined ? undefined : nodeAt(node, ['conditions']);
      // No lists: a placeholder in a pipeline has none.
      const context = { issues, lists: new Map<string, readonly string[]>(), usedLists: new Set<string>() };
      const expression = conditions === undefined ? undefined : readSelection(conditions, context);
      return expression === undefined ? undefined : { kind: given.type, when, expression };
    }
  }
}

function twinIds(transformations: readonly FileTransformation[], root: YamlNode, path: string): Issue[] {
  const seen = new Set<string>();
  return transformations.flatMap(({ id }, index) => {
    if (id === undefined || !seen.has(id)) {
      if (id !== undefined) seen.add(id);
      return [];
    }
    const at = positionAt(root, ['transformations', index, 'id']);
    return [pipelineIssue(path, 'pipeline.id_duplicate', at, `the id "${id}" is taken`)];
  });
}

/** `__proto__` is no name that a schema over objects can see. */
function hiddenKeys(node: YamlNode, path: string): Issue[] {
  if (node.kind === 'scalar') return [];
  if (node.kind === 'list') return node.items.flatMap((item) => hiddenKeys(item, path));
  return node.entries.flatMap(({ key, at, value }) => [
    ...(key === '__proto__' ? [pipelineIssue(path, 'pipeline.key_unknown', at, 'no key "__proto__"')] : []),
    ...hiddenKeys(value, path),
  ]);
}

function checked(root: YamlNode, path: string): PipelineFile {
  const hidden = hiddenKeys(root, path);
  const parsed = file.safeParse(valueOf(root));
  if (!parsed.success || hidden.length > 0) {
    const shape = parsed.success ? [] : shapeIssues(parsed.error, root, path);
    return { path, priority: 0, transformations: [], issues: inOrder([...hidden, ...shape]) };
  }
  const { priority = 0, transformations: given } = parsed.data;
  const list = new IssueList(path);
  const transformations = given.flatMap((one, index): PlacedTransformation[] => {
    const keys = ['transformations', index];
    const transformed = transformationOf(one, nodeAt(root, keys), list);
    const targetAt = (from: string): Position => positionAt(root, [...keys, 'mapping', from]);
    return transformed === undefined ? [] : [{ transformation: transformed, path, targetAt }];
  });
  const refused = list.issues.map((issue) => ({
    ...issue,
    code: 'pipeline.condition_invalid',
    message: `${issue.code}: ${issue.message}`,
  }));
  const issues = inOrder([...twinIds(given, root, path), ...refused]);
  return { path, priority, transformations: issues.length === 0 ? transformations : [], issues };
}

/** Reads one pipeline file. All problems at once, each with code, line and column. Never throws on any text. */
export function parsePipelineFile(text: string, path: string): PipelineFile {
  const list = new IssueList(path);
  const documents = readYaml(text, list);
  const broken = list.issues.map((issue) => ({ ...issue, code: 'pipeline.yaml' satisfies PipelineCode }));
  const [document, more] = documents;
  if (broken.length > 0) return { path, priority: 0, transformations: [], issues: inOrder(broken) };
  if (document === undefined || more !== undefined) {
    const at = more?.root.at ?? { line: 1, column: 1 };
    const issue = pipelineIssue(path, 'pipeline.shape', at, 'a file holds one pipeline');
    return { path, priority: 0, transformations: [], issues: [issue] };
  }
  return checked(document.root, path);
}
