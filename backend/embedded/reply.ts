import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants, createGzip } from 'node:zlib';
import type { EngineException } from './exception.ts';

export interface Reply {
  setFormat(format: string): void;
  /** Sends the head before the first piece; waits while the reader is slow. Ends early when `signal` aborts. */
  write(chunk: Uint8Array, signal: AbortSignal): Promise<void>;
  end(summary: Record<string, number>): Promise<void>;
  /**
   * Before the head: status, code header and text. After it: ClickHouse's exception block in the stream, and then the
   * connection is cut without the closing chunk, so that no client can take what it has for the whole.
   */
  fail(exception: EngineException): Promise<void>;
}

/** How long the reader has to take the exception block before the connection is cut, milliseconds. */
const cutAfterMs = 100;

const noSummary = {
  read_rows: '0',
  read_bytes: '0',
  written_rows: '0',
  written_bytes: '0',
  total_rows_to_read: '0',
  result_rows: '0',
  result_bytes: '0',
  elapsed_ns: '0',
};

/** What one HTTP answer of ClickHouse looks like: headers, pieces, gzip, errors before and after the first byte. */
export function createReply(
  response: ServerResponse,
  options: { queryId: string; exceptionTag: string; gzip: boolean }
): Reply {
  const gzip = options.gzip ? createGzip({ level: 1 }) : null;
  gzip?.on('error', () => response.destroy());
  const out = gzip ?? response;

  response.setHeader('X-ClickHouse-Query-Id', safeHeader(options.queryId));
  response.setHeader('X-ClickHouse-Server-Display-Name', 'loglake-embedded');
  response.setHeader('X-ClickHouse-Timezone', 'UTC');

  function head(summary: Record<string, number>): void {
    if (response.headersSent) return;
    const texts = Object.fromEntries(Object.entries(summary).map(([name, value]) => [name, String(value)]));
    response.setHeader('X-ClickHouse-Exception-Tag', options.exceptionTag);
    response.setHeader('X-ClickHouse-Summary', JSON.stringify({ ...noSummary, ...texts }));
    if (!response.hasHeader('Content-Type')) response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
    if (gzip) {
      response.setHeader('Content-Encoding', 'gzip');
      gzip.pipe(response);
    }
    response.writeHead(200);
  }

  return {
    setFormat: (format) => {
      response.setHeader('X-ClickHouse-Format', format);
      response.setHeader('Content-Type', contentTypeOf(format));
    },
    write: async (chunk, signal) => {
      signal.throwIfAborted();
      head({});
      if (chunk.length > 0 && !out.write(chunk)) await once(out, 'drain', { signal });
    },
    end: async (summary) => {
      head(summary);
      out.end();
      if (!response.writableFinished && !response.destroyed)
        await Promise.race([once(response, 'finish'), once(response, 'close')]);
    },
    fail: async (exception) => {
      if (response.destroyed) return;
      if (!response.headersSent) {
        response.setHeader('X-ClickHouse-Exception-Code', String(exception.code));
        response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
        response.writeHead(exception.status).end(`${exception.message}\n`);
        return;
      }
      const text = exception.message.replace(/\s+$/, '');
      const { exceptionTag: tag } = options;
      const block = `\r\n__exception__\r\n${tag}\n${text}\n${Buffer.byteLength(text) + 1} ${tag}\r\n__exception__\r\n`;
      // What was compressed so far goes out first, so that the block reaches the reader in one piece.
      await new Promise<void>((resolve) => (gzip ? gzip.flush(constants.Z_SYNC_FLUSH, () => resolve()) : resolve()));
      out.write(block);
      gzip?.flush(constants.Z_SYNC_FLUSH);
      await sleep(cutAfterMs);
      response.destroy();
    },
  };
}

function contentTypeOf(format: string): string {
  if (/^JSON(EachRow|CompactEachRow|Lines)/i.test(format)) return 'application/x-ndjson; charset=UTF-8';
  if (/^JSON/i.test(format)) return 'application/json; charset=UTF-8';
  if (/^(TabSeparated|TSV)/i.test(format)) return 'text/tab-separated-values; charset=UTF-8';
  if (/^CSV/i.test(format)) return 'text/csv; charset=UTF-8';
  return 'application/octet-stream';
}

function safeHeader(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '').slice(0, 256);
}
