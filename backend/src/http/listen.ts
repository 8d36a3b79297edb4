import { readFileSync } from 'node:fs';
import { createServer as createPlain, type Server } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

export interface ListenSettings {
  host: string;
  port: number;
  tls: { certFile: string; keyFile: string } | null;
}

export interface Listening {
  /** With the port that was taken, when 0 was asked for. */
  url: string;
  close(): Promise<void>;
}

/** Thrown when the port is taken; the message names the variable to set. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

function create(app: Express, tls: ListenSettings['tls']): Server {
  if (tls === null) return createPlain(app);
  return createTls({ cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile), minVersion: 'TLSv1.2' }, app);
}

/** Listens, over TLS when asked to. */
export async function listen(app: Express, settings: ListenSettings): Promise<Listening> {
  const server = create(app, settings.tls);
  server.requestTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `Port ${settings.port} on ${settings.host} is taken: set LOGLAKE_PORT to another.`;
      reject(error.code === 'EADDRINUSE' ? new PortTakenError(taken, { cause: error }) : error);
    });
    server.listen(settings.port, settings.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return {
    url: `${settings.tls === null ? 'http' : 'https'}://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
