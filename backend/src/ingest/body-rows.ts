import type { IncomingMessage } from 'node:http';
import type { Issue } from '@loglake/contract/problem';
import { ingestEnvelope } from '@loglake/contract/source';
import { ServiceError } from '../error.ts';
import type { RawRow } from '../store/raw-log.ts';

/** What a request says about one row; the rest is ours. */
export type BodyRow = Pick<RawRow, 'raw'> &
  Partial<Pick<RawRow, 'source' | 'runId' | 'envelopeHost' | 'envelopeProgram' | 'envelopeTime'>>;

export type BodyFormat = 'text' | 'ndjson';

const formats: Readonly<Record<string, BodyFormat>> = {
  'text/plain': 'text',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/x-jsonl': 'ndjson',
  'application/json-lines': 'ndjson',
};

/** By Content-Type; its parameters are ignored, text is bytes. Throws request.media_type. */
export function bodyFormat(request: IncomingMessage): BodyFormat {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const format = formats[type];
  if (format !== undefined) return format;
  throw new ServiceError(
    'request.media_type',
    `Content-Type ${type === '' ? '(none)' : type} is not accepted: text/plain or application/x-ndjson.`
  );
}

const LF = 0x0a;
const CR = 0x0d;
const issuesMax = 1000;

/** Lines with their numbers, from 1, without LF and the CR before it; empty ones are left out. */
function* linesOf(body: Buffer): Generator<{ number: number; bytes: Buffer }> {
  let number = 0;
  for (let at = 0; at < body.length;) {
    const found = body.indexOf(LF, at);
    const next = found < 0 ? body.length : found;
    const end = found > at && body[next - 1] === CR ? next - 1 : next;
    number += 1;
    if (end > at) yield { number, bytes: body.subarray(at, end) };
    at = next + 1;
  }
}

function tooLong(issues: Issue[], lineBytesMax: number): ServiceError {
  return new ServiceError('ingest.line_too_long', `A line may have ${String(lineBytesMax)} bytes.`, { issues });
}

function longIssue(line: number, bytes: number): Issue {
  return { code: 'ingest.line_too_long', message: `The line has ${String(bytes)} bytes`, path: 'body', line };
}

function textRows(body: Buffer, lineBytesMax: number): BodyRow[] {
  const rows: BodyRow[] = [];
  const issues: Issue[] = [];
  for (const { number, bytes } of linesOf(body)) {
    if (bytes.length <= lineBytesMax) rows.push({ raw: bytes });
    else if (issues.length < issuesMax) issues.push(longIssue(number, bytes.length));
  }
  if (issues.length > 0) throw tooLong(issues, lineBytesMax);
  return rows;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function invalid(line: number, message: string, path = ''): Issue {
  return { code: 'ingest.envelope_invalid', message, path, line };
}

/** One envelope; or what is wrong with it. */
function envelopeRow(bytes: Buffer, line: number): BodyRow | Issue[] {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch (error) {
    return [invalid(line, error instanceof SyntaxError ? 'The line is not JSON' : 'The line is not UTF-8')];
  }
  const parsed = ingestEnvelope.safeParse(value);
  if (!parsed.success) return parsed.error.issues.map((issue) => invalid(line, issue.message, issue.path.join('.')));
  const { message, host, program, time, source, run_id: runId } = parsed.data;
  return {
    raw: Buffer.from(message),
    ...(host === undefined ? {} : { envelopeHost: host }),
    ...(program === undefined ? {} : { envelopeProgram: program }),
    ...(time === undefined ? {} : { envelopeTime: time }),
    ...(source === undefined ? {} : { source }),
    ...(runId === undefined ? {} : { runId }),
  };
}

function ndjsonRows(body: Buffer, lineBytesMax: number): BodyRow[] {
  const rows: BodyRow[] = [];
  const issues: Issue[] = [];
  const long: Issue[] = [];
  for (const { number, bytes } of linesOf(body)) {
    if (issues.length + long.length >= issuesMax) break;
    const row = envelopeRow(bytes, number);
    if (Array.isArray(row)) issues.push(...row);
    else if (row.raw.length > lineBytesMax) long.push(longIssue(number, row.raw.length));
    else rows.push(row);
  }
  if (issues.length > 0) {
    throw new ServiceError(
      'ingest.envelope_invalid',
      `${String(issues.length)} things are wrong; nothing was stored.`,
      {
        issues: [...issues, ...long],
      }
    );
  }
  if (long.length > 0) throw tooLong(long, lineBytesMax);
  return rows;
}

/**
 * The rows of a body: its lines as bytes, or NDJSON envelopes. All problems at once, with line numbers, up to 1,000.
 * Throws ingest.line_too_long and ingest.envelope_invalid.
 */
export function bodyRows(body: Buffer, format: BodyFormat, lineBytesMax: number): BodyRow[] {
  return format === 'text' ? textRows(body, lineBytesMax) : ndjsonRows(body, lineBytesMax);
}
