import type { Issue } from '@loglake/contract/problem';
import type { PlaceholderLists } from './expand.ts';
import { IssueList } from './issue.ts';
import { readYaml, type YamlEntry } from './yaml-node.ts';

export interface ListsFile {
  readonly lists: PlaceholderLists;
  /** Everything that is wrong; a list with an issue is left out. */
  readonly issues: readonly Issue[];
}

function valuesOf({ key, value }: YamlEntry, issues: IssueList): string[] {
  const values: string[] = [];
  for (const item of value.kind === 'list' ? value.items : [value]) {
    if (item.kind === 'scalar' && item.type !== 'null') values.push(item.text);
    else issues.add('sigma.lists', item.at, `${key} holds texts and numbers, nothing else`);
  }
  if (value.kind === 'list' && value.items.length === 0) {
    issues.add('sigma.lists', value.at, `${key} is empty: give it a value, or leave it out`);
  }
  return values;
}

/**
 * Reads a file of lists for `expand`, YAML or JSON: a map of names to values (`admins: [root, 'adm*']`) or to one value.
 * Values are taken as they are written, as Sigma strings. Never throws on any text. `path` names the file in issues.
 */
export function readPlaceholderLists(text: string, path: string): ListsFile {
  const issues = new IssueList(path);
  const lists = new Map<string, readonly string[]>();
  for (const { root, broken } of readYaml(text, issues)) {
    if (root.kind !== 'map') {
      issues.add('sigma.lists', root.at, 'the file must be a map of names to values');
      continue;
    }
    for (const entry of broken ? [] : root.entries) {
      const before = issues.issues.length;
      const values = valuesOf(entry, issues);
      if (lists.has(entry.key))
        issues.add('sigma.lists', entry.at, `there is a list ${entry.key} already: join the two`);
      else if (issues.issues.length === before) lists.set(entry.key, values);
    }
  }
  return { lists, issues: issues.issues };
}
