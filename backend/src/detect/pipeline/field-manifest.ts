import { z } from 'zod';
import type { Issue } from '@loglake/contract/problem';
import type { Expression } from '../parse/ast.ts';
import { IssueList } from '../parse/issue.ts';
import { readYaml } from '../parse/yaml-node.ts';
import type { Logsource } from '../rule.ts';
import { eventColumns, hasLogsource, placeName, type LogsourceMatch, type RulePlan } from './pipeline.ts';
import { pipelineIssue } from './pipeline-issue.ts';
import { positionAt, valueOf } from './yaml-value.ts';

const texts = z.union([z.string(), z.array(z.string()).min(1)]).transform((value) => [value].flat());
const names = z.array(z.union([z.string(), z.array(z.string())])).transform((value) => value.flat());
const parts = { product: texts.optional(), category: texts.optional(), service: texts.optional() };

const entry = z.strictObject({
  parser: z.string().min(1),
  events: z.strictObject(parts),
  names: z.enum(['closed', 'listed', 'any']),
  lists: names.default([]),
  columns: names.default([]),
  fields: names.default([]),
});

const file = z
  .strictObject({
    lists: z.record(z.string(), names),
    parsers: z.array(entry),
    taxonomy: z.array(
      z.strictObject({
        logsource: z.strictObject({ product: z.string(), category: z.string(), service: z.string() }).partial(),
        fields: names,
      })
    ),
  })
  .superRefine(({ lists, parsers }, context) => {
    for (const [index, one] of parsers.entries()) {
      for (const [key, allowed] of [
        ['lists', Object.keys(lists)],
        ['columns', eventColumns as readonly string[]],
      ] as const) {
        const unknown = one[key].find((name) => !allowed.includes(name));
        if (unknown !== undefined) {
          context.addIssue({ code: 'custom', path: ['parsers', index, key], message: `there is no "${unknown}"` });
        }
      }
    }
  });

/** The events of one parser and log source, and what it fills in them. */
interface ManifestEntry {
  readonly parser: string;
  readonly events: { readonly [part in keyof Logsource]?: readonly string[] | undefined };
  /** Names of places (`placeName`). */
  readonly places: ReadonlySet<string>;
  /** closed: no other place is filled; listed: others may be; any: whatever the source says. */
  readonly names: 'closed' | 'listed' | 'any';
}

/** Which fields parsers fill, by log source of their events (backend/pipelines/fields.yml). */
export interface FieldManifest {
  readonly entries: readonly ManifestEntry[];
  /** What Sigma's taxonomy names, for log sources that no parser reads. */
  readonly taxonomy: readonly { readonly logsource: LogsourceMatch; readonly fields: ReadonlySet<string> }[];
}

/** What parsers fill in the events of some log sources. */
export interface FilledFields {
  /** Parsers that make such events, each once. */
  readonly parsers: readonly string[];
  /** Names of places (`placeName`) that are known to be filled. */
  readonly known: ReadonlySet<string>;
  /** Values arrive under their source's own names, others than `known` too. */
  readonly open: boolean;
  /** Every name that such a source has is in `known`, as far as anybody knows: another one is perhaps misspelt. */
  readonly listed: boolean;
}

function entryOf(given: z.output<typeof entry>, lists: Readonly<Record<string, readonly string[]>>): ManifestEntry {
  const listed = given.lists.flatMap((name) => (lists[name] ?? []).map((one) => [name, one] as const));
  const columns = [...given.columns, ...listed.flatMap(([name, one]) => (name.endsWith('_columns') ? [one] : []))];
  const keys = [...given.fields, ...listed.flatMap(([name, one]) => (name.endsWith('_columns') ? [] : [one]))];
  const places = new Set([...columns, ...keys.map((key) => placeName({ kind: 'key', key }))]);
  return { parser: given.parser, events: given.events, places, names: given.names };
}

/** Reads the manifest. With issues, it is empty. */
export function parseFieldManifest(text: string, path: string): { manifest: FieldManifest; issues: readonly Issue[] } {
  const none: FieldManifest = { entries: [], taxonomy: [] };
  const list = new IssueList(path);
  const [document] = readYaml(text, list);
  if (document === undefined || list.issues.length > 0) {
    const issues = list.issues.map((issue) => ({ ...issue, code: 'pipeline.yaml' }));
    const empty = pipelineIssue(path, 'pipeline.shape', { line: 1, column: 1 }, 'the file is empty');
    return { manifest: none, issues: issues.length > 0 ? issues : [empty] };
  }
  const parsed = file.safeParse(valueOf(document.root));
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) =>
      pipelineIssue(
        path,
        'pipeline.shape',
        positionAt(document.root, issue.path),
        `${issue.path.join('.')}: ${issue.message}`
      )
    );
    return { manifest: none, issues };
  }
  const { lists, parsers, taxonomy } = parsed.data;
  const known = taxonomy.map(({ logsource, fields }) => ({
    logsource: Object.fromEntries(Object.entries(logsource)),
    fields: new Set(fields),
  }));
  return { manifest: { entries: parsers.map((one) => entryOf(one, lists)), taxonomy: known }, issues: [] };
}

/** True when the entry's parser can make an event that the route reads. */
function serves({ events }: ManifestEntry, route: LogsourceMatch): boolean {
  return (['product', 'category', 'service'] as const).every((part) => {
    const [wanted, made] = [route[part], events[part]];
    return wanted === undefined || made === undefined || made.includes(wanted);
  });
}

/** What parsers fill in the events of these routes; undefined when no parser makes such events. */
export function filledFields(manifest: FieldManifest, routes: readonly LogsourceMatch[]): FilledFields | undefined {
  const entries = manifest.entries.filter((one) => routes.some((route) => serves(one, route)));
  if (entries.length === 0) return undefined;
  return {
    parsers: [...new Set(entries.map(({ parser }) => parser))],
    known: new Set(entries.flatMap(({ places }) => [...places])),
    open: entries.some((one) => one.names !== 'closed'),
    listed: entries.every((one) => one.names !== 'any'),
  };
}

/** Names of fields that an expression asks about, each once, in its order. */
export function fieldsOf(expression: Expression): string[] {
  const found = new Set<string>();
  const visit = (node: Expression): void => {
    if ('items' in node) node.items.forEach(visit);
    else if ('item' in node) visit(node.item);
    else if ('field' in node) {
      found.add(node.field);
      if ('other' in node) found.add(node.other);
    }
  };
  visit(expression);
  return [...found];
}

/** What a rule can expect of the parsers. */
export interface RuleCoverage {
  /** Parsers that make events of its log source; none: the rule never fires. */
  readonly parsers: readonly string[];
  /** Its fields that none of them fills. */
  readonly unfilled: readonly string[];
  /** Fields that may arrive, or may come with a parser, but that the lists do not know: misspelt perhaps. */
  readonly unlisted: readonly string[];
}

/** Which of a rule's fields no parser fills. `expression` has the names that the rule writes. */
export function coverageOf(
  manifest: FieldManifest,
  plan: Pick<RulePlan, 'routes' | 'places'>,
  rule: { readonly logsource: Logsource; readonly expression: Expression }
): RuleCoverage {
  const fields = fieldsOf(rule.expression);
  const filled = filledFields(manifest, plan.routes);
  if (filled === undefined) {
    const known = manifest.taxonomy.filter(({ logsource }) => hasLogsource(rule.logsource, logsource));
    const unlisted = known.length === 0 ? [] : fields.filter((field) => !known.some((one) => one.fields.has(field)));
    return { parsers: [], unfilled: fields, unlisted };
  }
  const places = (field: string): string[] => plan.places(field).map(placeName);
  const missing = fields.filter((field) => !places(field).some((place) => filled.known.has(place)));
  // A column holds what a parser puts there, whatever else arrives.
  const canArrive = (field: string): boolean =>
    filled.open && places(field).some((place) => place.startsWith('fields['));
  return {
    parsers: filled.parsers,
    unfilled: missing.filter((field) => !canArrive(field)),
    unlisted: filled.listed ? missing.filter(canArrive) : [],
  };
}
