import { entryOf, type YamlNode } from '../parse/yaml-node.ts';
import type { Position } from '../parse/issue.ts';

const numbers = {
  text: (text: string) => text,
  number: Number,
  boolean: (text: string) => /^t/i.test(text),
  null: () => null,
};

/** Plain JavaScript of a YAML value, for a schema to check. */
export function valueOf(node: YamlNode): unknown {
  if (node.kind === 'scalar') return numbers[node.type](node.text);
  if (node.kind === 'list') return node.items.map(valueOf);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, valueOf(value)]));
}

/** The node at `keys`; undefined when there is none. */
export function nodeAt(root: YamlNode, keys: readonly PropertyKey[]): YamlNode | undefined {
  let node: YamlNode | undefined = root;
  for (const key of keys) {
    if (node?.kind === 'map') node = entryOf(node, String(key))?.value;
    else node = node?.kind === 'list' ? node.items[Number(key)] : undefined;
  }
  return node;
}

/** Where the value at `keys` begins; of a missing one, where what should hold it begins. */
export function positionAt(root: YamlNode, keys: readonly PropertyKey[]): Position {
  for (let depth = keys.length; depth > 0; depth -= 1) {
    const node = nodeAt(root, keys.slice(0, depth));
    if (node !== undefined) return node.at;
  }
  return root.at;
}

/** Where that key of the map at `keys` stands. */
export function keyPositionAt(root: YamlNode, keys: readonly PropertyKey[], key: string): Position {
  const map = nodeAt(root, keys);
  return (map?.kind === 'map' ? entryOf(map, key)?.at : undefined) ?? positionAt(root, keys);
}
