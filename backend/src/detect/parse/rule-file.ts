import type { Issue } from '@loglake/contract/problem';
import { readCorrelation } from './correlation.ts';
import { IssueList } from './issue.ts';
import { noLists } from './item-value.ts';
import { readMetadata } from './metadata.ts';
import type { ParsedRule } from './rule-node.ts';
import { readSingle } from './single.ts';
import { entryOf, readYaml, type YamlDocument } from './yaml-node.ts';

export interface ParsedFile {
  /** Rules without an error, in the order of the file. */
  readonly rules: readonly ParsedRule[];
  /** Everything that is wrong, by place. A document with an issue gives no rule. */
  readonly issues: readonly Issue[];
  /** What an author probably did not mean. */
  readonly warnings: readonly Issue[];
}

export interface ParseOptions {
  /** Values of `%placeholders%` for `expand`, by name. */
  readonly lists?: ReadonlyMap<string, readonly string[]>;
}

function readDocument(
  document: YamlDocument,
  path: string,
  issues: IssueList,
  lists: ReadonlyMap<string, readonly string[]>
): ParsedRule | undefined {
  const map = document.root;
  if (map.kind !== 'map') {
    issues.add('sigma.shape', map.at, 'a rule is a map');
    return;
  }
  const action = entryOf(map, 'action');
  if (action !== undefined) {
    issues.add('sigma.unsupported', action.at, 'action documents are no longer Sigma: write each rule out');
    return;
  }
  const filter = entryOf(map, 'filter');
  if (filter !== undefined) {
    issues.add('sigma.unsupported', filter.at, 'filters are not read yet: put the exclusion into the rule');
    return;
  }
  const before = issues.issues.length;
  const meta = readMetadata(document, map, path, issues);
  const correlation = entryOf(map, 'correlation');
  if (correlation !== undefined && entryOf(map, 'detection') !== undefined) {
    issues.add('sigma.correlation', correlation.at, 'detection and correlation are two documents');
  }
  const rule =
    correlation === undefined ? readSingle(map, meta, { issues, lists }) : readCorrelation(map, meta, issues);
  return document.broken || issues.issues.length > before ? undefined : rule;
}

/** Reads a YAML file of one or several Sigma documents. Never throws on any text. `path` names it in issues. */
export function parseRuleFile(text: string, path: string, options: ParseOptions = {}): ParsedFile {
  const issues = new IssueList(path);
  const rules: ParsedRule[] = [];
  const documents = readYaml(text, issues);
  for (const document of documents) {
    const rule = readDocument(document, path, issues, options.lists ?? noLists);
    if (rule !== undefined) rules.push(rule);
  }
  if (documents.length === 0 && issues.issues.length === 0) {
    issues.add('sigma.shape', { line: 1, column: 1 }, 'the file holds no rule');
  }
  const placed = [...issues.issues].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  return { rules, issues: placed, warnings: issues.warnings };
}
