import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Issue } from '@loglake/contract/problem';
import { messageOf } from '../error.ts';
import type { LoadedRules } from './catalogue.ts';
import { compileRules } from './compile/compile-rules.ts';
import type { LoadedLists } from './load-lists.ts';
import { noLists } from './parse/expand.ts';
import { parseRuleFile } from './parse/rule-file.ts';
import type { Pipeline } from './pipeline/pipeline.ts';

/** Files of rules below the directory: `rules/<name>/rule.yml`, or any other `.yml`, but not what lies in `cases`. */
async function ruleFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yml'))
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => !file.split('/').includes('cases'))
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

/**
 * Reads every rule and filter below a directory as one set, with lists for their placeholders. A file that is broken is
 * reported with all its issues, and the others run. A directory that cannot be read gives no rules and says so. Paths are
 * relative, with slashes. Never throws.
 */
export async function loadRules(
  directory: string,
  pipeline: Pipeline,
  given: LoadedLists = none
): Promise<LoadedRules> {
  let files: string[];
  try {
    files = await ruleFiles(directory);
  } catch (error) {
    const unreadable = { code: 'rule.unreadable', message: messageOf(error), path: '' };
    return { rules: [], issues: [...given.issues, unreadable], warnings: [] };
  }
  const { lists } = given;
  const read = await Promise.all(files.map((file) => readRuleFile(directory, file)));
  const unreadable = read.filter((one) => 'code' in one);
  const parsed = read.flatMap((one) => ('text' in one ? [parseRuleFile(one.text, one.file, { lists })] : []));
  const compiled = compileRules(
    parsed.flatMap((one) => [...one.rules, ...one.filters]),
    pipeline
  );
  return {
    rules: compiled.rules,
    issues: [...given.issues, ...unreadable, ...parsed.flatMap((one) => one.issues), ...compiled.issues],
    warnings: [...parsed.flatMap((one) => one.warnings), ...compiled.warnings],
  };
}
