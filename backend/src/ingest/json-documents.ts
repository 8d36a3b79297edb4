/** A piece of a body: a document with the line on which it begins, from 1; or what stands where one should. */
export type JsonPart =
  | { readonly kind: 'document'; readonly line: number; readonly bytes: Buffer }
  | { readonly kind: 'wrong'; readonly line: number; readonly message: string };

const LF = 0x0a;
const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN, CLOSE] = [0x5b, 0x5d, 0x7b, 0x7d];
const blanks: ReadonlySet<number> = new Set([LF, 0x20, 0x09, 0x0d]);
const opens: ReadonlySet<number> = new Set([OPEN, OPEN_ARRAY]);
const closes: ReadonlySet<number> = new Set([CLOSE, CLOSE_ARRAY]);
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** Where the text that begins at `at`, a quotation mark, ends; the body's length when it does not. */
function endOfText(body: Buffer, at: number): number {
  for (let next = at + 1; next < body.length; next += 1) {
    if (body[next] === BACKSLASH) next += 1;
    else if (body[next] === QUOTE) return next + 1;
  }
  return body.length;
}

/** Where the object that begins at `at` ends; null when it does not. Only brackets are counted: JSON.parse does the rest. */
function endOfObject(body: Buffer, at: number): number | null {
  let depth = 0;
  for (let next = at; next < body.length;) {
    const byte = body[next] ?? 0;
    if (opens.has(byte)) depth += 1;
    else if (closes.has(byte)) depth -= 1;
    next = byte === QUOTE ? endOfText(body, next) : next + 1;
    if (depth === 0) return next;
  }
  return null;
}

function linesIn(bytes: Buffer): number {
  let count = 0;
  for (let found = bytes.indexOf(LF); found >= 0; found = bytes.indexOf(LF, found + 1)) count += 1;
  return count;
}

/** `outside`: documents one after the other. In an array: `open` before the first, then `behind` a document or a `comma`. */
type Place = 'outside' | 'open' | 'behind' | 'comma';

/** Where a byte between documents leads; null when it may not stand there. */
function passed(byte: number, place: Place): Place | null {
  if (byte === OPEN_ARRAY && place === 'outside') return 'open';
  if (byte === CLOSE_ARRAY && (place === 'open' || place === 'behind')) return 'outside';
  return byte === COMMA && place === 'behind' ? 'comma' : null;
}

/** Where the line that holds `at` ends: LF not included. */
function endOfLine(body: Buffer, at: number): number {
  const found = body.indexOf(LF, at);
  return found < 0 ? body.length : found;
}

interface Step {
  /** Where the next step begins. */
  readonly end: number;
  readonly place: Place;
  readonly parts: readonly JsonPart[];
}

/** The object that begins at `at`. */
function documentStep(body: Buffer, at: number, line: number, place: Place): Step {
  const end = endOfObject(body, at);
  if (end === null) {
    const part = { kind: 'wrong', line, message: 'The document does not end' } as const;
    return { end: body.length, place: 'outside', parts: [part] };
  }
  const part = { kind: 'document', line, bytes: body.subarray(at, end) } as const;
  const missing = { kind: 'wrong', line, message: 'There is no comma before this document' } as const;
  const parts = place === 'behind' ? [missing, part] : [part];
  return { end, place: place === 'outside' ? 'outside' : 'behind', parts };
}

function step(body: Buffer, at: number, line: number, place: Place): Step {
  const byte = body[at] ?? 0;
  if (byte === OPEN) return documentStep(body, at, line, place);
  const next = passed(byte, place);
  if (next !== null) return { end: at + 1, place: next, parts: [] };
  if (blanks.has(byte)) return { end: at + 1, place, parts: [] };
  const part = { kind: 'wrong', line, message: 'Here a document must begin, with {' } as const;
  return { end: endOfLine(body, at), place, parts: [part] };
}

/**
 * The documents of a body: JSON objects one after the other, white space between them or none, or in arrays. Each is a
 * slice of the body. Goes on behind what is wrong, from the next line. Pure.
 */
export function* jsonParts(body: Buffer): Generator<JsonPart> {
  let at = body.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
  let line = 1;
  let place: Place = 'outside';
  while (at < body.length) {
    const next = step(body, at, line, place);
    yield* next.parts;
    line += linesIn(body.subarray(at, next.end));
    ({ end: at, place } = next);
  }
  if (place !== 'outside') yield { kind: 'wrong', line, message: 'The array does not end' };
}
