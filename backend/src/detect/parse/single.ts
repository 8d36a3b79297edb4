import type { IssueList } from './issue.ts';
import type { ItemContext } from './item.ts';
import { readDetectionMap } from './detection-map.ts';
import { readLogsource } from './logsource.ts';
import { MetadataReader, readTimespan } from './metadata.ts';
import type { ParsedMeta, ParsedSingle } from './rule-node.ts';
import { entryOf, type YamlMap } from './yaml-node.ts';

const defaultGroupBy = ['host', 'user', 'src_ip'];
const defaultGapMs = 300_000;

/** Our extension: `finding: {group_by: [...], gap: 300s}`. */
function readFinding(map: YamlMap, issues: IssueList): { groupBy: readonly string[]; gapMs: number } {
  const entry = entryOf(map, 'finding');
  if (entry === undefined) return { groupBy: defaultGroupBy, gapMs: defaultGapMs };
  if (entry.value.kind !== 'map') {
    issues.add('sigma.shape', entry.value.at, 'finding must be a map with group_by and gap');
    return { groupBy: defaultGroupBy, gapMs: defaultGapMs };
  }
  for (const { key, at } of entry.value.entries) {
    if (key !== 'group_by' && key !== 'gap') issues.add('sigma.shape', at, `finding has no key "${key}"`);
  }
  const reader = new MetadataReader(entry.value, issues);
  const gap = reader.text('gap');
  const gapMs = gap === '' ? defaultGapMs : readTimespan(gap);
  if (gapMs === undefined) issues.add('sigma.metadata', reader.position('gap'), 'gap must be like 300s, 5m, 1h');
  const groupBy = reader.texts('group_by');
  return {
    groupBy: entryOf(entry.value, 'group_by') === undefined ? defaultGroupBy : [...new Set(groupBy)],
    gapMs: gapMs ?? defaultGapMs,
  };
}

/** A document with `detection`; undefined after issues were added. */
export function readSingle(map: YamlMap, meta: ParsedMeta, context: ItemContext): ParsedSingle | undefined {
  const { issues } = context;
  const logsource = readLogsource(map, issues);
  const finding = readFinding(map, issues);
  const detection = entryOf(map, 'detection')?.value;
  if (detection?.kind !== 'map') {
    issues.add(
      'sigma.key_missing',
      detection?.at ?? map.at,
      'detection is missing or no map: give it selections and a condition'
    );
    return;
  }
  const read = readDetectionMap(detection, ['condition'], context);
  return read === undefined ? undefined : { kind: 'single', meta, logsource, ...read, ...finding, filters: [] };
}
