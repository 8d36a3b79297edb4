import type { z } from 'zod';

/** One named query: its SQL with `{name:Type}` parameters, the shape of those and of a row, and its limits. */
export interface QueryDefinition<P extends z.ZodObject = z.ZodObject, R extends z.ZodObject = z.ZodObject> {
  /** Shown in errors and as log_comment; `table.verb`, without values. */
  readonly name: string;
  readonly sql: string;
  readonly params: P;
  readonly row: R;
  /** The engine ends the query after it, milliseconds; the client a second later. */
  readonly timeoutMs: number;
  /** More rows than this fail the query: nothing is cut in silence. */
  readonly rowsMax: number;
}

/** Fixes the types of a query. Nothing is sent. */
export function defineQuery<P extends z.ZodObject, R extends z.ZodObject>(
  definition: QueryDefinition<P, R>
): QueryDefinition<P, R> {
  return Object.freeze(definition);
}
