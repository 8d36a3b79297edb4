import { readCondition } from './condition.ts';
import { readDetection, type Detection, type Item, type Selection } from './detection.ts';
import { readItem, type Predicate } from './item.ts';
import type { Placeholders } from './placeholder.ts';

function readSelection(selection: Selection, lists: Placeholders): Predicate {
  if (selection.kind === 'all') {
    const items = selection.items.map((item) => readItem(item, lists));
    return (event) => items.every((item) => item(event));
  }
  const parts = selection.of.map((part) => readSelection(part, lists));
  return (event) => parts.some((part) => part(event));
}

function readWhole(detection: Detection, lists: Placeholders): Predicate {
  const names = [...detection.selections.keys()];
  const selections = new Map(
    [...detection.selections].map(([name, selection]) => [name, readSelection(selection, lists)])
  );
  const conditions = detection.conditions.map((text) => readCondition(text, names));
  return (event) => conditions.some((condition) => condition((name) => selections.get(name)?.(event) ?? false));
}

/** What bears on a rule beside its text. */
export interface OracleContext {
  readonly lists: Placeholders;
  /** Texts of the filters that apply. */
  readonly filters: readonly string[];
  /** What the pipeline adds: all of them must hold. */
  readonly added: readonly Item[];
}

/**
 * Reads a rule (the YAML text of one document) as the specification says, with what docs/reference/sigma.md decides;
 * filters and what the pipeline adds are ANDed. Answers whether an event matches. Log sources are not looked at.
 * Throws when it cannot be read. Written from the specification alone: src/detect must agree with it, not the reverse.
 */
export function readOracle(rule: string, { lists, filters, added }: OracleContext): Predicate {
  const parts = [readDetection(rule), ...filters.map((filter) => readDetection(filter, 'filter'))];
  const predicates = [...parts.map((part) => readWhole(part, lists)), ...added.map((item) => readItem(item, lists))];
  return (event) => predicates.every((predicate) => predicate(event));
}
