import { authPlaceholders } from './linux-auth/families.ts';
import { bind, fill, readSql, readSteps } from './source-text.ts';

/** Every parser, in the order in which their claims are tried. `unmatched` takes the rest. */
export const parserNames = ['heartbeat', 'linux-auth', 'netfilter', 'unmatched'] as const;
export type ParserName = (typeof parserNames)[number];

/** Those that make events; a heartbeat is seen by its arrival only. */
export const eventParserNames = parserNames.filter((name) => name !== 'heartbeat');

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
    .map((name) => `(${fill(readSql(`${name}/claim.sql`), authPlaceholders)}), '${name}'`);
  return {
    hostname: bind(header, `if(_host != '', _host, envelope_host)`),
    program: bind(header, `if(_app != '', _app, envelope_program)`),
    parser: bind(
      [...header, ...readSteps('linux-auth/line.sql', authPlaceholders).steps],
      `multiIf(${claims.join(', ')}, 'unmatched')`
    ),
  };
}

/** Columns of event that a parser may set, and their value when nobody does. */
const parsedColumns = {
  ...{
    product: `''`,
    category: `''`,
    service: `''`,
    severity: nullOf('UInt8'),
    facility: nullOf('UInt8'),
    host: nullOf('String'),
  },
  ...{ src_ip: nullOf('String'), dst_ip: nullOf('String'), src_port: nullOf('String'), dst_port: nullOf('String') },
  ...{ src_mac: nullOf('String'), dst_mac: nullOf('String'), protocol: nullOf('String'), user: nullOf('String') },
  ...{ target_user: nullOf('String'), program: nullOf('String'), pid: nullOf('String'), action: nullOf('String') },
  ...{
    outcome: nullOf('String'),
    dns_query: nullOf('String'),
    http_url: nullOf('String'),
    process_image: nullOf('String'),
  },
  ...{ command_line: nullOf('String'), message: `''`, fields: `map()`, time_text: `''` },
} as const;

function nullOf(type: string): string {
  return `CAST(NULL, 'Nullable(${type})')`;
}

/** The columns that `eventSelect` gives, in its order. */
export const eventColumns: readonly string[] = [
  ...['id', 'raw_id', 'parse_gen', 'received_at', 'source', 'parser', 'run_id', 'ts', 'ts_quality'],
  ...Object.keys(parsedColumns).map((column) => (column === 'time_text' ? 'ts_text' : column)),
];

/** A version 8 UUID (RFC 9562) over raw id and ordinal: the same line gives the same event, however often it is parsed. */
const eventId = `reinterpretAsUUID(bitOr(bitAnd(reinterpretAsUInt128(sipHash128(raw_id, toUInt32(0))), toUInt128('85070591730234615865843651857941991423')), toUInt128('170141183460469231731687303715884138496')))`;

/**
 * The SELECT that makes event rows of raw rows.
 * `rows` is what stands after FROM: a table, or a subquery in parentheses, with raw_log's columns.
 */
export function eventSelect(name: ParserName, rows: string): string {
  const header = readSteps('header/steps.sql');
  const said = readSteps('header/columns.sql');
  const parser = readSteps(`${name}/parser.sql`, authPlaceholders);
  const time = readSteps('header/time.sql');
  const set = new Map([...said.columns, ...parser.columns].map((column) => [column.name, column]));
  for (const column of set.keys())
    if (!(column in parsedColumns)) throw new Error(`${name}/parser.sql: no column ${column}`);
  const outputs = [...set.keys(), ...time.columns.map((column) => column.name)];
  const body = bind(
    [...header.steps, ...parser.steps, ...set.values(), ...time.steps, ...time.columns],
    `tuple(${outputs.join(', ')})`
  );
  const value = (column: string, otherwise: string) => {
    const place = outputs.indexOf(column);
    return place < 0 ? otherwise : `tupleElement(_event, ${place + 1})`;
  };
  const columns = Object.entries(parsedColumns).map(
    ([column, otherwise]) => `${value(column, otherwise)} AS ${column === 'time_text' ? 'ts_text' : column}`
  );
  return `SELECT ${eventId} AS id, raw_id, toUInt32(0) AS parse_gen, received_at, source, parser, run_id,
${value('ts', 'received_at')} AS ts, ${value('ts_quality', `'missing'`)} AS ts_quality,
${columns.join(',\n')}
FROM (SELECT id AS raw_id, received_at, source, parser, run_id, ${body} AS _event FROM ${rows})`;
}
