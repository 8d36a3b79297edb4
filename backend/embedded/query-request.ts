import type { IncomingMessage } from 'node:http';
import type { EngineQuery } from './engine.ts';
import { refusal } from './exception.ts';
import { readBody, readForm } from './request.ts';
import { sortUrl } from './setting.ts';
import { parseInsert, statementText, type InsertStatement } from './statement.ts';

/** What a request asks for. */
export interface QueryRequest {
  query: EngineQuery;
  /** An INSERT with its rows as bytes; null for anything else. */
  insert: { statement: InsertStatement; data: Buffer } | null;
}

/** Reads statement, parameters, settings and data of one request. Throws EngineException. */
export async function readQueryRequest(
  request: IncomingMessage,
  url: URL,
  signal: AbortSignal,
  bodyBytesMax: number
): Promise<QueryRequest> {
  const isForm = /^multipart\/form-data/i.test(request.headers['content-type'] ?? '');
  const fields = isForm ? await readForm(request, bodyBytesMax) : [];
  const body = isForm || request.method === 'GET' ? Buffer.alloc(0) : await readBody(request, bodyBytesMax);
  const named = url.searchParams.get('query') ?? fields.find(([name]) => name === 'query')?.[1] ?? '';
  const { settings, params } = sortUrl([...url.searchParams, ...fields]);
  // As ClickHouse does: a GET must not change anything.
  const readsOnly = request.method === 'GET' && !settings.some(([name]) => name === 'readonly');
  const common = {
    database: url.searchParams.get('database') ?? headerOf(request, 'x-clickhouse-database'),
    settings: readsOnly ? [...settings, ['readonly', '2'] as const] : settings,
    params,
    format: defaultFormat(request, url),
    signal,
  };
  const { sql, insert } = readStatement(Buffer.from(named, 'utf8'), body);
  return { query: { ...common, sql }, insert };
}

/** As ClickHouse does: the statement is what the URL or form names, followed by the body. */
function readStatement(named: Buffer, body: Buffer): { sql: string; insert: QueryRequest['insert'] } {
  const head = named.length === 0 ? body : named;
  const found = parseInsert(head);
  if (found !== null) {
    const data = named.length === 0 ? found.data : joined(found.data, body);
    return { sql: '', insert: { statement: found.insert, data } };
  }
  const sql = statementText(named.length === 0 || body.length === 0 ? head : joined(named, Buffer.from('\n'), body));
  if (sql.trim() === '') throw refusal(62, 'Syntax error: Empty query');
  if (/^\s*INSERT\b[^']*\bFORMAT\s+\w+/i.test(sql.slice(0, 65_536))) {
    throw refusal(48, 'Write it as INSERT INTO table (columns) FORMAT Name, with settings in the URL');
  }
  return { sql, insert: null };
}

function joined(...parts: Buffer[]): Buffer {
  const filled = parts.filter((part) => part.length > 0);
  return filled.length === 1 && filled[0] ? filled[0] : Buffer.concat(filled);
}

function defaultFormat(request: IncomingMessage, url: URL): string {
  const format = url.searchParams.get('default_format') ?? headerOf(request, 'x-clickhouse-format') ?? 'TabSeparated';
  if (!/^\w{1,64}$/.test(format)) throw refusal(36, 'default_format is no name');
  return format;
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}
