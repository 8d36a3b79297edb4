import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Issue } from '@loglake/contract/problem';
import { messageOf } from '../error.ts';
import { noLists, type PlaceholderLists } from './parse/expand.ts';
import type { SigmaCode } from './parse/issue.ts';
import { readPlaceholderLists, type ListsFile } from './parse/placeholder-lists.ts';

/** Lists for placeholders, and what is wrong with them. */
export interface LoadedLists {
  readonly lists: PlaceholderLists;
  readonly issues: readonly Issue[];
}

const code: SigmaCode = 'sigma.lists';

async function filesOf(given: string): Promise<string[]> {
  if (!(await stat(given)).isDirectory()) return [given];
  const names = (await readdir(given)).filter((name) => /\.(?:ya?ml|json)$/.test(name));
  return names.sort().map((name) => path.join(given, name));
}

async function readListsFile(file: string): Promise<ListsFile> {
  try {
    return readPlaceholderLists(await readFile(file, 'utf8'), file);
  } catch (error) {
    return { lists: noLists, issues: [{ code, message: messageOf(error), path: file }] };
  }
}

/** One set of lists; of two with one name the first stays. */
function joined(files: readonly { readonly path: string; readonly read: ListsFile }[]): LoadedLists {
  const lists = new Map<string, readonly string[]>();
  const issues: Issue[] = [];
  const owners = new Map<string, string>();
  for (const { path: file, read } of files) {
    issues.push(...read.issues);
    for (const [name, values] of read.lists) {
      const owner = owners.get(name);
      if (owner === undefined) {
        lists.set(name, values);
        owners.set(name, file);
      } else issues.push({ code, message: `there is a list ${name} in ${owner} already: join the two`, path: file });
    }
  }
  return { lists, issues };
}

/**
 * Reads lists for placeholders from a file, or from every .yml, .yaml and .json of a directory. What cannot be read is
 * reported, and the rest is used: a rule whose list is missing is refused by name. Never throws.
 */
export async function loadLists(given: string | undefined): Promise<LoadedLists> {
  if (given === undefined) return { lists: noLists, issues: [] };
  try {
    const files = await filesOf(given);
    return joined(await Promise.all(files.map(async (file) => ({ path: file, read: await readListsFile(file) }))));
  } catch (error) {
    return { lists: noLists, issues: [{ code, message: messageOf(error), path: given }] };
  }
}
