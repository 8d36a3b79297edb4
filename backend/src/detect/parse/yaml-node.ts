import {
  isAlias,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type ParsedNode,
  type Scalar,
} from 'yaml';
import type { IssueList, Position } from './issue.ts';

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

/** Leading zeros make text, as in YAML 1.1: they are codes such as a keyboard layout, never amounts. */
const numberText = /^[-+]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$|^0x[0-9a-fA-F]+$|^0o[0-7]+$/;
const booleanText = /^(?:true|True|TRUE|false|False|FALSE)$/;
const nullText = /^(?:null|Null|NULL|~|)$/;

function plainType(text: string): ScalarType {
  if (nullText.test(text)) return 'null';
  if (booleanText.test(text)) return 'boolean';
  return numberText.test(text) ? 'number' : 'text';
}

class Reader {
  readonly #lines: LineCounter;
  readonly #issues: IssueList;

  constructor(lines: LineCounter, issues: IssueList) {
    this.#lines = lines;
    this.#issues = issues;
  }

  at(offset: number | undefined): Position {
    const { line, col } = this.#lines.linePos(offset ?? 0);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  node(node: ParsedNode | null, fallback: Position): YamlNode {
    if (node === null) return { kind: 'scalar', text: '', type: 'null', at: fallback, inset: undefined };
    const at = this.at(node.range[0]);
    if (isAlias(node)) {
      this.#issues.add('sigma.yaml', at, 'aliases are not read: write the value out');
      return { kind: 'scalar', text: '', type: 'null', at, inset: undefined };
    }
    if (node.anchor !== undefined) this.#issues.add('sigma.yaml', at, 'anchors are not read');
    if (isScalar(node)) return this.scalar(node, at);
    return isSeq(node)
      ? { kind: 'list', items: node.items.map((item) => this.item(item, at)), at }
      : this.map(node, at);
  }

  private item(item: unknown, at: Position): YamlNode {
    if (!isPair(item)) return this.node(item as ParsedNode | null, at);
    this.#issues.add('sigma.yaml', at, 'a pair inside a list needs braces');
    return { kind: 'scalar', text: '', type: 'null', at, inset: undefined };
  }

  private scalar(node: Scalar.Parsed, at: Position): YamlScalar {
    const text = typeof node.value === 'string' ? node.value : '';
    const [start, end] = node.range;
    const oneLine = this.at(end).line === at.line;
    const quote = node.type === 'PLAIN' ? 0 : 1;
    const literal = oneLine && end - start === text.length + 2 * quote;
    if (/\p{Surrogate}/u.test(text)) this.#issues.add('sigma.yaml', at, 'half a surrogate pair is no character');
    return {
      kind: 'scalar',
      text,
      type: node.type === 'PLAIN' ? plainType(text) : 'text',
      at,
      inset: literal ? quote : undefined,
    };
  }

  private map(node: Extract<ParsedNode, { items: { key: unknown }[] }>, at: Position): YamlMap {
    const entries: YamlEntry[] = [];
    for (const pair of node.items) {
      const key = this.node(pair.key, at);
      if (key.kind !== 'scalar') {
        this.#issues.add('sigma.yaml', key.at, 'a key must be text');
        continue;
      }
      if (key.text === '<<') this.#issues.add('sigma.yaml', key.at, 'merge keys are not read: write the values out');
      entries.push({ key: key.text, at: key.at, value: this.node(pair.value, key.at) });
    }
    return { kind: 'map', entries, at };
  }
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
  const reader = new Reader(lines, issues);
  const result: YamlDocument[] = [];
  for (const document of parseDocuments(text, lines, issues)) {
    const before = issues.issues.length;
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
