import { NativeReader, type MapPlaces, type TextPlaces } from './native-reader.ts';
import type { CallOptions, Store } from './store.ts';

/** Text columns of `event` that a block may hold; numbers come as text. */
export const blockColumns = [
  ...(['source', 'parser', 'severity', 'facility', 'host', 'src_ip', 'dst_ip', 'src_port', 'dst_port'] as const),
  ...(['src_mac', 'dst_mac', 'protocol', 'user', 'target_user', 'program', 'pid', 'action', 'outcome'] as const),
  ...(['dns_query', 'http_url', 'process_image', 'command_line', 'message'] as const),
] as const;
export type BlockColumn = (typeof blockColumns)[number];

/** Those of every block. */
const always = ['run_id', 'product', 'category', 'service'] as const;
export type BlockText = BlockColumn | (typeof always)[number];

/** Rows of `event` as they came, texts not decoded: places in `bytes`. Valid until the next block is asked for. */
export interface EventBlock {
  readonly rows: number;
  readonly bytes: Buffer;
  /** Where the 16 bytes of the first row's id begin. */
  readonly idStart: number;
  /** Unix milliseconds. */
  readonly tsMs: BigInt64Array;
  readonly receivedMs: BigInt64Array;
  /** The columns that were asked for. */
  readonly texts: ReadonlyMap<BlockText, TextPlaces>;
  readonly fields: MapPlaces;
}

export interface EventRange {
  readonly partition: string;
  /** Block numbers, both included. */
  readonly lo: number;
  readonly hi: number;
  /** Parts of which no row was read before: their rows with numbers from elsewhere belong to this range. */
  readonly parts: readonly string[];
}

/** A part is named partition_min_max_level: a row whose number lies outside came with an attached part ("foreign"). */
const [first, last] = [`toUInt64(splitByChar('_', _part)[2])`, `toUInt64(splitByChar('_', _part)[3])`];
const inItsPart = `_block_number BETWEEN ${first} AND ${last}`;
/** Parts outside of the range are left out by their name, before anything of them is read. */
const inRange = `_partition_id = {partition:String} AND ${first} <= {hi:UInt64} AND ${last} >= {lo:UInt64}
  AND if(${inItsPart}, _block_number BETWEEN {lo:UInt64} AND {hi:UInt64}, has({parts:Array(String)}, _part))`;

const limits = { timeoutMs: 300_000, rowsMax: 100_000_000 };
/** Rows of a block: enough to be quick, few enough to stay in the processor's cache and to let others in between. */
const blockRows = '8192';

function selectList(columns: readonly BlockColumn[]): string {
  const numbers = new Set<string>(['severity', 'facility']);
  const texts = columns.map((name) => (numbers.has(name) ? `toString(${name}) AS ${name}` : name));
  return [
    'id',
    'toUnixTimestamp64Milli(ts) AS ts_ms',
    'toUnixTimestamp64Milli(received_at) AS received_ms',
    ...always,
    ...texts,
    'fields',
  ].join(', ');
}

/** The rows of one range of arrived rows with these columns, in no order. */
export async function* eventBlocksOfRange(
  store: Store,
  range: EventRange,
  columns: readonly BlockColumn[],
  options: CallOptions = {}
): AsyncGenerator<EventBlock, void> {
  const { partition, lo, hi, parts } = range;
  // Identifiers from the allow-list only, whatever the caller's type says.
  const list = selectList(blockColumns.filter((name) => columns.includes(name)));
  const statement = { sql: `SELECT ${list} FROM event WHERE ${inRange} FORMAT Native`, params: { partition, lo, hi, parts: [...parts] } }; // prettier-ignore
  const settings = { max_block_size: blockRows };
  yield* readEventBlocks(store.bytes('event.range', statement, { ...limits, ...options, settings }));
}

/** The id of a row as text. */
export function eventIdAt({ bytes, idStart }: Pick<EventBlock, 'bytes' | 'idStart'>, row: number): string {
  const at = idStart + row * 16;
  // Two numbers of 64 bits, each with its lowest byte first.
  const half = (start: number): string => bytes.readBigUInt64LE(start).toString(16).padStart(16, '0');
  const hex = half(at) + half(at + 8);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Blocks of `event` from format Native. Throws on another shape, and when the source ends inside a block. */
export async function* readEventBlocks(source: AsyncIterable<Uint8Array>): AsyncGenerator<EventBlock, void> {
  const reader = new NativeReader(source);
  try {
    for (let head = await reader.nextBlock(); head !== undefined; head = await reader.nextBlock()) {
      const block = await readBlock(reader, head.columns, head.rows);
      if (block.rows > 0) yield block;
    }
  } finally {
    await reader.close();
  }
}

async function readBlock(reader: NativeReader, columns: number, rows: number): Promise<EventBlock> {
  const texts = new Map<BlockText, TextPlaces>();
  const times = new Map<string, BigInt64Array>();
  let idStart: number | undefined;
  let fields: MapPlaces | undefined;
  for (let at = 0; at < columns; at += 1) {
    const [name, type] = [await reader.text(), await reader.text()];
    if (type === 'UUID') [idStart] = await reader.fixed(rows * 16);
    else if (type === 'Int64') times.set(name, await readNumbers(reader, rows));
    else if (type.startsWith('Map(')) fields = rows === 0 ? noFields : await reader.map(rows);
    else texts.set(textName(name), await readTexts(reader, type, rows));
  }
  const parts = { idStart, tsMs: times.get('ts_ms'), receivedMs: times.get('received_ms'), fields };
  if (!isWhole(parts)) throw new Error('Native: a column is missing');
  return { rows, bytes: reader.bytes, texts, ...parts };
}

type Parts = Pick<EventBlock, 'idStart' | 'tsMs' | 'receivedMs' | 'fields'>;
const noPlaces: TextPlaces = { starts: new Int32Array(0), ends: new Int32Array(0) };
const noFields: MapPlaces = { offsets: new Int32Array(1), keyAt: new Int32Array(0), keys: [], values: noPlaces };

function isWhole(parts: { [K in keyof Parts]: Parts[K] | undefined }): parts is Parts {
  return Object.values(parts).every((part) => part !== undefined);
}

function textName(name: string): BlockText {
  const known = [...always, ...blockColumns].find((one) => one === name);
  if (known === undefined) throw new Error('Native: a column that nobody asked for');
  return known;
}

async function readNumbers(reader: NativeReader, rows: number): Promise<BigInt64Array> {
  const [start, end] = await reader.fixed(rows * 8);
  // A copy: the bytes stand at any address, the numbers must not.
  return new BigInt64Array(Uint8Array.from(reader.bytes.subarray(start, end)).buffer);
}

async function readTexts(reader: NativeReader, type: string, rows: number): Promise<TextPlaces> {
  if (rows === 0) return noPlaces;
  switch (type) {
    case 'String':
      return reader.texts(rows);
    case 'Nullable(String)':
      return reader.nullableTexts(rows);
    case 'LowCardinality(String)':
      return reader.dictionaryTexts(rows, false);
    case 'LowCardinality(Nullable(String))':
      return reader.dictionaryTexts(rows, true);
    default:
      throw new Error('Native: a text of another type');
  }
}
