import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPreview, type Preview } from './start-preview.ts';

interface Seen {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}
interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

let seen: Seen[] = [];
let respond: (response: ServerResponse) => void = (response) => response.end('{}');
let closedEarly = 0;
const service = createServer((request: IncomingMessage, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    respond(response);
  });
  response.on('close', () => (closedEarly += response.writableFinished ? 0 : 1));
});

const folder = mkdtempSync(path.join(tmpdir(), 'loglake-preview-'));
let preview: Preview;
let serviceUrl = '';
const tokens = { reader: 'reader-secret', triager: 'triager-secret', admin: 'admin-secret' };
const log = { info: () => undefined, warn: () => undefined };

/** The plugin.json that is shipped, with stand-ins for the rest of the package: this is about the server. */
function pack(): void {
  cpSync(path.resolve(import.meta.dirname, '../../src/plugin.json'), path.join(folder, 'plugin.json'));
  cpSync(path.resolve(import.meta.dirname, '../../src/panels'), path.join(folder, 'panels'), { recursive: true });
  writeFileSync(path.join(folder, 'module.js'), 'define([], () => ({}));');
}

beforeAll(async () => {
  pack();
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  serviceUrl = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  preview = await startPreview({
    port: 0,
    host: '127.0.0.1',
    serviceUrl,
    tokens,
    log,
    pluginDist: folder,
    assetsDir: folder,
  });
});
afterAll(async () => {
  await preview.stop();
  service.closeAllConnections();
  service.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  seen = [];
  closedEarly = 0;
  respond = (response) => response.end('{}');
});

type Login = 'viewer' | 'editor' | 'admin';
interface Options {
  as?: Login;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends a path as it is: fetch would resolve dots itself. */
function ask(target: string, { as, method = 'GET', headers = {}, body }: Options = {}): Promise<Answer> {
  const { port } = new URL(preview.url);
  const cookie = as === undefined ? {} : { cookie: `loglake_preview_user=${as}` };
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, path: target, method, headers: { ...cookie, origin: preview.url, ...headers } },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      }
    );
    request.on('error', reject);
    request.end(body);
  });
}
const proxy = '/api/plugin-proxy/loglake-siem-app';

describe('the proxy', () => {
  it('appends only what * matched, keeps the query, and adds the token of the route', async () => {
    await ask(`${proxy}/reader/api/v1/findings?text=a%20b&state=new`, { as: 'viewer' });
    await ask(`${proxy}/triager/api/v1/findings/actions`, { as: 'editor', method: 'POST', body: '{"a":1}' });
    await ask(`${proxy}/admin/api/v1/config`, { as: 'admin' });
    expect(seen.map(({ method, url, headers, body }) => [method, url, headers.authorization, body])).toEqual([
      ['GET', '/api/v1/findings?text=a%20b&state=new', 'Bearer reader-secret', ''],
      ['POST', '/api/v1/findings/actions', 'Bearer triager-secret', '{"a":1}'],
      ['GET', '/api/v1/config', 'Bearer admin-secret', ''],
    ]);
  });

  it('refuses with 403 what the role may not, 404 what no route names, 401 without a user; none reaches the service', async () => {
    const answers = [
      await ask(`${proxy}/triager/api/v1/findings/actions`, { as: 'viewer', method: 'POST' }),
      await ask(`${proxy}/admin/api/v1/config`, { as: 'editor' }),
      await ask(`${proxy}/other/api`, { as: 'admin' }),
      await ask('/api/plugin-proxy/another-app/reader/x', { as: 'admin' }),
      await ask(`${proxy}/reader/x`),
      await ask(`${proxy}/reader/x`, { headers: { cookie: 'loglake_preview_user=root' } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 404, 404, 401, 401]);
    expect(seen).toEqual([]);
  });

  it('refuses paths that climb out of their prefix', async () => {
    for (const climbing of ['reader/../admin/api/v1/config', 'reader/%2e%2e/%2e%2e/x', 'reader/x%2f..%2fy']) {
      expect((await ask(`${proxy}/${climbing}`, { as: 'viewer' })).status, climbing).toBe(400);
    }
    expect(seen).toEqual([]);
  });

  it('strips cookies, origin and referer, and every identity that a browser could claim', async () => {
    const claimed = {
      referer: 'http://x',
      authorization: 'Bearer stolen',
      'x-grafana-user': 'root',
      'x-grafana-id': 'forged',
    };
    await ask(`${proxy}/reader/x`, { as: 'viewer', headers: { ...claimed, 'last-event-id': 'e-1' } });
    const headers = seen[0]?.headers ?? {};
    expect(headers).toMatchObject({
      authorization: 'Bearer reader-secret',
      'x-grafana-user': 'viewer',
      'last-event-id': 'e-1',
    });
    for (const name of ['cookie', 'origin', 'referer', 'x-grafana-id']) expect(headers[name], name).toBeUndefined();
  });

  it('passes the service’s problems on as they are', async () => {
    respond = (response) =>
      response.writeHead(409, { 'content-type': 'application/problem+json' }).end('{"code":"finding.conflict"}');
    const answer = await ask(`${proxy}/reader/x`, { as: 'viewer' });
    expect(answer).toMatchObject({ status: 409, text: '{"code":"finding.conflict"}' });
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });

  it('answers 502 when the service cuts the connection before it answers', async () => {
    respond = (response) => response.destroy();
    expect((await ask(`${proxy}/reader/x`, { as: 'viewer' })).status).toBe(502);
  });

  it('streams within the flush interval, and lets go of the service when the browser leaves', async () => {
    respond = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      setTimeout(() => response.write('data: 2\n\n'), 300);
    };
    const { port } = new URL(preview.url);
    const begun = Date.now();
    await new Promise<void>((resolve) => {
      const request = httpRequest(
        { host: '127.0.0.1', port, path: `${proxy}/reader/stream`, headers: { cookie: 'loglake_preview_user=viewer' } },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString();
            if (!text.includes('data: 2')) return;
            request.destroy();
            resolve();
          });
          response.on('error', () => undefined);
        }
      );
      request.on('error', () => undefined);
      request.end();
    });
    expect(Date.now() - begun).toBeLessThan(2000);
    await expect.poll(() => closedEarly).toBe(1);
  });
});

describe('who may come in', () => {
  it('refuses writes from another origin or without one, and foreign host names', async () => {
    const write = { as: 'editor', method: 'POST' } as const;
    const answers = [
      await ask(`${proxy}/triager/x`, { ...write, headers: { origin: 'http://evil.example' } }),
      await ask('/preview/session', { ...write, headers: { origin: 'null' } }),
      await ask('/a/loglake-siem-app/overview', { headers: { host: 'evil.example:3080' } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 421]);
    expect(seen).toEqual([]);
  });

  it('gives a first visitor the editor, in a cookie that scripts cannot read', async () => {
    const { headers, status } = await ask('/a/loglake-siem-app/overview');
    expect(status).toBe(200);
    expect(headers['set-cookie']?.[0]).toMatch(/^loglake_preview_user=editor;.*HttpOnly; SameSite=Strict/);
    expect(headers['content-security-policy']).toContain("script-src 'self'");
  });

  it('changes the user, and refuses one it does not have', async () => {
    const json = { 'content-type': 'application/json' };
    const known = await ask('/preview/session', { method: 'POST', headers: json, body: '{"login":"viewer"}' });
    expect(known.headers['set-cookie']?.[0]).toContain('loglake_preview_user=viewer');
    for (const body of ['{"login":"root"}', '{}', '[]']) {
      const answer = await ask('/preview/session', { method: 'POST', headers: json, body });
      expect([answer.status, answer.headers['set-cookie']], body).toEqual([400, undefined]);
    }
  });
});

describe('the app’s settings', () => {
  const settings = '/api/plugins/loglake-siem-app/settings';
  const post = (as: Login, change: object) =>
    ask(settings, {
      as,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
    });

  it('never show a secret, not even to an administrator', async () => {
    const shown = await ask(settings, { as: 'admin' });
    const boot = await ask('/preview/boot.js', { as: 'admin' });
    expect(shown.text).toContain('"readerToken":true');
    for (const secret of Object.values(tokens)) expect(shown.text + boot.text).not.toContain(secret);
  });

  it('are changed by administrators only, and take effect at once', async () => {
    expect((await post('editor', { secureJsonData: { readerToken: 'x' } })).status).toBe(403);
    expect((await post('admin', { secureJsonData: { readerToken: 'another' }, jsonData: { serviceUrl } })).status).toBe(
      200
    );
    await ask(`${proxy}/reader/x`, { as: 'viewer' });
    await ask(`${proxy}/triager/x`, { as: 'editor' });
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer another', 'Bearer triager-secret']);
  });

  it('that are missing are said to be missing', async () => {
    await post('admin', { jsonData: {} });
    const answer = await ask(`${proxy}/reader/x`, { as: 'viewer' });
    expect(answer).toMatchObject({ status: 500, text: expect.stringContaining('not configured') as string });
  });
});

describe('starting', () => {
  const options = { host: '127.0.0.1', serviceUrl: 'http://127.0.0.1:1', tokens, log, assetsDir: folder };
  it('names the variable to set when the port is taken', async () => {
    const port = Number(new URL(preview.url).port);
    await expect(startPreview({ ...options, port, pluginDist: folder })).rejects.toThrow('LOGLAKE_PREVIEW_PORT');
  });
  it('says what to run when the plugin is not packaged', async () => {
    await expect(startPreview({ ...options, port: 0, pluginDist: path.join(folder, 'nowhere') })).rejects.toThrow(
      'npm run build'
    );
  });
});
