import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Engine } from './engine.ts';
import { asException, refusal } from './exception.ts';
import { readQueryRequest } from './query-request.ts';
import { authenticate, type Credentials } from './request.ts';
import { createReply, type Reply } from './reply.ts';
import { outputFormat } from './statement.ts';

export interface GatewayOptions {
  engine: Engine;
  readWrite: Credentials;
  /** Refused for every query until its statement check exists. */
  readOnly: Credentials;
  /** Largest body after decompression, bytes. */
  bodyBytesMax: number;
}

/** As a server's http_max_uri_size: parameters come in the URL. Bytes. */
const headBytesMax = 1024 * 1024;
const keepAliveMs = 10_000;

/** The ClickHouse HTTP interface over one engine. Listen on a loopback address only. */
export function createGateway(options: GatewayOptions): Server {
  return createServer({ maxHeaderSize: headBytesMax, keepAliveTimeout: keepAliveMs }, (request, response) => {
    answer(options, request, response).catch(() => response.destroy());
  });
}

async function answer(options: GatewayOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (isPing(request, url)) {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=UTF-8' }).end('Ok.\n');
    return;
  }
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const reply = createReply(response, {
    queryId: url.searchParams.get('query_id') ?? randomUUID(),
    exceptionTag: randomBytes(8).toString('hex'),
    gzip: acceptsGzip(request, url),
  });
  try {
    admit(options, request, url);
    await run(options, { request, url, reply, signal: gone.signal });
  } catch (error) {
    await reply.fail(asException(error));
  }
}

function isPing(request: IncomingMessage, url: URL): boolean {
  return request.method === 'GET' && (url.pathname === '/ping' || (url.pathname === '/' && url.search === ''));
}

function admit(options: GatewayOptions, request: IncomingMessage, url: URL): void {
  if (url.pathname !== '/') throw refusal(36, `There is nothing at ${url.pathname}`, 404);
  if (request.method !== 'GET' && request.method !== 'POST') throw refusal(48, 'Only GET and POST', 405);
  if (authenticate(request, options) === 'readOnly') {
    throw refusal(497, 'The read-only key may run nothing yet: its statement check is not built');
  }
}

function acceptsGzip(request: IncomingMessage, url: URL): boolean {
  const asked = url.searchParams.get('enable_http_compression') === '1';
  return asked && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
}

interface Call {
  request: IncomingMessage;
  url: URL;
  reply: Reply;
  signal: AbortSignal;
}

async function run(options: GatewayOptions, call: Call): Promise<void> {
  const { engine, bodyBytesMax } = options;
  const { query, insert } = await readQueryRequest(call.request, call.url, call.signal, bodyBytesMax);
  if (insert !== null) {
    const written = await engine.insert(query, insert.statement, insert.data);
    await call.reply.end({ written_rows: written.rowsWritten, written_bytes: written.bytesWritten });
    return;
  }
  const { format, streams } = outputFormat(query.sql, query.format);
  call.reply.setFormat(format);
  if (streams && call.url.searchParams.get('wait_end_of_query') !== '1') {
    for await (const chunk of engine.stream(query)) await call.reply.write(chunk, call.signal);
  } else {
    await call.reply.write(await engine.whole(query), call.signal);
  }
  await call.reply.end({});
}
