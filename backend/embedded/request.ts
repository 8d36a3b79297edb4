import { timingSafeEqual, createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createGunzip, createInflate } from 'node:zlib';
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import { EngineException, refusal } from './exception.ts';

export interface Credentials {
  user: string;
  password: string;
}

/** Which key a request shows: X-ClickHouse-User and -Key, or Basic. Throws code 516 when neither fits. */
export function authenticate(
  request: IncomingMessage,
  keys: { readWrite: Credentials; readOnly: Credentials }
): 'readWrite' | 'readOnly' {
  const shown = shownCredentials(request);
  const digest = fingerprint(shown);
  // Both are compared always, so that time tells nothing.
  const readWrite = timingSafeEqual(digest, fingerprint(keys.readWrite));
  const readOnly = timingSafeEqual(digest, fingerprint(keys.readOnly));
  if (readWrite) return 'readWrite';
  if (readOnly) return 'readOnly';
  throw refusal(
    516,
    `${shown.user}: Authentication failed: password is incorrect, or there is no user with such name.`
  );
}

function fingerprint(credentials: Credentials): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([credentials.user, credentials.password]))
    .digest();
}

function shownCredentials(request: IncomingMessage): Credentials {
  const user = request.headers['x-clickhouse-user'];
  const key = request.headers['x-clickhouse-key'];
  if (typeof user === 'string' || typeof key === 'string') {
    return { user: typeof user === 'string' ? user : 'default', password: typeof key === 'string' ? key : '' };
  }
  const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const text = basic === undefined ? '' : Buffer.from(basic, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1
    ? { user: 'default', password: '' }
    : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** The body with its Content-Encoding undone. Throws code 48 for another encoding. */
function decoded(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return request;
  if (encoding !== 'gzip' && encoding !== 'deflate') throw refusal(48, `Content-Encoding ${encoding} is not supported`);
  const inflate = encoding === 'gzip' ? createGunzip() : createInflate();
  request.on('error', (error) => inflate.destroy(error));
  return request.pipe(inflate);
}

/**
 * The whole body, at most `bytesMax` after decompression; more throws code 307 with status 413.
 * What comes beyond is read and thrown away up to four times the limit, so that the sender reads the answer.
 */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of decoded(request)) {
      if (!Buffer.isBuffer(chunk)) continue;
      size += chunk.length;
      if (size <= bytesMax) chunks.push(chunk);
      else chunks.length = 0;
      if (size > bytesMax * 4) break;
    }
  } catch (error) {
    if (error instanceof EngineException) throw error;
    throw refusal(36, `The request body cannot be read: ${String(error)}`);
  }
  if (size > bytesMax) throw refusal(307, `The request body is larger than ${bytesMax} bytes`, 413);
  return Buffer.concat(chunks);
}

/** The text fields of a multipart form, at most `bytesMax` in all. Files (external tables) are refused with code 48. */
export async function readForm(request: IncomingMessage, bytesMax: number): Promise<[string, string][]> {
  const fields: [string, string][] = [];
  let size = 0;
  const form = busboy({
    headers: request.headers,
    limits: { fieldSize: bytesMax, fields: 1000, files: 1, fieldNameSize: 256 },
  });
  const done = new Promise<void>((resolve, reject) => {
    form.on('field', (name, value, info) => {
      size += Buffer.byteLength(value);
      if (info.valueTruncated || size > bytesMax) {
        reject(refusal(307, `The form is larger than ${bytesMax} bytes`, 413));
        return;
      }
      fields.push([name, value]);
    });
    form.on('file', (_name, stream) => {
      stream.resume();
      reject(refusal(48, 'External tables are not supported by the embedded engine'));
    });
    form.on('fieldsLimit', () => reject(refusal(307, 'The form has too many fields', 413)));
    form.on('error', (error) => reject(refusal(36, `The form cannot be read: ${String(error)}`)));
    form.on('close', resolve);
  });
  const source = decoded(request);
  source.on('error', () => form.destroy());
  source.pipe(form);
  await done;
  return fields;
}
