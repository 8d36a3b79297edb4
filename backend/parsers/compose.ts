import { auditdPlaceholders } from './auditd/tables.ts';
import { authPlaceholders } from './linux-auth/families.ts';
import { bind, fill, mentions, readSql, readSteps, substitute, type Step } from './source-text.ts';
import { windowsPlaceholders } from './windows/tables.ts';

/** Every parser, in the order in which their claims are tried. `unmatched` takes the rest. */
export const parserNames = ['heartbeat', 'windows', 'auditd', 'linux-auth', 'netfilter', 'unmatched'] as const;
export type ParserName = (typeof parserNames)[number];

/** Those that make events; a heartbeat is seen by its arrival only. */
export const eventParserNames = parserNames.filter((name) => name !== 'heartbeat');

/** What the SQL files of the parsers name in double braces. */
const placeholders: Readonly<Record<string, string>> = {
  ...auditdPlaceholders,
  ...authPlaceholders,
  ...windowsPlaceholders,
};

/** SQL of the three generated DEFAULTs of raw_log. */
export interface RawLogDefaults {
  readonly hostname: string;
  readonly program: string;
  readonly parser: string;
}

/** The DEFAULTs of raw_log: host and program from the header, else the envelope, and the first parser whose claim holds. */
export function rawLogDefaults(): RawLogDefaults {
  const header = readSteps('header/steps.sql').steps;
  const claims = parserNames
    .slice(0, -1)
    .map((name) => `(${fill(readSql(`${name}/claim.sql`), placeholders)}), '${name}'`);
  return {
    hostname: bind(header, `if(_host != '', _host, envelope_host)`),
    program: bind(header, `if(_app != '', _app, envelope_program)`),
    parser: bind(
      [...header, ...readSteps('linux-auth/line.sql', placeholders).steps],
      `multiIf(${claims.join(', ')}, 'unmatched')`
    ),
  };
}

/** A version 8 UUID (RFC 9562) over raw id and ordinal: the same line gives the same event, however often it is parsed. */
const eventId = `reinterpretAsUUID(bitOr(bitAnd(reinterpretAsUInt128(sipHash128(raw_id, toUInt32(0))), toUInt128('85070591730234615865843651857941991423')), toUInt128('170141183460469231731687303715884138496')))`;

/** Columns that every event takes from its raw row. */
const rowColumns: readonly Step[] = [
  { name: 'id', sql: eventId },
  { name: 'raw_id', sql: 'raw_id' },
  { name: 'received_at', sql: 'received_at' },
  { name: 'source', sql: 'source' },
  { name: 'parser', sql: 'parser' },
  { name: 'run_id', sql: 'run_id' },
];

/** Columns that header, parser and time may set; one that nobody sets keeps event's default. */
const settable: readonly string[] = [
  ...['ts', 'ts_quality', 'ts_text', 'product', 'category', 'service', 'severity', 'facility', 'host'],
  ...['src_ip', 'dst_ip', 'src_port', 'dst_port', 'src_mac', 'dst_mac', 'protocol', 'user', 'target_user'],
  ...['program', 'pid', 'action', 'outcome', 'dns_query', 'http_url', 'process_image', 'command_line'],
  ...['message', 'fields'],
];

interface Stage {
  /** What stands after FROM. */
  readonly from: string;
  /** Names of results so far, and the SQL by which they are read. */
  readonly known: ReadonlyMap<string, string>;
}

/** A stage more: the tuple, as column `column`, of those of `steps` that `used` names. */
function stage(before: Stage, column: string, steps: readonly Step[], used: string): Stage {
  const own = steps.filter(({ name }) => mentions(used, name));
  if (own.length === 0) return before;
  const given = [...before.known].map(([name, sql]) => ({ name, sql }));
  const body = bind([...given, ...steps], `tuple(${own.map(({ name }) => name).join(', ')})`);
  const results = own.map(({ name }, index) => [name, `tupleElement(${column}, ${index + 1})`] as const);
  return {
    from: `(SELECT *, ${body} AS ${column} FROM ${before.from})`,
    known: new Map([...before.known, ...results]),
  };
}

/** A SELECT of event rows, and the columns that it gives, in order; the others have event's defaults. */
export interface EventSelect {
  readonly columns: readonly string[];
  readonly sql: string;
}

/**
 * The SELECT that makes event rows of raw rows, in three stages of a tuple each: header, parser, time.
 * `rows` is what stands after FROM: a table, or a subquery in parentheses, with raw_log's columns.
 */
export function eventSelect(name: ParserName, rows: string): EventSelect {
  const header = renamed(readSteps('header/steps.sql').steps);
  const parser = readSteps(`${name}/parser.sql`, placeholders);
  const time = readSteps('header/time.sql');
  const said = [...readSteps('header/columns.sql').columns, ...parser.columns, ...time.columns];
  const set = new Map(renamed(said).map((column) => [column.name, column.sql]));
  const unknown = [...set.keys()].find((column) => !settable.includes(column));
  if (unknown !== undefined) throw new Error(`${name}/parser.sql: event has no column ${unknown}`);
  const parserSteps = renamed(parser.steps);
  const timeSteps = [{ name: '_time_text', sql: set.get('ts_text') ?? `''` }, ...renamed(time.steps)];
  const text = (steps: readonly Step[]) => steps.map(({ sql }) => sql).join('\n');
  const columns = [...set.values()].join('\n');

  const base = `(SELECT id AS raw_id, received_at, source, parser, run_id, hostname, program AS raw_program, envelope_time, raw FROM ${rows})`;
  const first = stage(
    { from: base, known: new Map() },
    '_h',
    header,
    `${text(parserSteps)}\n${text(timeSteps)}\n${columns}`
  );
  const second = stage(first, '_p', parserSteps, `${text(timeSteps)}\n${columns}`);
  const third = stage(second, '_t', timeSteps, columns);
  const all = [...rowColumns, ...[...set].map(([column, sql]) => ({ name: column, sql }))];
  const list = all.map((column) => `${substitute(column.sql, third.known)} AS ${column.name}`);
  return { columns: all.map((column) => column.name), sql: `SELECT ${list.join(',\n')}\nFROM ${third.from}` };
}

/** raw_log.program under another name: event has a column of that name, and an alias would hide it. */
function renamed(steps: readonly Step[]): Step[] {
  const names = new Map([['program', 'raw_program']]);
  return steps.map(({ name, sql }) => ({ name, sql: substitute(sql, names) }));
}
