import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Issue } from '@loglake/contract/problem';
import { messageOf } from '../error.ts';
import type { LoadedRules } from './catalogue.ts';
import { compileRules } from './compile/compile-rules.ts';
import type { LoadedLists } from './load-lists.ts';
import { noLists, type PlaceholderLists } from './parse/expand.ts';
import { parseRuleFile, type ParsedFile } from './parse/rule-file.ts';
import type { Pipeline } from './pipeline/pipeline.ts';

/** Whether a file below the rules directory holds rules: any `.yml`, but not what lies in `cases`. */
export const isRuleFile = (file: string): boolean => file.endsWith('.yml') && !file.split('/').includes('cases');

async function ruleFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter(isRuleFile)
    .sort();
}

async function readRuleFile(directory: string, file: string): Promise<{ file: string; text: string } | Issue> {
  try {
    return { file, text: await readFile(path.join(directory, file), 'utf8') };
  } catch (error) {
    return { code: 'rule.unreadable', message: messageOf(error), path: file };
  }
}

const none: LoadedLists = { lists: noLists, issues: [] };

/** Files that were read, each with what is in it, and what could not be read. */
export interface ParsedFiles {
  readonly files: readonly ParsedFile[];
  readonly issues: readonly Issue[];
}

/**
 * Parses every rule file below a directory, or only those named in `only`. Paths are relative, with slashes. A directory
 * that cannot be read gives no files and says so. Never throws.
 */
export async function parseRules(
  directory: string,
  lists: PlaceholderLists,
  only?: readonly string[]
): Promise<ParsedFiles> {
  let names: readonly string[];
  try {
    names = only ?? (await ruleFiles(directory));
  } catch (error) {
    return { files: [], issues: [{ code: 'rule.unreadable', message: messageOf(error), path: '' }] };
  }
  const read = await Promise.all(names.map((file) => readRuleFile(directory, file)));
  return {
    files: read.flatMap((one) => ('text' in one ? [parseRuleFile(one.text, one.file, { lists })] : [])),
    issues: read.filter((one) => 'code' in one),
  };
}

/**
 * Reads every rule and filter below a directory as one set, with lists for their placeholders. A file that is broken is
 * reported with all its issues, and the others run. Never throws.
 */
export async function loadRules(
  directory: string,
  pipeline: Pipeline,
  given: LoadedLists = none
): Promise<LoadedRules> {
  const { files, issues } = await parseRules(directory, given.lists);
  const compiled = compileRules(
    files.flatMap((one) => [...one.rules, ...one.filters]),
    pipeline
  );
  return {
    rules: compiled.rules,
    issues: [...given.issues, ...issues, ...files.flatMap((one) => one.issues), ...compiled.issues],
    warnings: [...files.flatMap((one) => one.warnings), ...compiled.warnings],
  };
}
