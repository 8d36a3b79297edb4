import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../error.ts';
import type { Batcher } from './batcher.ts';
import { bodyFormat, bodyRows, type BodyFormat, type BodyRow } from './body-rows.ts';
import type { KeyedRequests } from './keyed-requests.ts';
import { withBody, type BodyLimits } from './request-body.ts';
import type { RowMaker } from './row-maker.ts';

export interface HttpIngestSettings extends BodyLimits {
  lineBytesMax: number;
}

export interface HttpIngestDeps {
  batcher: Pick<Batcher, 'addAcked' | 'addBlocks' | 'stats'>;
  row: RowMaker;
  keyed: KeyedRequests;
  settings: HttpIngestSettings;
}

export interface IngestContext {
  role: 'ingest' | 'scenario';
  /** Peer address. */
  sender: string;
  signal: AbortSignal;
}

export interface HttpIngestCounts {
  requests: number;
  accepted: number;
  refused: number;
}

export interface HttpIngest {
  /**
   * Reads a request and stores its lines; resolves when they are stored: only then 202.
   * Throws ingest.* and request.* for the sender's mistakes, ingest.busy, store.unavailable.
   */
  (request: IncomingMessage, context: IngestContext): Promise<{ accepted: number }>;
  readonly counts: Readonly<HttpIngestCounts>;
}

const keyMax = 255;

/** The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header), null without one. */
function idempotencyKey(request: IncomingMessage): string | null {
  const value = request.headers['idempotency-key'];
  if (value === undefined) return null;
  if (typeof value !== 'string' || value === '' || value.length > keyMax) {
    throw new ServiceError('request.invalid', `Idempotency-Key must have 1 to ${String(keyMax)} characters.`);
  }
  return value;
}

/**
 * The same for the same request. The content is part of it: a key that was used for other lines
 * by mistake, or by another sender, hides none.
 */
export function requestToken(key: string, context: IngestContext, format: BodyFormat, body: Buffer): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([key, context.role, format]))
    .update(body);
  return `http-${hash.digest('hex')}`;
}

function refuseRunId(rows: readonly BodyRow[], role: IngestContext['role']): void {
  if (role === 'scenario' || rows.every((row) => row.runId === undefined || row.runId === '')) return;
  throw new ServiceError('request.forbidden', 'Only the scenario token may set run_id; nothing was stored.');
}

export function createHttpIngest(deps: HttpIngestDeps): HttpIngest {
  const { batcher, settings, keyed } = deps;
  const budget = { heldBytes: 0 };
  const counts: HttpIngestCounts = { requests: 0, accepted: 0, refused: 0 };

  async function store(rows: BodyRow[], context: IngestContext, token: string | null): Promise<void> {
    if (rows.length > batcher.stats().queueRowsMax) {
      throw new ServiceError(
        'request.too_large',
        `A request may have ${String(batcher.stats().queueRowsMax)} lines; send less at once.`
      );
    }
    const given = { transport: 'http', sender: context.sender } as const;
    if (token === null) await batcher.addAcked(rows.map((row) => deps.row({ ...given, ...row })));
    else await keyed.store(token, rows, (row, identity) => deps.row({ ...given, ...row, ...identity }));
  }

  async function handle(request: IncomingMessage, context: IngestContext): Promise<{ accepted: number }> {
    const format = bodyFormat(request);
    const key = idempotencyKey(request);
    return withBody(request, settings, budget, async (body) => {
      const rows = bodyRows(body, format, settings.lineBytesMax);
      refuseRunId(rows, context.role);
      if (rows.length > 0) await store(rows, context, key === null ? null : requestToken(key, context, format, body));
      return { accepted: rows.length };
    });
  }

  return Object.assign(
    async (request: IncomingMessage, context: IngestContext) => {
      counts.requests += 1;
      try {
        const receipt = await handle(request, context);
        counts.accepted += receipt.accepted;
        return receipt;
      } catch (error) {
        counts.refused += 1;
        request.resume();
        throw error;
      }
    },
    { counts }
  );
}
