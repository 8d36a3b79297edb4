import type { IncomingMessage } from 'node:http';
import { PassThrough, pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ServiceError } from '../error.ts';

export interface BodyLimits {
  /** Of the body as sent and, once more, of the body unpacked. */
  requestBytesMax: number;
  /** Of all bodies that are being read or wait for the store, unpacked. */
  requestsBytesMax: number;
}

/** Bytes held by requests; one per service. */
export interface BodyBudget {
  heldBytes: number;
}

function tooLarge(limits: BodyLimits): ServiceError {
  return new ServiceError(
    'request.too_large',
    `A request may have ${String(limits.requestBytesMax)} bytes, unpacked; send less at once.`
  );
}

function encodingOf(request: IncomingMessage): 'identity' | 'gzip' {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return 'identity';
  if (encoding === 'gzip' || encoding === 'x-gzip') return 'gzip';
  throw new ServiceError('request.media_type', `Content-Encoding ${encoding} is not accepted: gzip or none.`);
}

/**
 * The body as a stream of its own: ending it early leaves the connection alone, because the answer goes over it.
 * `leave` throws away what was not read, so that a client that is still sending gets the answer.
 */
function detachedBody(request: IncomingMessage): { body: AsyncIterable<Buffer>; leave: () => void } {
  const body = new PassThrough();
  body.on('error', () => undefined);
  request.on('close', () => {
    if (!request.complete) body.destroy(new Error('The request ended before its body did.'));
  });
  request.pipe(body);
  return {
    body,
    leave: () => {
      request.unpipe(body);
      body.destroy();
      request.resume();
    },
  };
}

/** Passes chunks on until there are too many bytes. */
async function* limited(source: AsyncIterable<Buffer>, limits: BodyLimits): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > limits.requestBytesMax) throw tooLarge(limits);
    yield chunk;
  }
}

function unpacked(packed: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const gunzip = createGunzip();
  // Errors come out of gunzip itself, which is read below.
  pipeline(Readable.from(packed, { objectMode: false }), gunzip, () => undefined);
  return gunzip;
}

/**
 * The whole body, unpacked. `use` gets it, and its bytes count against the budget until that is done.
 * Both limits hold before memory is taken: a zip bomb ends at the limit.
 * Throws request.too_large, request.media_type, request.invalid (no gzip), ingest.busy.
 */
export async function withBody<T>(
  request: IncomingMessage,
  limits: BodyLimits,
  budget: BodyBudget,
  use: (body: Buffer) => Promise<T>
): Promise<T> {
  const encoding = encodingOf(request);
  if (Number(request.headers['content-length'] ?? 0) > limits.requestBytesMax) throw tooLarge(limits);
  const detached = detachedBody(request);
  const packed = limited(detached.body, limits);
  const source = encoding === 'gzip' ? limited(unpacked(packed), limits) : packed;
  const chunks: Buffer[] = [];
  let held = 0;
  try {
    for await (const chunk of readable(source)) {
      if (budget.heldBytes + chunk.length > limits.requestsBytesMax) {
        throw new ServiceError('ingest.busy', 'Too many bytes are being received at once. Send it again.');
      }
      budget.heldBytes += chunk.length;
      held += chunk.length;
      chunks.push(chunk);
    }
    return await use(Buffer.concat(chunks));
  } finally {
    budget.heldBytes -= held;
    detached.leave();
  }
}

/** The same chunks; what goes wrong on the way is the sender's. */
async function* readable(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* source;
  } catch (error) {
    throw asServiceError(error);
  }
}

function asServiceError(error: unknown): ServiceError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('Z_')) return new ServiceError('request.invalid', 'The body is not gzip.', { cause: error });
  if (error instanceof ServiceError) return error;
  return new ServiceError('request.invalid', 'The request ended before its body did.', { cause: error });
}
