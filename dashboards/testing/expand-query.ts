/** What the ClickHouse data source knows when it turns a panel's SQL into the SQL it sends. */
export interface QueryScope {
  /** The dashboard's time range, milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Grafana's interval for the panel, milliseconds. */
  readonly intervalMs: number;
  /** Variables by name: one value, several, or `all`, with the options behind it. */
  readonly variables: Readonly<Record<string, VariableValue>>;
}
export type VariableValue = string | readonly string[] | { readonly all: readonly string[] };

/** A query that Grafana could not have expanded: an unknown macro, variable or format, or a wrong argument count. */
export class ExpansionError extends Error {
  override readonly name = 'ExpansionError';
}

/** Index of the parenthesis that closes the one at `open`; throws ExpansionError. */
function closing(sql: string, open: number): number {
  let depth = 0;
  for (let index = open; index < sql.length; index += 1) {
    if (sql[index] === '(') depth += 1;
    if (sql[index] === ')') depth -= 1;
    if (depth === 0) return index;
  }
  throw new ExpansionError(`no closing parenthesis: ${sql.slice(open, open + 40)}`);
}

/** Splits at commas outside of parentheses; brackets and quotes are not looked at, as in the data source. */
function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '(') depth += 1;
    if (text[index] === ')') depth -= 1;
    if (text[index] === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)].map((part) => part.trim());
}

function variableOf(scope: QueryScope, name: string): VariableValue {
  const value = scope.variables[name];
  if (value === undefined) throw new ExpansionError(`unknown variable ${name}`);
  return value;
}

function expandConditionalAll(sql: string, scope: QueryScope): string {
  const macro = '$__conditionalAll';
  const start = sql.lastIndexOf(macro);
  if (start === -1) return sql;
  const end = closing(sql, start + macro.length);
  const [condition, variable, ...rest] = splitArguments(sql.slice(start + macro.length + 1, end));
  const name = /^\$(?:\{(\w+)\}|(\w+))$/.exec(variable ?? '');
  if (condition === undefined || name === null || rest.length > 0) {
    throw new ExpansionError('$__conditionalAll takes a condition and a plain variable');
  }
  const value = variableOf(scope, name[1] ?? name[2] ?? '');
  const isAll = value === '' || (typeof value === 'object' && 'all' in value);
  return expandConditionalAll(sql.slice(0, start) + (isAll ? '1=1' : condition) + sql.slice(end + 1), scope);
}

/** Grafana's formats that our dashboards use (documentation, "Variable syntax"). */
const variableFormats: Record<string, (values: readonly string[]) => string> = {
  singlequote: (values) => values.map((value) => `'${value.replaceAll("'", "\\'")}'`).join(','),
  // Without a format, a data source gets one value as it is and several joined by commas.
  '': (values) => values.join(','),
};

function expandVariables(sql: string, scope: QueryScope): string {
  return sql.replaceAll(/\$\{(\w+)(?::(\w+))?\}|\$(?!__)(\w+)/g, (_match, braced, format, bare) => {
    const value = variableOf(scope, String(braced ?? bare));
    const values = typeof value === 'string' ? [value] : 'all' in value ? value.all : value;
    const write = variableFormats[String(format ?? '')];
    if (write === undefined) throw new ExpansionError(`unknown variable format ${String(format)}`);
    return write(values);
  });
}

type Macro = (scope: QueryScope, column: string) => string;
const seconds = (ms: number) => `toDateTime(${Math.floor(ms / 1000)})`;
const milliseconds = (ms: number) => `fromUnixTimestamp64Milli(${ms})`;
const between = (column: string, from: string, to: string) => `${column} >= ${from} AND ${column} <= ${to}`;
const intervalSeconds = (scope: QueryScope) => Math.floor(Math.max(scope.intervalMs / 1000, 1));

/** Macros with one argument, and without (data source documentation, "Macros", 4.20). */
const columnMacros: Record<string, Macro> = {
  timeFilter: (scope, column) => between(column, seconds(scope.fromMs), seconds(scope.toMs)),
  timeFilter_ms: (scope, column) => between(column, milliseconds(scope.fromMs), milliseconds(scope.toMs)),
  timeInterval: (scope, column) =>
    `toStartOfInterval(toDateTime(${column}), INTERVAL ${intervalSeconds(scope)} second)`,
  timeInterval_ms: (scope, column) =>
    `toStartOfInterval(toDateTime64(${column}, 3), INTERVAL ${Math.max(scope.intervalMs, 1)} millisecond)`,
};
const plainMacros: Record<string, (scope: QueryScope) => string> = {
  fromTime: (scope) => seconds(scope.fromMs),
  toTime: (scope) => seconds(scope.toMs),
  fromTime_ms: (scope) => milliseconds(scope.fromMs),
  toTime_ms: (scope) => milliseconds(scope.toMs),
  interval_s: (scope) => String(intervalSeconds(scope)),
};

function expandMacros(sql: string, scope: QueryScope): string {
  const found = /\$__(\w+)/.exec(sql);
  if (found === null) return sql;
  const [text, name = ''] = found;
  const before = sql.slice(0, found.index);
  const plain = plainMacros[name];
  if (plain !== undefined) return before + plain(scope) + expandMacros(sql.slice(found.index + text.length), scope);
  const macro = columnMacros[name];
  const open = found.index + text.length;
  if (macro === undefined || sql[open] !== '(') throw new ExpansionError(`unknown macro ${text}`);
  const end = closing(sql, open);
  const [column, ...rest] = splitArguments(sql.slice(open + 1, end));
  if (column === undefined || column === '' || rest.length > 0) throw new ExpansionError(`${text} takes one column`);
  return before + macro(scope, column) + expandMacros(sql.slice(end + 1), scope);
}

/**
 * The SQL that the ClickHouse data source sends for a panel: `$__conditionalAll` first, then variables, then time
 * macros. Written from the data source's documentation. Throws ExpansionError.
 */
export function expandQuery(sql: string, scope: QueryScope): string {
  return expandMacros(expandVariables(expandConditionalAll(sql, scope), scope), scope);
}
