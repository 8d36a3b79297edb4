import { createHash } from 'node:crypto';
import { severity } from '@loglake/contract/scalar';
import type { IssueList, Position } from './issue.ts';
import type { ParsedMeta } from './rule-node.ts';
import { entryOf, type YamlDocument, type YamlMap, type YamlNode } from './yaml-node.ts';

const statuses = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'];
const relations = ['derived', 'obsolete', 'merged', 'renamed', 'similar'];
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const titleLengthMax = 256;

/** Reads texts and lists of texts out of a map, adding an issue for what is something else. */
export class MetadataReader {
  readonly #map: YamlMap;
  readonly #issues: IssueList;

  constructor(map: YamlMap, issues: IssueList) {
    this.#map = map;
    this.#issues = issues;
  }

  position(key: string): Position {
    return entryOf(this.#map, key)?.value.at ?? this.#map.at;
  }

  /** The text, '' when it is not there. */
  text(key: string): string {
    const entry = entryOf(this.#map, key);
    if (entry === undefined) return '';
    if (entry.value.kind === 'scalar') return entry.value.text;
    this.#issues.add('sigma.shape', entry.value.at, `${key} must be text`);
    return '';
  }

  required(key: string): string {
    const value = this.text(key);
    if (value === '')
      this.#issues.add(
        'sigma.key_missing',
        this.position(key),
        `${key} is missing or empty: write ${key}: and its value`
      );
    return value;
  }

  /** One text, or a list of texts. */
  texts(key: string): string[] {
    const entry = entryOf(this.#map, key);
    if (entry === undefined) return [];
    const nodes: readonly YamlNode[] = entry.value.kind === 'list' ? entry.value.items : [entry.value];
    const result: string[] = [];
    for (const node of nodes) {
      if (node.kind !== 'scalar') this.#issues.add('sigma.shape', node.at, `${key} must be a list of texts`);
      else if (node.text !== '') result.push(node.text);
    }
    return result;
  }

  oneOf(key: string, allowed: readonly string[]): string {
    const value = this.text(key);
    if (value !== '' && !allowed.includes(value)) {
      this.#issues.add('sigma.metadata', this.position(key), `${key} must be one of ${allowed.join(', ')}`);
    }
    return value;
  }
}

function checkRelated(map: YamlMap, issues: IssueList): void {
  const related = entryOf(map, 'related')?.value;
  if (related === undefined) return;
  for (const item of related.kind === 'list' ? related.items : [related]) {
    if (item.kind !== 'map') {
      issues.add('sigma.shape', item.at, 'related must be a list of maps with id and type');
      continue;
    }
    const reader = new MetadataReader(item, issues);
    if (!uuid.test(reader.required('id')))
      issues.add('sigma.metadata', reader.position('id'), 'a related id must be a UUID');
    reader.oneOf('type', relations);
  }
}

/** What depends on the kind of document. */
export interface MetadataOptions {
  /** A filter may do without. */
  readonly idRequired: boolean;
  /** Taxonomies whose field names a pipeline maps, beside Sigma's own. */
  readonly taxonomies: ReadonlySet<string>;
}

function readTitle(reader: MetadataReader, issues: IssueList): string {
  const title = reader.required('title');
  if (title.length > titleLengthMax) {
    const message = `title is longer than ${titleLengthMax} characters: move the rest to description`;
    issues.add('sigma.metadata', reader.position('title'), message);
  }
  return title;
}

function readId(reader: MetadataReader, required: boolean, issues: IssueList): string {
  const id = (required ? reader.required('id') : reader.text('id')).toLowerCase();
  if (id !== '' && !uuid.test(id)) {
    issues.add(
      'sigma.metadata',
      reader.position('id'),
      'id must be a UUID such as 5c1f9a52-0d3e-4b6a-9f57-2a8d1c7e4b90'
    );
  }
  return id;
}

function readTaxonomy(reader: MetadataReader, mapped: ReadonlySet<string>, issues: IssueList): string {
  const taxonomy = reader.text('taxonomy') || 'sigma';
  if (taxonomy !== 'sigma' && !mapped.has(taxonomy)) {
    const message = `no pipeline maps the field names of taxonomy ${taxonomy}: write Sigma's own names`;
    issues.add('sigma.unsupported', reader.position('taxonomy'), message);
  }
  return taxonomy;
}

/** Reads and checks what every document says about itself. Issues are added; what is wrong stays as a default. */
export function readMetadata(
  document: YamlDocument,
  map: YamlMap,
  path: string,
  issues: IssueList,
  options: MetadataOptions
): ParsedMeta {
  const reader = new MetadataReader(map, issues);
  const title = readTitle(reader, issues);
  const id = readId(reader, options.idRequired, issues);
  const taxonomy = readTaxonomy(reader, options.taxonomies, issues);
  const tags = reader.texts('tags');
  for (const tag of tags) {
    if (!/^[a-z0-9_-]+\.[^\s]+$/.test(tag)) {
      issues.warn(
        'sigma.warn.tag',
        reader.position('tags'),
        `the tag "${tag}" has no namespace: write one such as attack.t1059`
      );
    }
  }
  checkRelated(map, issues);
  const level = severity.safeParse(reader.oneOf('level', severity.options));
  const status = reader.oneOf('status', statuses);
  return {
    id,
    name: reader.text('name') || undefined,
    hash: createHash('sha256').update(document.source).digest('hex'),
    title,
    taxonomy,
    description: reader.text('description').trim(),
    level: level.success ? level.data : 'medium',
    status: status || 'experimental',
    tags,
    falsePositives: reader.texts('falsepositives'),
    references: reader.texts('references'),
    path,
    source: document.source,
    at: map.at,
  };
}

const units: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  M: 2_592_000_000,
  y: 31_536_000_000,
};

/** Milliseconds of a whole number and a unit s m h d w M (30 d) y (365 d); undefined for 0 and anything else. */
export function readTimespan(text: string): number | undefined {
  const found = /^([1-9]\d{0,8})([smhdwMy])$/.exec(text);
  const unit = units[found?.[2] ?? ''];
  return found === null || unit === undefined ? undefined : Number(found[1]) * unit;
}
