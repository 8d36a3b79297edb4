import { isAlias, isPair, isScalar, isSeq, type Alias, type LineCounter, type ParsedNode, type Scalar } from 'yaml';
import type { IssueList, Position } from './issue.ts';
import type { ScalarType, YamlEntry, YamlMap, YamlNode, YamlScalar } from './yaml-node.ts';

/** Leading zeros make text, as in YAML 1.1: they are codes such as a keyboard layout, never amounts. */
const numberText = /^[-+]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$|^0x[0-9a-fA-F]+$|^0o[0-7]+$/;
const booleanText = /^(?:true|True|TRUE|false|False|FALSE)$/;
const nullText = /^(?:null|Null|NULL|~|)$/;

function plainType(text: string): ScalarType {
  if (nullText.test(text)) return 'null';
  if (booleanText.test(text)) return 'boolean';
  return numberText.test(text) ? 'number' : 'text';
}

/** Most nodes and characters that the aliases of one document may repeat: few lines of YAML can name billions. */
const repeatedNodesMax = 20_000;
const repeatedCharactersMax = 2_000_000;

/** Most maps and lists inside each other, aliases included: reading recurses. */
const nestingMax = 200;

/** Reads the nodes of one document in its order; an alias stands for what its anchor last named. */
export class YamlReader {
  readonly #lines: LineCounter;
  readonly #issues: IssueList;
  readonly #anchors = new Map<string, ParsedNode>();
  /** What each alias meant where it was first met: a later anchor of its name does not change it. */
  readonly #meanings = new Map<Alias.Parsed, ParsedNode>();
  /** Nodes that are being read now: an alias to one of them would never end. */
  readonly #open = new Set<ParsedNode>();
  /** Aliases around the node that is read now. */
  #depth = 0;
  #repeatedNodes = 0;
  #repeatedCharacters = 0;

  constructor(lines: LineCounter, issues: IssueList) {
    this.#lines = lines;
    this.#issues = issues;
  }

  at(offset: number | undefined): Position {
    const { line, col } = this.#lines.linePos(offset ?? 0);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  node(node: ParsedNode | null, fallback: Position): YamlNode {
    if (node === null) return this.nothing(fallback);
    const at = this.at(node.range[0]);
    if (isAlias(node)) return this.alias(node, at);
    if (this.#depth > 0 && !this.mayRepeat(node)) return this.nothing(at);
    if (node.anchor !== undefined && this.#depth === 0) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return this.scalar(node, at);
    if (this.#open.size >= nestingMax) {
      this.#issues.add('sigma.yaml', at, `nested deeper than ${nestingMax}: no rule needs that`);
      return this.nothing(at);
    }
    this.#open.add(node);
    const read: YamlNode = isSeq(node)
      ? { kind: 'list', items: node.items.map((item) => this.item(item, at)), at }
      : this.map(node, at);
    this.#open.delete(node);
    return read;
  }

  private nothing(at: Position): YamlScalar {
    return { kind: 'scalar', text: '', type: 'null', at, inset: undefined };
  }

  private mayRepeat(node: ParsedNode): boolean {
    this.#repeatedNodes += 1;
    if (isScalar(node)) this.#repeatedCharacters += String(node.value).length;
    return !this.exhausted();
  }

  private exhausted(): boolean {
    return this.#repeatedNodes > repeatedNodesMax || this.#repeatedCharacters > repeatedCharactersMax;
  }

  private alias(alias: Alias.Parsed, at: Position): YamlNode {
    const named = this.#meanings.get(alias) ?? this.#anchors.get(alias.source);
    if (named === undefined) {
      this.#issues.add(
        'sigma.yaml',
        at,
        `no anchor &${alias.source} stands before this alias; quote a text that begins with *`
      );
      return this.nothing(at);
    }
    if (this.#open.has(named)) {
      this.#issues.add('sigma.yaml', at, `*${alias.source} stands inside its own anchor and would never end`);
      return this.nothing(at);
    }
    if (this.exhausted()) return this.nothing(at);
    this.#meanings.set(alias, named);
    this.#depth += 1;
    const read = this.node(named, at);
    this.#depth -= 1;
    if (this.#depth === 0 && this.exhausted()) {
      const message = `aliases repeat more than ${repeatedNodesMax} values or ${repeatedCharactersMax} characters`;
      this.#issues.add('sigma.yaml', at, `${message}: write fewer of them`);
    }
    return read;
  }

  private item(item: unknown, at: Position): YamlNode {
    if (!isPair(item)) return this.node(item as ParsedNode | null, at);
    this.#issues.add('sigma.yaml', at, 'a pair inside a list needs braces');
    return this.nothing(at);
  }

  private scalar(node: Scalar.Parsed, at: Position): YamlScalar {
    const text = typeof node.value === 'string' ? node.value : '';
    const [start, end] = node.range;
    const oneLine = this.at(end).line === at.line;
    const quote = node.type === 'PLAIN' ? 0 : 1;
    const literal = oneLine && end - start === text.length + 2 * quote;
    if (/\p{Surrogate}/u.test(text))
      this.#issues.add('sigma.yaml', at, 'half a surrogate pair is no character: write the whole one');
    return {
      kind: 'scalar',
      text,
      type: node.type === 'PLAIN' ? plainType(text) : 'text',
      at,
      inset: literal ? quote : undefined,
    };
  }

  private map(node: Extract<ParsedNode, { items: { key: unknown }[] }>, at: Position): YamlMap {
    const own: YamlEntry[] = [];
    const merged: YamlEntry[] = [];
    for (const pair of node.items) {
      const key = this.node(pair.key, at);
      const keyAt = this.at(pair.key.range[0]);
      const value = this.node(pair.value, keyAt);
      if (key.kind !== 'scalar') this.#issues.add('sigma.yaml', keyAt, 'a key must be text');
      else if (isScalar(pair.key) && pair.key.type === 'PLAIN' && key.text === '<<') merged.push(...this.merged(value));
      else own.push({ key: key.text, at: keyAt, value });
    }
    return { kind: 'map', entries: this.joined(own, merged), at };
  }

  /** Entries that a merge key brings: of a map, or of a list of maps. */
  private merged(value: YamlNode): YamlEntry[] {
    const maps = value.kind === 'list' ? value.items : [value];
    return maps.flatMap((map) => {
      if (map.kind === 'map') return map.entries;
      this.#issues.add('sigma.yaml', map.at, '<< takes a map or a list of maps');
      return [];
    });
  }

  /** The map's own keys win over merged ones, of these the first; two own keys that are equal by an alias do not. */
  private joined(own: readonly YamlEntry[], merged: readonly YamlEntry[]): YamlEntry[] {
    const entries = new Map<string, YamlEntry>();
    for (const entry of own) {
      if (entries.has(entry.key))
        this.#issues.add('sigma.yaml', entry.at, `the key "${entry.key}" stands twice: put its values into one list`);
      else entries.set(entry.key, entry);
    }
    for (const entry of merged) if (!entries.has(entry.key)) entries.set(entry.key, entry);
    return [...entries.values()];
  }
}
