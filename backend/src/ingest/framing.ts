/**
 * Frames of syslog over TCP, both methods of RFC 6587 on one connection, decided per frame:
 * - octet counting (section 3.4.1): `MSG-LEN SP SYSLOG-MSG`, where MSG-LEN has no leading zero, and the message
 *   begins with `<`. The `<` keeps lines that merely begin with a number out of it. A count that would swallow what
 *   looks like further messages, and does not end where one begins, is not believed: else a forged line
 *   `9999 <13>` could hide the lines behind it.
 * - non-transparent framing (section 3.4.2): all else, ended by LF; a CR before that LF belongs to the trailer.
 *   NUL is data: taking it for a trailer would let a message forge another on every connection.
 *
 * No byte is dropped but the framing itself and empty lines. A message beyond the limit is cut into pieces of exactly
 * that many bytes, each a frame of its own; a frame that the sender never finishes comes out as far as it came.
 * The same bytes give the same frames wherever the chunks end.
 */
export interface Framer {
  /** The frames that this chunk completes, in order. They may share the chunk's memory. */
  push(chunk: Buffer): Buffer[];
  /** What is left of an unfinished frame, at the end of the connection or after a long silence. */
  flush(): Buffer[];
  /** Bytes held for an unfinished frame, at most the line limit and 32. */
  bufferedBytes(): number;
  readonly counts: Readonly<FramingCounts>;
}

/** What was not plain sailing, counted since the connection began. */
export interface FramingCounts {
  /** Messages longer than the limit, stored in pieces. */
  cut: number;
  /** Lines without a byte in them; not stored. */
  empty: number;
  /** Frames that the sender did not finish; stored as far as they came. */
  partial: number;
  /** Octet counts not believed (zero, leading zero, above `octetCountMax`, swallowing others); stored as lines, number included. */
  badCount: number;
}

export interface FramingLimits {
  /** Longest message in bytes; longer ones are cut. */
  lineBytesMax: number;
  /** Largest octet count that is believed, bytes. */
  octetCountMax: number;
}

const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const LESS_THAN = 0x3c;
const ZERO = 0x30;
const NINE = 0x39;
/** More digits than this are no count; enough to recognise one that overflows. */
const digitsMax = 24;

type Mode =
  | { kind: 'start' }
  /** `pieces` counts those already given out of this message. */
  | { kind: 'line'; pieces: number }
  /** `headBytes` of MSG-LEN and SP are still pending, then `left` bytes of the message. */
  | { kind: 'octets'; headBytes: number; left: number; pieces: number };

/** `used` bytes are done with; `frame` may be empty. */
interface Step {
  used: number;
  frame: Buffer;
  next: Mode;
  badCount?: true;
}

const start: Mode = { kind: 'start' };
const line: Mode = { kind: 'line', pieces: 0 };
const nothing: Buffer = Buffer.alloc(0);
const disbelieve: Step = { used: 0, frame: nothing, next: line, badCount: true };

function digitsOf(bytes: Buffer): number {
  let digits = 0;
  for (let byte = bytes[0]; digits < digitsMax && byte !== undefined && byte >= ZERO && byte <= NINE;) {
    digits += 1;
    byte = bytes[digits];
  }
  return digits;
}

const asLine: Step = { used: 0, frame: nothing, next: line };

/** What the bytes at the start of a frame begin; null while they could be either. */
function stepStart(bytes: Buffer, octetCountMax: number, atEnd: boolean): Step | null {
  if (bytes.length === 0) return null;
  const digits = digitsOf(bytes);
  if (digits === 0 || digits === digitsMax) return asLine;
  const behind = bytes.subarray(digits, digits + 2);
  if (behind.length < 2 && (behind[0] ?? SP) === SP) return atEnd ? asLine : null;
  return behind[0] === SP && behind[1] === LESS_THAN ? stepCount(bytes, digits, octetCountMax) : asLine;
}

function stepCount(bytes: Buffer, digits: number, octetCountMax: number): Step {
  const count = Number(bytes.toString('latin1', 0, digits));
  if (bytes[0] === ZERO || count > octetCountMax) return disbelieve;
  return { used: 0, frame: nothing, next: { kind: 'octets', headBytes: digits + 1, left: count, pieces: 0 } };
}

function stepLine(bytes: Buffer, pieces: number, max: number): Step | null {
  const end = bytes.subarray(0, max + 2).indexOf(LF);
  const content = end > 0 && bytes[end - 1] === CR ? end - 1 : end;
  if (end >= 0 && content <= max) return { used: end + 1, frame: bytes.subarray(0, content), next: start };
  if (bytes.length < max + 2) return null;
  return { used: max, frame: bytes.subarray(0, max), next: { kind: 'line', pieces: pieces + 1 } };
}

/** True when a message of this many bytes would hide the beginning of another behind an LF. */
function swallows(message: Buffer): boolean {
  return message.includes(LF) && /\n(?:<\d{1,3}>|[1-9]\d{0,8} <)/.test(message.toString('latin1'));
}

/** Whether a frame could begin here; null when there are too few bytes to tell. */
function beginsFrame(bytes: Buffer): boolean | null {
  if (bytes[0] === LF || bytes[0] === CR || bytes[0] === LESS_THAN) return true;
  const step = stepStart(bytes, Number.MAX_SAFE_INTEGER, false);
  return step === null ? null : step.next.kind === 'octets';
}

type Octets = Extract<Mode, { kind: 'octets' }>;

function believable(bytes: Buffer, mode: Octets, max: number, atEnd: boolean): boolean | null {
  const messageEnd = mode.headBytes + mode.left;
  if (mode.pieces > 0 || !swallows(bytes.subarray(mode.headBytes, Math.min(messageEnd, mode.headBytes + max)))) {
    return true;
  }
  if (mode.left > max || bytes.length < messageEnd) return false;
  const begins = beginsFrame(bytes.subarray(messageEnd));
  return begins ?? (atEnd ? true : null);
}

function stepOctets(bytes: Buffer, mode: Octets, max: number, atEnd: boolean): Step | null {
  const size = Math.min(mode.left, max);
  const used = mode.headBytes + size;
  if (bytes.length < used && !atEnd) return null;
  const believed = believable(bytes, mode, max, atEnd);
  if (believed === null) return null;
  if (!believed) return disbelieve;
  if (bytes.length < used) return null;
  const left = mode.left - size;
  const next: Mode = left === 0 ? start : { kind: 'octets', headBytes: 0, left, pieces: mode.pieces + 1 };
  return { used, frame: bytes.subarray(mode.headBytes, used), next };
}

/** A framer for one connection. Pure: no clock, no I/O. */
export function createFramer(limits: FramingLimits): Framer {
  const max = limits.lineBytesMax;
  const counts: FramingCounts = { cut: 0, empty: 0, partial: 0, badCount: 0 };
  let pending = nothing;
  let mode: Mode = start;

  function step(atEnd: boolean): Step | null {
    if (mode.kind === 'start') return stepStart(pending, limits.octetCountMax, atEnd);
    if (mode.kind === 'line') return stepLine(pending, mode.pieces, max);
    return stepOctets(pending, mode, max, atEnd);
  }

  function drain(out: Buffer[], atEnd: boolean): void {
    for (let next = step(atEnd); next !== null; next = step(atEnd)) {
      if (next.badCount) counts.badCount += 1;
      if (next.next.kind !== 'start' && next.next.pieces === 1) counts.cut += 1;
      if (next.frame.length > 0) out.push(next.frame);
      else if (next.used > 0) counts.empty += 1;
      pending = pending.subarray(next.used);
      mode = next.next;
    }
  }

  /** Gives what is pending as the first part of a message whose rest may still come. */
  function giveUp(out: Buffer[]): void {
    const headBytes = mode.kind === 'octets' ? mode.headBytes : 0;
    const content = pending.subarray(headBytes);
    counts.partial += 1;
    out.push(...[content.subarray(0, max), content.subarray(max)].filter((piece) => piece.length > 0));
    mode =
      mode.kind === 'octets'
        ? { kind: 'octets', headBytes: 0, left: mode.left - content.length, pieces: mode.pieces + 1 }
        : { kind: 'line', pieces: 1 };
    pending = nothing;
  }

  return {
    counts,
    bufferedBytes: () => pending.length,
    push(chunk) {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const out: Buffer[] = [];
      drain(out, false);
      // What is kept is copied out, so that a few bytes do not hold a whole chunk in memory.
      if (pending.length > 0) pending = Buffer.from(pending);
      return out;
    },
    flush() {
      const out: Buffer[] = [];
      drain(out, true);
      if (pending.length > 0) giveUp(out);
      return out;
    },
  };
}
