import { EventView } from '../src/detect/evaluate/event-view.ts';
import { namesOf, type Condition } from '../src/detect/parse/condition.ts';
import type { ParsedDetection, ParsedFilter, ParsedSingle } from '../src/detect/parse/rule-node.ts';
import { mapExpression } from '../src/detect/pipeline/map-expression.ts';
import { hasLogsource, placeNamed, planOf, type Pipeline, type RulePlan } from '../src/detect/pipeline/pipeline.ts';
import type { EventRow, SingleRule } from '../src/detect/rule.ts';
import { explainer, type Explain, type LeafFact } from './explain.ts';
import type { FileEvent } from './event-file.ts';
import { emptyEvent } from '../src/detect/empty-event.ts';

/** A selection that decided the condition. */
export interface SelectionFact {
  readonly name: string;
  readonly holds: boolean;
  readonly because: readonly LeafFact[];
}

export interface MatchResult {
  readonly line: number;
  readonly rule: string;
  readonly title: string;
  readonly matches: boolean;
  /** What is wrong with the event's log source; empty when it fits. */
  readonly logsource: string;
  /** Selections that decided the condition, in its order. */
  readonly selections: readonly SelectionFact[];
}

/** The event as a row of `event` for one rule: each value where the rule's pipeline looks for it. */
function rowOf(event: FileEvent, plan: RulePlan): EventRow {
  const [route = {}] = plan.routes;
  const columns: Record<string, string | number | null> = {};
  const fields: Record<string, string | null> = {};
  for (const [name, value] of event.values) {
    for (const place of plan.places(name)) {
      if (place.kind === 'key') fields[place.key] = value;
      else if (place.column === 'severity' || place.column === 'facility') columns[place.column] = Number(value ?? 0);
      else columns[place.column] = place.column === 'message' ? (value ?? '') : value;
    }
  }
  const declared = Object.keys(event.logsource).length > 0;
  return { ...emptyEvent, ...(declared ? event.logsource : route), ...columns, fields };
}

interface Decision {
  readonly holds: boolean;
  readonly selections: readonly SelectionFact[];
}

function joined(parts: readonly Decision[], all: boolean): Decision {
  const holds = all ? parts.every((part) => part.holds) : parts.some((part) => part.holds);
  return { holds, selections: parts.filter((part) => part.holds === holds).flatMap((part) => part.selections) };
}

/** Which selections decide a condition, in the event that the view has open. */
function decide(condition: Condition, explain: (name: string) => Decision, names: readonly string[]): Decision {
  switch (condition.kind) {
    case 'name':
      return explain(condition.name);
    case 'not': {
      const inner = decide(condition.item, explain, names);
      return { ...inner, holds: !inner.holds };
    }
    case 'of':
      return joined(namesOf(condition.pattern, names).map(explain), condition.quantifier === 'all');
    case 'and':
    case 'or':
      return joined(
        condition.items.map((item) => decide(item, explain, names)),
        condition.kind === 'and'
      );
  }
}

function sourceText(event: FileEvent): string {
  return (['product', 'category', 'service'] as const).map((part) => event.logsource[part] ?? '-').join('/');
}

/** Decides a detection in the event that the view has open; `label` stands before the names of its selections. */
function detectionOf(detection: ParsedDetection, label: string, plan: RulePlan, view: EventView): () => Decision {
  const source = placeNamed;
  const explainers = new Map<string, Explain>(
    [...detection.selections].map(([name, { expression }]) => [
      name,
      explainer(mapExpression(expression, { ...plan, conditions: [] }), { view, source }),
    ])
  );
  const names = [...explainers.keys()];
  const explain = (name: string): Decision => {
    const explanation = explainers.get(name)?.();
    if (explanation === undefined) return { holds: false, selections: [] };
    return { holds: explanation.holds, selections: [{ name: `${label}${name}`, ...explanation }] };
  };
  return () =>
    joined(
      detection.conditions.map((condition) => decide(condition, explain, names)),
      false
    );
}

/** What a field pipeline asks of every event of the log source. */
function addedBy(added: RulePlan['conditions'][number], view: EventView): () => Decision {
  const places = { routes: [], places: added.places, conditions: [] };
  const explain = explainer(mapExpression(added.expression, places), { view, source: placeNamed });
  return () => {
    const explanation = explain();
    return { holds: explanation.holds, selections: [{ name: 'condition of the field pipeline', ...explanation }] };
  };
}

/**
 * Explains a rule over events. The answer is the running evaluator's (`rule`, filters included); the explanation is
 * read from the same selections. An event that names no log source is taken to be of the rule's.
 */
export function createMatcher(
  rule: SingleRule,
  parsed: ParsedSingle,
  filters: readonly ParsedFilter[],
  pipeline: Pipeline
): (event: FileEvent) => MatchResult {
  const plan = planOf(pipeline, parsed.logsource);
  const view = new EventView();
  const applied = filters.filter(({ meta }) =>
    rule.filters.some(({ path, title }) => path === meta.path && title === meta.title)
  );
  const parts = [
    ...plan.conditions.map((added) => addedBy(added, view)),
    detectionOf(parsed, '', plan, view),
    ...applied.map((filter) => detectionOf(filter, `filter ${JSON.stringify(filter.meta.title)}: `, plan, view)),
  ];
  return (event) => {
    const row = rowOf(event, plan);
    view.open(row);
    const decisions = parts.map((part) => part());
    const routed = plan.routes.some((route) => hasLogsource(row, route));
    return {
      line: event.line,
      rule: rule.meta.id,
      title: rule.meta.title,
      matches: rule.matches(row),
      logsource: routed ? '' : `the event is of ${sourceText(event)}, which the rule does not read`,
      selections: joined(decisions, true).selections,
    };
  };
}
