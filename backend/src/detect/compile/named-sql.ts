/** An expression in SQL, and the name by which others use it. */
export interface NamedSql {
  readonly name: string;
  readonly sql: string;
}

/**
 * `body` with the values of `named` under their names, each computed once per row: `arrayMap((name) -> body, [sql])[1]`.
 * An expression that stands in a statement wherever its value is used is planned as often, and in itself again.
 * Neither a WITH list (the engine copies an alias wherever it is used, and the query tree explodes) nor nested
 * subqueries (planning takes seconds at forty levels, for every insert): measured in docs/decisions/2026-11-21-parsers.md.
 */
export function withNamed(named: readonly NamedSql[], body: string): string {
  const names = named.map(({ name }) => name).join(', ');
  return `arrayMap((${names}) -> ${body}, ${named.map(({ sql }) => `[${sql}]`).join(', ')})[1]`;
}
