import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Issue } from '@loglake/contract/problem';
import { messageOf } from '../src/error.ts';
import { compileRules } from '../src/detect/compile/compile-rules.ts';
import { loadLists } from '../src/detect/load-lists.ts';
import { loadPipelines } from '../src/detect/load-pipelines.ts';
import { parseRules, type ParsedFiles } from '../src/detect/load-rules.ts';
import type { PlaceholderLists } from '../src/detect/parse/expand.ts';
import type { ParsedFilter, ParsedRule } from '../src/detect/parse/rule-node.ts';
import type { Pipeline } from '../src/detect/pipeline/pipeline.ts';
import type { DetectionRule } from '../src/detect/rule.ts';

/** Options that every command takes. */
export const sourceOptions = z.object({
  lists: z.string().optional(),
  with: z.string().optional(),
  pipelines: z.string().optional(),
  json: z.boolean().default(false),
});
type SourceOptions = z.output<typeof sourceOptions>;

/** Rules of a folder or a file, read as the service reads its rules. */
export interface RuleSource {
  /** Documents found: rules, correlations and filters, refused ones too. */
  readonly documents: number;
  readonly parsed: readonly ParsedRule[];
  /** Rules of the folder or file itself, without those of `with` that they reference. */
  readonly own: readonly DetectionRule[];
  readonly filters: readonly ParsedFilter[];
  readonly rules: readonly DetectionRule[];
  readonly pipeline: Pipeline;
  readonly issues: readonly Issue[];
  readonly warnings: readonly Issue[];
}

/** A command whose arguments cannot be used; exit code 2. */
export class UsageError extends Error {}

async function pipelineOf(extra: string | undefined): Promise<Pipeline> {
  const { pipeline, issues } = await loadPipelines(extra);
  if (issues.length > 0) throw new UsageError(issues.map(issueLine).join('\n'));
  return pipeline;
}

/** `path:line:column code message`, for a person and for editors. */
export function issueLine({ path: file, line, column, code, message }: Issue): string {
  return `${[file, line, column].filter((part) => part !== undefined).join(':')} ${code} ${message}`;
}

async function parsedOf(target: string, lists: PlaceholderLists): Promise<ParsedFiles> {
  const kind = await stat(target).catch((error: unknown) => {
    throw new UsageError(messageOf(error));
  });
  return kind.isDirectory()
    ? parseRules(target, lists)
    : parseRules(path.dirname(target), lists, [path.basename(target)]);
}

/**
 * Reads rules below a folder, or of one file, and those of `with` that they may reference. Throws UsageError when a
 * path, lists or pipelines cannot be read.
 */
export async function readRules(target: string, options: SourceOptions): Promise<RuleSource> {
  const pipeline = await pipelineOf(options.pipelines);
  const lists = await loadLists(options.lists);
  if (lists.issues.length > 0) throw new UsageError(lists.issues.map(issueLine).join('\n'));
  const own = await parsedOf(target, lists.lists);
  const others = options.with === undefined ? undefined : await parsedOf(options.with, lists.lists);
  const ownIds = new Set(own.files.flatMap((file) => file.rules.map((rule) => rule.meta.id)));
  const parsed = own.files.flatMap((file) => file.rules);
  const referenced = (others?.files ?? []).flatMap((file) => file.rules).filter(({ meta }) => !ownIds.has(meta.id));
  const filters = [...own.files, ...(others?.files ?? [])].flatMap((file) => file.filters);
  const compiled = compileRules([...parsed, ...referenced, ...filters], pipeline);
  return {
    documents: own.files.reduce((sum, file) => sum + file.documents, 0),
    parsed,
    filters,
    rules: compiled.rules,
    own: compiled.rules.filter((rule) => ownIds.has(rule.meta.id)),
    pipeline,
    issues: [...own.issues, ...own.files.flatMap((file) => file.issues), ...compiled.issues],
    warnings: [...own.files.flatMap((file) => file.warnings), ...compiled.warnings],
  };
}
