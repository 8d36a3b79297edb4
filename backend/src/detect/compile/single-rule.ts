import { compileExpression } from '../evaluate/evaluate.ts';
import { fieldText, type EventView } from '../evaluate/event-view.ts';
import type { ParsedSingle } from '../parse/rule-node.ts';
import { resolveField, routesOf, type FieldSource, type Pipeline } from '../pipeline/pipeline.ts';
import type { EventRow, Logsource, SingleRule } from '../rule.ts';
import { expressionSql } from './expression-sql.ts';
import { SqlParameters } from './sql-parameters.ts';

const parts = ['product', 'category', 'service'] as const;
type Route = Partial<Logsource>;

function routeTest(routes: readonly Route[]): (event: EventRow) => boolean {
  const wanted = routes.map((route) =>
    parts.flatMap((part) => (route[part] === undefined ? [] : [{ part, value: route[part] }]))
  );
  return (event) => wanted.some((route) => route.every(({ part, value }) => event[part] === value));
}

function routeSql(routes: readonly Route[], parameters: SqlParameters): string {
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
  const { logsource, expression } = parsed;
  const sources = new Map<string, FieldSource>();
  const source = (field: string): FieldSource => {
    const found = sources.get(field) ?? resolveField(pipeline, logsource, field);
    sources.set(field, found);
    return found;
  };
  const routes = routesOf(pipeline, logsource);
  const routed = routeTest(routes);
  const test = compileExpression(expression, { view, source });
  return {
    kind: 'single',
    meta: parsed.meta,
    logsource,
    groupBy: parsed.groupBy,
    gapMs: parsed.gapMs,
    raisesFindings,
    matches(event) {
      if (!routed(event)) return false;
      view.open(event);
      return test();
    },
    fieldValue: (event, field) => fieldText(event, source(field)),
    compile(prefix = 'p') {
      const parameters = new SqlParameters(prefix);
      const route = routeSql(routes, parameters);
      return { sql: `(${route} AND ${expressionSql(expression, { parameters, source })})`, params: parameters.params };
    },
  };
}
