import { compileExpression } from '../evaluate/evaluate.ts';
import { fieldText, type EventView } from '../evaluate/event-view.ts';
import type { ParsedSingle } from '../parse/rule-node.ts';
import { mapExpression } from '../pipeline/map-expression.ts';
import { placeNamed, planOf, type LogsourceMatch, type Pipeline } from '../pipeline/pipeline.ts';
import type { CompiledSql, EventRow, SingleRule } from '../rule.ts';
import { expressionSql } from './expression-sql.ts';
import { SqlParameters } from './sql-parameters.ts';

const parts = ['product', 'category', 'service'] as const;

function routeTest(routes: readonly LogsourceMatch[]): (event: EventRow) => boolean {
  const wanted = routes.map((route) =>
    parts.flatMap((part) => (route[part] === undefined ? [] : [{ part, value: route[part] }]))
  );
  return (event) => wanted.some((route) => route.every(({ part, value }) => event[part] === value));
}

function routeSql(routes: readonly LogsourceMatch[], parameters: SqlParameters): string {
  const alternatives = routes.map((route) => {
    const terms = parts.flatMap((part) => {
      const value = route[part];
      return value === undefined ? [] : [`${part} = ${parameters.text(value)}`];
    });
    return terms.length === 0 ? '1' : terms.join(' AND ');
  });
  return `(${alternatives.join(' OR ')})`;
}

/** Rules that share a view share the look-ups of one event. */
export function createSingleRule(
  parsed: ParsedSingle,
  pipeline: Pipeline,
  view: EventView,
  raisesFindings: boolean
): SingleRule {
  const plan = planOf(pipeline, parsed.logsource);
  const expression = mapExpression(parsed.expression, plan);
  const routed = routeTest(plan.routes);
  // Every finding shows its rule's statement; few prefixes are ever asked for.
  const compiled = new Map<string, CompiledSql>();
  const test = compileExpression(expression, { view, source: placeNamed });
  return {
    kind: 'single',
    meta: parsed.meta,
    logsource: parsed.logsource,
    filters: parsed.filters.map(({ meta: { id, title, path } }) => ({ id, title, path })),
    routes: plan.routes,
    placesOf: plan.places,
    groupBy: parsed.groupBy,
    gapMs: parsed.gapMs,
    raisesFindings,
    expression,
    matches(event) {
      if (!routed(event)) return false;
      view.open(event);
      return test();
    },
    fieldValue(event, field) {
      for (const place of plan.places(field)) {
        const value = fieldText(event, place);
        if (value !== null) return value;
      }
      return null;
    },
    compile(prefix = 'p') {
      const known = compiled.get(prefix);
      if (known !== undefined) return known;
      const parameters = new SqlParameters(prefix);
      const route = routeSql(plan.routes, parameters);
      const sql = `(${route} AND ${expressionSql(expression, { parameters, source: placeNamed })})`;
      const made = Object.freeze({ sql, params: Object.freeze(parameters.params) });
      compiled.set(prefix, made);
      return made;
    },
  };
}
