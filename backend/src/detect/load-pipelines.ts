import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Issue } from '@loglake/contract/problem';
import { ConfigError } from '../config.ts';
import { messageOf } from '../error.ts';
import { parseFieldManifest, type FieldManifest } from './pipeline/field-manifest.ts';
import { joinPipelines } from './pipeline/join-pipelines.ts';
import { parsePipelineFile, type PipelineFile } from './pipeline/pipeline-file.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { PipelineCode } from './pipeline/pipeline-issue.ts';

/** The folder that comes with the service. */
export const pipelinesDirectory = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../pipelines' : '../../../pipelines', import.meta.url)
);

/** Data of that folder that are no pipelines: what parsers read, and what they fill. */
const otherFiles: ReadonlySet<string> = new Set(['windows-logsources.yml', 'fields.yml']);

export interface LoadedPipelines {
  readonly pipeline: Pipeline;
  /** Everything that is wrong. With any, the pipeline is not whole and must not be used. */
  readonly issues: readonly Issue[];
}

function unreadable(file: string, error: unknown): PipelineFile {
  const code: PipelineCode = 'pipeline.unreadable';
  return { path: file, priority: 0, transformations: [], issues: [{ code, message: messageOf(error), path: file }] };
}

async function readDirectory(directory: string, leaveOut: ReadonlySet<string>): Promise<PipelineFile[]> {
  try {
    const names = (await readdir(directory)).filter((name) => /\.ya?ml$/.test(name) && !leaveOut.has(name)).sort();
    return await Promise.all(
      names.map(async (name) => {
        const file = path.join(directory, name);
        try {
          return parsePipelineFile(await readFile(file, 'utf8'), file);
        } catch (error) {
          return unreadable(file, error);
        }
      })
    );
  } catch (error) {
    return [unreadable(directory, error)];
  }
}

/** Which fields the parsers of the service fill. */
export async function loadFieldManifest(): Promise<{ manifest: FieldManifest; issues: readonly Issue[] }> {
  const file = path.join(pipelinesDirectory, 'fields.yml');
  return parseFieldManifest(await readFile(file, 'utf8'), file);
}

/** The pipelines of the service and, when a directory is given, those in it after them at equal priority. Never throws. */
export async function loadPipelines(ownDirectory?: string): Promise<LoadedPipelines> {
  const shipped = await readDirectory(pipelinesDirectory, otherFiles);
  const own = ownDirectory === undefined ? [] : await readDirectory(ownDirectory, new Set());
  return joinPipelines([...shipped, ...own]);
}

/**
 * The same for the service: with anything wrong it does not start, for a rule read with half of its pipeline would look at
 * the wrong fields. Throws ConfigError, one problem a line.
 */
export async function wholePipeline(ownDirectory: string | undefined): Promise<Pipeline> {
  const { pipeline, issues } = await loadPipelines(ownDirectory);
  if (issues.length === 0) return pipeline;
  const lines = issues.map((issue) => `${issue.path}:${issue.line ?? 1}:${issue.column ?? 1} ${issue.message}`);
  throw new ConfigError(['Field pipelines:', ...lines].join('\n'));
}
