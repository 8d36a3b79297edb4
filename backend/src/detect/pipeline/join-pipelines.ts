import type { Issue } from '@loglake/contract/problem';
import type { PipelineFile, PlacedTransformation } from './pipeline-file.ts';
import { pipelineIssue } from './pipeline-issue.ts';
import { eventColumns, type FieldTarget, type Pipeline } from './pipeline.ts';

/** Names that a transformation maps, and what it maps them to. */
function mapped({ transformation }: PlacedTransformation): readonly (readonly [string, readonly FieldTarget[]])[] {
  return transformation.kind === 'field_name_mapping' ? [...transformation.mapping] : [];
}

function renames({ transformation }: PlacedTransformation, name: string): boolean {
  if (transformation.kind === 'field_name_mapping') return transformation.mapping.has(name);
  if (transformation.kind !== 'field_name_prefix_mapping') return false;
  return [...transformation.mapping.keys()].some((prefix) => name.startsWith(prefix));
}

const namesOf = (targets: readonly FieldTarget[]): string[] =>
  targets.flatMap((target) => ('name' in target ? [target.name] : []));

/** Names that lead back to themselves over mappings of whatever condition. */
function circular(placed: readonly PlacedTransformation[]): Set<string> {
  const next = new Map<string, Set<string>>();
  for (const [from, targets] of placed.flatMap(mapped)) {
    const known = next.get(from) ?? new Set();
    for (const name of namesOf(targets)) known.add(name);
    next.set(from, known);
  }
  const reaches = (start: string): boolean => {
    const seen = new Set<string>();
    const open = [...(next.get(start) ?? [])];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (name === start) return true;
      if (!seen.has(name)) open.push(...(next.get(name) ?? []));
      seen.add(name);
    }
    return false;
  };
  return new Set([...next.keys()].filter(reaches));
}

function targetIssues(placed: readonly PlacedTransformation[]): Issue[] {
  const circle = circular(placed);
  return placed.flatMap((one, index) =>
    mapped(one).flatMap(([from, targets]): Issue[] => {
      const at = one.targetAt(from);
      if (circle.has(from)) {
        return [pipelineIssue(one.path, 'pipeline.cycle', at, `"${from}" comes back to itself`)];
      }
      const known = (name: string): boolean =>
        (eventColumns as readonly string[]).includes(name) ||
        placed.slice(index + 1).some((later) => renames(later, name));
      return namesOf(targets)
        .filter((name) => !known(name))
        .map((name) => {
          const message = `"${from}": there is no column "${name}"; a key of fields is written fields[${name}]`;
          return pipelineIssue(one.path, 'pipeline.target_unknown', at, message);
        });
    })
  );
}

/**
 * All files as one pipeline: by priority, the lower first, else in the order given. Files with issues are left out, so
 * whoever uses the pipeline looks at `issues` first.
 */
export function joinPipelines(files: readonly PipelineFile[]): { pipeline: Pipeline; issues: readonly Issue[] } {
  const ordered = [...files].sort((a, b) => a.priority - b.priority);
  const placed = ordered.flatMap((file) => file.transformations);
  const issues = [...files.flatMap((file) => file.issues), ...targetIssues(placed)];
  return { pipeline: { transformations: placed.map(({ transformation }) => transformation) }, issues };
}
