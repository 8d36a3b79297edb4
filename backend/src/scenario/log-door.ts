import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { ServiceError } from '../error.ts';
import { retry } from '../retry.ts';

/** A line with its envelope, as the HTTP door takes it (contract: ingestEnvelope). */
export interface EnvelopedLine {
  readonly message: string;
  readonly host: string;
  readonly program: string;
  /** RFC 3339. */
  readonly time: string;
  readonly source: string;
  readonly run_id: string;
}

export interface LogDoorOptions {
  /** The service's own address. */
  url: string;
  /** The scenario token. */
  token: string;
  /** PEM to trust when the service speaks TLS: its own certificate. */
  certificate?: string;
}

/** Sends lines through the same door as real logs and resolves when they are stored. `key` makes a retry harmless. */
export type LogDoor = (lines: readonly EnvelopedLine[], key: string, signal: AbortSignal) => Promise<void>;

const timeoutMs = 30_000;

class DoorBusy extends Error {
  override readonly name = 'DoorBusy';
}

function post(options: LogDoorOptions, body: string, key: string, signal: AbortSignal): Promise<void> {
  const address = new URL('/v1/ingest/logs', options.url);
  const secure = address.protocol === 'https:';
  const headers = {
    'Content-Type': 'application/x-ndjson',
    'Content-Length': Buffer.byteLength(body),
    Authorization: `Bearer ${options.token}`,
    'Idempotency-Key': key,
  };
  // The certificate is our own, so its key is what is checked, not the name it was made for.
  const trust =
    secure && options.certificate !== undefined
      ? { ca: options.certificate, checkServerIdentity: () => undefined }
      : {};
  return new Promise((resolve, reject) => {
    const request = (secure ? tlsRequest : plainRequest)(
      address,
      { method: 'POST', headers, signal, timeout: timeoutMs, ...trust },
      (response) => {
        const status = response.statusCode ?? 0;
        response.resume();
        response.on('end', () => {
          if (status === 202) resolve();
          else if (status === 429 || status === 503) reject(new DoorBusy(`the ingest door answered ${status}`));
          else reject(new ServiceError('service.internal', `The ingest door answered ${status}.`));
        });
      }
    );
    request.on('timeout', () => request.destroy(new DoorBusy('the ingest door did not answer')));
    request.on('error', reject);
    request.end(body);
  });
}

/** The HTTP ingest door of the service itself, over a real socket. Busy answers are tried again for about a minute. */
export function createLogDoor(options: LogDoorOptions): LogDoor {
  return (lines, key, signal) => {
    const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    return retry(() => post(options, body, key, signal), {
      attempts: 20,
      pauseMs: 200,
      pauseMsMax: 5000,
      retryable: (error) => error instanceof DoorBusy,
      signal,
    });
  };
}
