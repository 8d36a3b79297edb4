import { createHash } from 'node:crypto';
import type { Issue } from '@loglake/contract/problem';
import { readCorrelation } from './correlation.ts';
import { noLists, type PlaceholderLists } from './expand.ts';
import { readFilter } from './filter.ts';
import { IssueList } from './issue.ts';
import { readMetadata } from './metadata.ts';
import type { ParsedDocument, ParsedFilter, ParsedRule } from './rule-node.ts';
import { readSingle } from './single.ts';
import { entryOf, readYaml, type YamlDocument, type YamlMap } from './yaml-node.ts';

export interface ParsedFile {
  /** Documents that the file holds, those with issues too; empty ones are none. */
  readonly documents: number;
  /** Rules without an error, in the order of the file. */
  readonly rules: readonly ParsedRule[];
  /** Filters without an error, in the order of the file. */
  readonly filters: readonly ParsedFilter[];
  /** Everything that is wrong, by place. A document with an issue gives no rule and no filter. */
  readonly issues: readonly Issue[];
  /** What an author probably did not mean. */
  readonly warnings: readonly Issue[];
}

export interface ParseOptions {
  /** Values of `%placeholders%` for `expand`, by name; none when not given. */
  readonly lists?: PlaceholderLists;
  /** Taxonomies whose field names a pipeline maps, beside Sigma's own; none when not given. */
  readonly taxonomies?: ReadonlySet<string>;
}

/** The lists that a document uses are part of what it says: with them its hash changes. */
function withLists<T extends ParsedDocument>(document: T, lists: PlaceholderLists, used: ReadonlySet<string>): T {
  if (used.size === 0) return document;
  const values = [...used].sort().map((name) => [name, lists.get(name) ?? []]);
  const hash = createHash('sha256')
    .update(`${document.meta.hash}\n${JSON.stringify(values)}`)
    .digest('hex');
  return { ...document, meta: { ...document.meta, hash } };
}

function readBody(document: YamlDocument, map: YamlMap, path: string, issues: IssueList, options: ParseOptions) {
  const filter = entryOf(map, 'filter') !== undefined;
  const taxonomies = options.taxonomies ?? new Set();
  const meta = readMetadata(document, map, path, issues, { idRequired: !filter, taxonomies });
  const context = { issues, lists: options.lists ?? noLists, usedLists: new Set<string>() };
  const correlation = entryOf(map, 'correlation');
  if (!filter && correlation !== undefined) {
    if (entryOf(map, 'detection') !== undefined) {
      const message = 'detection and correlation are two documents: split them with ---';
      issues.add('sigma.correlation', correlation.at, message);
    }
    return readCorrelation(map, meta, issues);
  }
  const read = filter ? readFilter(map, meta, context) : readSingle(map, meta, context);
  return read === undefined ? undefined : withLists(read, context.lists, context.usedLists);
}

function readDocument(
  document: YamlDocument,
  path: string,
  issues: IssueList,
  options: ParseOptions
): ParsedDocument | undefined {
  const map = document.root;
  if (map.kind !== 'map') {
    issues.add('sigma.shape', map.at, 'a rule is a map of keys such as title, logsource and detection');
    return;
  }
  const action = entryOf(map, 'action');
  if (action !== undefined) {
    const message = 'action documents are no longer Sigma: write each rule out, or share values by YAML anchors';
    issues.add('sigma.unsupported', action.at, message);
    return;
  }
  const before = issues.issues.length;
  const read = readBody(document, map, path, issues, options);
  return document.broken || issues.issues.length > before ? undefined : read;
}

/** By place; what an alias repeats is said once. */
function placed(issues: readonly Issue[]): Issue[] {
  const distinct = new Map(issues.map((issue) => [JSON.stringify(issue), issue]));
  return [...distinct.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

/** Reads a YAML file of one or several Sigma documents. Never throws on any text. `path` names it in issues. */
export function parseRuleFile(text: string, path: string, options: ParseOptions = {}): ParsedFile {
  const issues = new IssueList(path);
  const read: ParsedDocument[] = [];
  const documents = readYaml(text, issues);
  for (const document of documents) {
    const one = readDocument(document, path, issues, options);
    if (one !== undefined) read.push(one);
  }
  if (documents.length === 0 && issues.issues.length === 0) {
    issues.add('sigma.shape', { line: 1, column: 1 }, 'the file holds no rule');
  }
  return {
    documents: Math.max(documents.length, issues.issues.length > 0 ? 1 : 0),
    rules: read.filter((one) => one.kind !== 'filter'),
    filters: read.filter((one) => one.kind === 'filter'),
    issues: placed(issues.issues),
    warnings: placed(issues.warnings),
  };
}
