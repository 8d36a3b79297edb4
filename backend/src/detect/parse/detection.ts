import { and, or, type Expression } from './ast.ts';
import { readItem, type ItemContext } from './item.ts';
import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from './yaml-node.ts';

/** The scalars of a value or of a list of values; undefined after an issue was added. */
function scalarsOf(entry: YamlEntry, { issues }: ItemContext): readonly YamlScalar[] | undefined {
  const { value } = entry;
  if (value.kind === 'scalar') return [value];
  if (value.kind === 'map') {
    issues.add('sigma.shape', value.at, 'a field takes a value or a list of values');
    return;
  }
  if (value.items.length === 0) {
    issues.add('sigma.detection_empty', value.at, 'the list has no values: give it one, or leave the field out');
    return;
  }
  const scalars = value.items.filter((item): item is YamlScalar => item.kind === 'scalar');
  for (const item of value.items) {
    if (item.kind !== 'scalar')
      issues.add('sigma.shape', item.at, 'a list of values holds no maps or lists: write plain values');
  }
  return scalars.length === value.items.length ? scalars : undefined;
}

function readMap(map: YamlMap, context: ItemContext): Expression | undefined {
  if (map.entries.length === 0) {
    context.issues.add(
      'sigma.detection_empty',
      map.at,
      'the map has no fields: give it one, or leave the selection out'
    );
    return;
  }
  const items = map.entries.map((entry) => {
    const [field = '', ...modifiers] = entry.key.split('|');
    if (field === '' && modifiers.length === 0) {
      context.issues.add('sigma.shape', entry.at, 'a field needs a name before the colon');
      return;
    }
    const values = scalarsOf(entry, context);
    const head = { field: field === '' ? undefined : field, modifiers, at: entry.at };
    return values === undefined ? undefined : readItem(head, values, context);
  });
  const known = items.filter((item) => item !== undefined);
  return known.length === items.length ? and(known) : undefined;
}

/**
 * One selection (Sigma 2.1, "Detection"): a map is AND; a list is OR of its maps and keywords; a text is a keyword.
 * Undefined after issues were added.
 */
export function readSelection(node: YamlNode, context: ItemContext): Expression | undefined {
  const keywordHead = { field: undefined, modifiers: [], at: node.at };
  if (node.kind === 'map') return readMap(node, context);
  if (node.kind === 'scalar') return readItem(keywordHead, [node], context);
  if (node.items.length === 0) {
    context.issues.add(
      'sigma.detection_empty',
      node.at,
      'the list is empty: give it a value or a map, or leave the selection out'
    );
    return;
  }
  const items = node.items.map((item) => {
    if (item.kind === 'list') {
      context.issues.add('sigma.shape', item.at, 'a list inside a list means nothing: write one list');
      return;
    }
    return item.kind === 'map' ? readMap(item, context) : readItem({ ...keywordHead, at: item.at }, [item], context);
  });
  const known = items.filter((item) => item !== undefined);
  return known.length === items.length ? or(known) : undefined;
}
