import { readFileSync } from 'node:fs';
import { createServer as createPlain, type RequestListener, type Server } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { ServiceError } from '../error.ts';
import { toProblem } from './problem.ts';

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

/** A port that is ours. Until it is opened, requests hear that the service is starting. */
export interface Reserved extends Listening {
  open(app: Express): void;
}

/** Thrown when the port is taken; the message names the variable to set. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

const starting: RequestListener = (_request, response) => {
  const error = new ServiceError('service.starting', 'The service is starting; try again in a moment.');
  response.writeHead(error.status, { 'Content-Type': 'application/problem+json', 'Retry-After': '1' });
  response.end(JSON.stringify(toProblem(error)));
};

function create(tls: ListenSettings['tls'], handle: RequestListener): Server {
  if (tls === null) return createPlain(handle);
  return createTls({ cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile), minVersion: 'TLSv1.2' }, handle);
}

/** Takes the port before anything slow begins, so that a taken one is told at once. Over TLS when asked to. */
export async function reserve(settings: ListenSettings): Promise<Reserved> {
  let handle = starting;
  const server = create(settings.tls, (request, response) => handle(request, response));
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
    open: (app) => {
      handle = app;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Reserves and opens at once. */
export async function listen(app: Express, settings: ListenSettings): Promise<Listening> {
  const reserved = await reserve(settings);
  reserved.open(app);
  return reserved;
}
