import type { Expression } from '../parse/ast.ts';
import type { EventRow, Logsource } from '../rule.ts';

/** Columns of `event` that a rule may read: the allow-list of identifiers. */
export const eventColumns = [
  // Not product, category, service, source, parser: logs have fields of those names, and logsource selects by them.
  ...(['severity', 'facility', 'host', 'src_ip', 'dst_ip', 'src_port', 'dst_port', 'src_mac', 'dst_mac'] as const),
  ...(['protocol', 'user', 'target_user', 'program', 'pid', 'action', 'outcome', 'dns_query', 'http_url'] as const),
  ...(['process_image', 'command_line', 'message', 'ts'] as const),
] satisfies readonly (keyof EventRow)[];
export type EventColumn = (typeof eventColumns)[number];

/** Where the value of a Sigma field stands: a column, or a key of `fields`. */
export type FieldSource =
  { readonly kind: 'column'; readonly column: EventColumn } | { readonly kind: 'key'; readonly key: string };

/** Texts are compared case-sensitively; parts that are absent match anything, an empty part only what says none. */
export type LogsourceMatch = Partial<Logsource>;

/** What a mapping turns a name into: another name, which later transformations see, or a key of `fields`, which is final. */
export type FieldTarget = { readonly name: string } | { readonly key: string };

/** Which rules a transformation is for. */
export interface RuleCondition {
  /** Log sources; none: every rule. */
  readonly logsources: readonly LogsourceMatch[];
  /** Whether one of them is enough, or all must hold. */
  readonly join: 'and' | 'or';
}

/** One step of a pipeline. */
export type Transformation = { readonly when: RuleCondition } & (
  | { readonly kind: 'field_name_mapping'; readonly mapping: ReadonlyMap<string, readonly FieldTarget[]> }
  | { readonly kind: 'field_name_prefix_mapping'; readonly mapping: ReadonlyMap<string, readonly string[]> }
  | { readonly kind: 'change_logsource'; readonly logsources: readonly LogsourceMatch[] }
  | { readonly kind: 'add_condition'; readonly expression: Expression }
);

/** Field names and log sources as data: neither rules nor compilers know columns. In the order in which they apply. */
export interface Pipeline {
  readonly transformations: readonly Transformation[];
}

/** What a pipeline makes of the rules of one log source. */
export interface RulePlan {
  /** Which events such a rule reads: any of these. */
  readonly routes: readonly LogsourceMatch[];
  /** Where a field of the rule stands, the first one first; never empty. With several, any of their values counts. */
  readonly places: (field: string) => readonly FieldSource[];
  /** Conditions that every such rule has beside its own, with the places of their fields. */
  readonly conditions: readonly { readonly expression: Expression; readonly places: RulePlan['places'] }[];
}

const logsourceParts = ['product', 'category', 'service'] as const;

/** True when every part that `wanted` gives is the same in `logsource`. */
export function hasLogsource(logsource: LogsourceMatch, wanted: LogsourceMatch): boolean {
  return logsourceParts.every((part) => wanted[part] === undefined || wanted[part] === (logsource[part] ?? ''));
}

function applies({ logsources, join }: RuleCondition, route: LogsourceMatch): boolean {
  if (logsources.length === 0) return true;
  const holds = (wanted: LogsourceMatch): boolean => hasLogsource(route, wanted);
  return join === 'and' ? logsources.every(holds) : logsources.some(holds);
}

function isColumn(name: string): name is EventColumn {
  return (eventColumns as readonly string[]).includes(name);
}

/** A name that no transformation changes any more. */
function placeOf(target: FieldTarget): FieldSource {
  if ('key' in target) return { kind: 'key', key: target.key };
  return isColumn(target.name) ? { kind: 'column', column: target.name } : { kind: 'key', key: target.name };
}

type Renaming = (name: string) => readonly FieldTarget[];

function renamingOf(transformation: Transformation): Renaming | undefined {
  if (transformation.kind === 'field_name_mapping') {
    return (name) => transformation.mapping.get(name) ?? [{ name }];
  }
  if (transformation.kind === 'field_name_prefix_mapping') {
    return (name) => {
      for (const [prefix, targets] of transformation.mapping) {
        if (name.startsWith(prefix)) return targets.map((target) => ({ name: target + name.slice(prefix.length) }));
      }
      return [{ name }];
    };
  }
  return undefined;
}

function placesThrough(renamings: readonly Renaming[]): RulePlan['places'] {
  // Rules ask for few names, but for the same ones with every event.
  const known = new Map<string, readonly FieldSource[]>();
  return (field) => {
    const found = known.get(field);
    if (found !== undefined) return found;
    let targets: readonly FieldTarget[] = [{ name: field }];
    for (const rename of renamings) {
      targets = targets.flatMap((target) => ('key' in target ? [target] : rename(target.name)));
    }
    const places = [...new Map(targets.map(placeOf).map((place) => [placeName(place), place])).values()];
    known.set(field, places);
    return places;
  };
}

/** The routes of a changed log source, each once. */
function rerouted(
  routes: readonly LogsourceMatch[],
  { when, logsources }: Extract<Transformation, { kind: 'change_logsource' }>
): LogsourceMatch[] {
  const changed = routes.flatMap((route) => (applies(when, route) ? logsources : [route]));
  return [
    ...new Map(changed.map((route) => [JSON.stringify(logsourceParts.map((part) => route[part])), route])).values(),
  ];
}

/**
 * Applies the pipeline to a log source, one transformation after the other: conditions see what `change_logsource` made
 * before them, names what earlier mappings made. Where a rule has come to read several log sources, a mapping and an
 * added condition apply only when their conditions hold for each.
 */
export function planOf({ transformations }: Pipeline, logsource: Logsource): RulePlan {
  const given = Object.entries(logsource).filter(([, value]) => value !== '');
  let routes: readonly LogsourceMatch[] = [Object.fromEntries(given)];
  const renamings: Renaming[] = [];
  const added: { expression: Expression; from: number }[] = [];
  for (const transformation of transformations) {
    if (transformation.kind === 'change_logsource') {
      routes = rerouted(routes, transformation);
      continue;
    }
    if (!routes.every((route) => applies(transformation.when, route))) continue;
    if (transformation.kind === 'add_condition') {
      added.push({ expression: transformation.expression, from: renamings.length });
      continue;
    }
    const renaming = renamingOf(transformation);
    if (renaming !== undefined) renamings.push(renaming);
  }
  const conditions = added.map(({ expression, from }) => ({
    expression,
    places: placesThrough(renamings.slice(from)),
  }));
  return { routes, places: placesThrough(renamings), conditions };
}

/** One text per place, different for different places: a column's name, or `fields[<key>]`. */
export function placeName(place: FieldSource): string {
  return place.kind === 'column' ? place.column : `fields[${place.key}]`;
}

/** The place of a text that `placeName` gave. */
export function placeNamed(name: string): FieldSource {
  return isColumn(name) ? { kind: 'column', column: name } : { kind: 'key', key: name.slice('fields['.length, -1) };
}

/** Reads a mapping's target as it is written in a pipeline file. */
export function readTarget(text: string): FieldTarget {
  const key = /^fields\[(.+)\]$/s.exec(text)?.[1];
  return key === undefined ? { name: text } : { key };
}

/** Where a Sigma field of a rule with that log source stands first. Any name is allowed. */
export function resolveField(pipeline: Pipeline, logsource: Logsource, field: string): FieldSource {
  return planOf(pipeline, logsource).places(field)[0] ?? { kind: 'key', key: field };
}

/** Which events a rule reads: any of these, each with the parts that must be equal. */
export function routesOf(pipeline: Pipeline, logsource: Logsource): readonly LogsourceMatch[] {
  return planOf(pipeline, logsource).routes;
}
