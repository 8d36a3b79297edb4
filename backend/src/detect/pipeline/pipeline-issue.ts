import type { Issue } from '@loglake/contract/problem';
import type { Position } from '../parse/issue.ts';

/** The one catalogue of what can be wrong with a pipeline file; docs/reference/pipelines.md is tested against it. */
export const pipelineCodes = {
  'pipeline.unreadable': 'The file or directory cannot be read',
  'pipeline.yaml': 'The file is not valid YAML, or uses what rule files may not use',
  'pipeline.shape': 'A value is missing, or not of the kind that stands here',
  'pipeline.key_unknown': 'There is no such key here',
  'pipeline.transformation_unknown': 'There is no such transformation here',
  'pipeline.condition_unknown': 'There is no such rule condition here: only logsource',
  'pipeline.condition_invalid': 'An added condition cannot be read; the message has the code that a rule would have',
  'pipeline.target_unknown': 'A target is no column, no fields[...] and no name that is mapped later',
  'pipeline.cycle': 'A name is mapped to itself, over others perhaps',
  'pipeline.id_duplicate': 'Two transformations of a file have one id',
} as const satisfies Record<string, string>;

export type PipelineCode = keyof typeof pipelineCodes;

export function pipelineIssue(path: string, code: PipelineCode, at: Position, message: string): Issue {
  return { code, message, path, line: at.line, column: at.column };
}

/** By place in the file. */
export function inOrder(issues: readonly Issue[]): Issue[] {
  return [...issues].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
