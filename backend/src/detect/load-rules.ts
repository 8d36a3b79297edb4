import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Issue } from '@loglake/contract/problem';
import { messageOf } from '../error.ts';
import type { LoadedRules } from './catalogue.ts';
import { compileRules } from './compile/compile-rules.ts';
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

/**
 * Reads every rule below a directory as one set. A file that is broken is reported with all its issues, and the others
 * run. A directory that cannot be read gives no rules and says so. Paths are relative, with slashes. Never throws.
 */
export async function loadRules(directory: string, pipeline: Pipeline): Promise<LoadedRules> {
  let files: string[];
  try {
    files = await ruleFiles(directory);
  } catch (error) {
    return { rules: [], issues: [{ code: 'rule.unreadable', message: messageOf(error), path: '' }] };
  }
  const read = await Promise.all(files.map((file) => readRuleFile(directory, file)));
  const unreadable = read.filter((one) => 'code' in one);
  const parsed = read.flatMap((one) => ('text' in one ? [parseRuleFile(one.text, one.file)] : []));
  const compiled = compileRules(
    parsed.flatMap((one) => one.rules),
    pipeline
  );
  return { rules: compiled.rules, issues: [...unreadable, ...parsed.flatMap((one) => one.issues), ...compiled.issues] };
}
