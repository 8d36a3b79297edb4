import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import type { IssueList, Position } from './issue.ts';
import { YamlReader } from './yaml-reader.ts';

/** What a plain scalar says in YAML's core schema; quoted and block scalars are always text. */
export type ScalarType = 'text' | 'number' | 'boolean' | 'null';

/** A scalar by its source text: an unquoted 00000429 or 0x3e7 stays as written. */
export interface YamlScalar {
  readonly kind: 'scalar';
  readonly text: string;
  readonly type: ScalarType;
  readonly at: Position;
  /** Columns from `at` to the first character of `text`, when the scalar stands on one line; else undefined. */
  readonly inset: number | undefined;
}
export interface YamlEntry {
  readonly key: string;
  readonly at: Position;
  readonly value: YamlNode;
}
export interface YamlMap {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
  readonly at: Position;
}
export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly at: Position;
}
export type YamlNode = YamlScalar | YamlMap | YamlList;

/** One document of a file, with its own text. */
export interface YamlDocument {
  readonly root: YamlNode;
  readonly source: string;
  /** The YAML itself has issues: whatever else is found, it gives no rule. */
  readonly broken: boolean;
}

/** The document's own text, so that its hash does not change with its neighbours in the file. */
function documentSource(text: string, document: Document.Parsed): string {
  const [start, end] = document.range;
  return text
    .slice(start, end)
    .replace(/^---[^\S\n]*\n/, '')
    .trimEnd();
}

/** Most characters of one rule file; the largest of SigmaHQ has 237 KB. */
export const ruleFileLengthMax = 2_000_000;

function parseDocuments(text: string, lines: LineCounter, issues: IssueList): Document.Parsed[] {
  if (text.length > ruleFileLengthMax) {
    issues.add('sigma.yaml', { line: 1, column: 1 }, `the file is longer than ${ruleFileLengthMax} characters`);
    return [];
  }
  try {
    const documents = parseAllDocuments(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
    return Array.isArray(documents) ? documents : [];
  } catch (error) {
    // The library recurses: nesting by the thousand overflows the stack.
    issues.add('sigma.yaml', { line: 1, column: 1 }, error instanceof Error ? error.message : 'cannot be read');
    return [];
  }
}

/** Reads every document of a file, empty ones left out. YAML errors, duplicate keys among them, go to `issues`. */
export function readYaml(text: string, issues: IssueList): YamlDocument[] {
  const lines = new LineCounter();
  const result: YamlDocument[] = [];
  for (const document of parseDocuments(text, lines, issues)) {
    const before = issues.issues.length;
    const reader = new YamlReader(lines, issues);
    for (const error of [...document.errors, ...document.warnings]) {
      issues.add('sigma.yaml', reader.at(error.pos[0]), error.message);
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    const root = reader.node(document.contents, { line: 1, column: 1 });
    if (root.kind === 'scalar' && root.type === 'null') continue;
    result.push({ root, source: documentSource(text, document), broken: issues.issues.length > before });
  }
  return result;
}

/** The entry of that key, if the map has it. */
export function entryOf(map: YamlMap, key: string): YamlEntry | undefined {
  return map.entries.find((entry) => entry.key === key);
}
