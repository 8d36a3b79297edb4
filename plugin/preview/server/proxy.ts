import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';
import type { Request, RequestHandler, Response } from 'express';
import { flushEvery } from './flush-every.ts';
import type { PreviewLog } from './log.ts';
import type { ProxyRoute } from './plugin-json.ts';
import { climbs, decideRoute } from './proxy-route.ts';
import { userOf, type PreviewUser } from './session.ts';
import { interpolate, TemplateError, type TemplateData } from './template.ts';

export interface ProxySettings {
  readonly routes: readonly ProxyRoute[];
  readonly templateData: () => TemplateData;
  /** Grafana's `[dataproxy] send_user_header`. */
  readonly sendUserHeader: boolean;
  readonly log: PreviewLog;
  /** Grafana's flush interval. */
  readonly flushMs?: number;
  /** How long the service may take to answer with headers; the body may stream for ever. */
  readonly headersTimeoutMs?: number;
}

/** Taken off: Grafana strips the first three; the rest belong to one connection or could claim an identity. */
const stripped = new Set([
  'cookie',
  'origin',
  'referer',
  'authorization',
  'host',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'proxy-authorization',
  'transfer-encoding',
  'accept-encoding',
  'x-grafana-user',
  'x-grafana-id',
  'x-grafana-context',
]);

function forwardedHeaders(given: IncomingHttpHeaders): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && !stripped.has(name)) kept[name] = value;
  }
  return kept;
}

interface Target {
  url: URL;
  headers: Record<string, string | string[]>;
}

function targetOf(
  request: Request,
  route: ProxyRoute,
  rest: string,
  user: PreviewUser,
  settings: ProxySettings
): Target {
  const data = settings.templateData();
  const url = new URL(`${interpolate(route.url, data).replace(/\/+$/, '')}/${rest}`);
  url.search = new URL(request.originalUrl, 'http://preview').search;
  const headers = forwardedHeaders(request.headers);
  if (settings.sendUserHeader) headers['x-grafana-user'] = user.login;
  for (const header of route.headers) headers[header.name.toLowerCase()] = interpolate(header.content, data);
  return { url, headers };
}

function passBack(answer: IncomingMessage, response: Response, flushMs: number): void {
  response.status(answer.statusCode ?? 502);
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !['connection', 'keep-alive', 'transfer-encoding', 'set-cookie'].includes(name)) {
      response.setHeader(name, value);
    }
  }
  response.flushHeaders();
  // An error here is one side leaving; pipeline ends the other.
  pipeline(answer, flushEvery(flushMs), response, () => undefined);
}

function forward(request: Request, response: Response, target: Target, settings: ProxySettings): void {
  const send = target.url.protocol === 'https:' ? httpsRequest : httpRequest;
  const outgoing = send(target.url, { method: request.method, headers: target.headers });
  const late = setTimeout(() => outgoing.destroy(new Error('no answer')), settings.headersTimeoutMs ?? 30_000);
  outgoing.on('response', (answer) => {
    clearTimeout(late);
    passBack(answer, response, settings.flushMs ?? 200);
  });
  outgoing.on('error', (error) => {
    clearTimeout(late);
    // The browser left, or the answer has begun: nobody is there to be told.
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    settings.log.warn({ host: target.url.host, error: error.message }, 'the service does not answer');
    response.status(502).json({ message: 'The rules service does not answer.' });
  });
  response.on('close', () => {
    clearTimeout(late);
    outgoing.destroy();
  });
  request.pipe(outgoing);
}

/** /api/plugin-proxy/<id>/*: mount it there. Answers 401, 403, 404, 502 as Grafana does; else what the service says. */
export function createPluginProxy(settings: ProxySettings): RequestHandler {
  return (request, response) => {
    const user = userOf(request);
    if (user === null) {
      response.status(401).json({ message: 'Choose a user first.' });
      return;
    }
    const path = request.path.replace(/^\//, '');
    if (climbs(path)) {
      response.status(400).json({ message: 'The path may not climb.' });
      return;
    }
    const decision = decideRoute(settings.routes, request.method, path, { role: user.role, actions: new Set() });
    if (decision.outcome === 'not_found') {
      response.status(404).json({ message: 'plugin route match not found' });
      return;
    }
    if (decision.outcome === 'denied') {
      response.status(403).json({ message: 'plugin proxy route access denied' });
      return;
    }
    try {
      forward(request, response, targetOf(request, decision.route, decision.rest, user, settings), settings);
    } catch (error) {
      if (!(error instanceof TemplateError) && !(error instanceof TypeError)) throw error;
      response.status(500).json({ message: 'The app is not configured: set the service URL and the tokens.' });
    }
  };
}
