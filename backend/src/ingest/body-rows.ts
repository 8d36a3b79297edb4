import type { IncomingMessage } from 'node:http';
import type { Issue } from '@loglake/contract/problem';
import { ingestEnvelope } from '@loglake/contract/source';
import { ServiceError } from '../error.ts';
import type { RawRow } from '../store/raw-log.ts';
import { jsonParts } from './json-documents.ts';

/** What a request says about one row; the rest is ours. */
export type BodyRow = Pick<RawRow, 'raw'> &
  Partial<Pick<RawRow, 'source' | 'runId' | 'envelopeHost' | 'envelopeProgram' | 'envelopeTime'>>;

export type BodyFormat = 'text' | 'ndjson' | 'json';

const formats: Readonly<Record<string, BodyFormat>> = {
  'text/plain': 'text',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/x-jsonl': 'ndjson',
  'application/json-lines': 'ndjson',
  'application/json': 'json',
};

/** By Content-Type; its parameters are ignored, text is bytes. Throws request.media_type. */
export function bodyFormat(request: IncomingMessage): BodyFormat {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const format = formats[type];
  if (format !== undefined) return format;
  throw new ServiceError(
    'request.media_type',
    `Content-Type ${type === '' ? '(none)' : type} is not accepted: text/plain, application/json or application/x-ndjson.`
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

/** Bytes that are not UTF-8 pass: refused, one of them would hold up everything that its sender has. */
function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

function jsonRows(body: Buffer, lineBytesMax: number): BodyRow[] {
  const rows: BodyRow[] = [];
  const issues: Issue[] = [];
  const long: Issue[] = [];
  const refuse = (line: number, message: string) =>
    issues.push({ code: 'ingest.document_invalid', message, path: 'body', line });
  for (const part of jsonParts(body)) {
    if (issues.length + long.length >= issuesMax) break;
    if (part.kind === 'wrong') refuse(part.line, part.message);
    else if (!isJson(part.bytes)) refuse(part.line, 'The document is not JSON');
    else if (part.bytes.length > lineBytesMax) long.push(longIssue(part.line, part.bytes.length));
    else rows.push({ raw: part.bytes });
  }
  if (issues.length === 0 && long.length > 0) throw tooLong(long, lineBytesMax);
  if (issues.length === 0) return rows;
  throw new ServiceError('ingest.document_invalid', `${String(issues.length)} things are wrong; nothing was stored.`, {
    issues: [...issues, ...long],
  });
}

const readers: Readonly<Record<BodyFormat, (body: Buffer, lineBytesMax: number) => BodyRow[]>> = {
  text: textRows,
  ndjson: ndjsonRows,
  json: jsonRows,
};

/**
 * The rows of a body: its lines as bytes, NDJSON envelopes, or JSON documents. All problems at once, with line numbers,
 * up to 1,000. Throws ingest.line_too_long, ingest.envelope_invalid and ingest.document_invalid.
 */
export function bodyRows(body: Buffer, format: BodyFormat, lineBytesMax: number): BodyRow[] {
  return readers[format](body, lineBytesMax);
}
