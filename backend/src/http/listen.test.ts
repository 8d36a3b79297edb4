import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import os from 'node:os';
import path from 'node:path';
import express from 'express';
import { generate } from 'selfsigned';
import { afterAll, describe, expect, it } from 'vitest';
import { listen, PortTakenError, reserve } from './listen.ts';

const directory = mkdtempSync(path.join(os.tmpdir(), 'loglake-tls-'));
afterAll(() => rmSync(directory, { recursive: true }));

const app = express();
app.get('/', (_request, response) => void response.send('hello'));

describe('listen', () => {
  it('speaks TLS with a certificate and key, and nothing in clear text on that port', async () => {
    const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const [certFile, keyFile] = [path.join(directory, 'cert.pem'), path.join(directory, 'key.pem')];
    writeFileSync(certFile, pems.cert);
    writeFileSync(keyFile, pems.private, { mode: 0o600 });
    const server = await listen(app, { host: '127.0.0.1', port: 0, tls: { certFile, keyFile } });
    const text = await new Promise<string>((resolve, reject) => {
      get(server.url, { ca: pems.cert }, (response) => {
        response.setEncoding('utf8');
        response.on('data', resolve);
      }).on('error', reject);
    });
    expect(server.url).toMatch(/^https:/);
    expect(text).toBe('hello');
    await expect(fetch(server.url.replace('https', 'http'))).rejects.toThrow();
    await server.close();
  });

  it('says that the service is starting until it is opened', async () => {
    const reserved = await reserve({ host: '127.0.0.1', port: 0, tls: null });
    const before = await fetch(reserved.url);
    expect([before.status, before.headers.get('retry-after')]).toEqual([503, '1']);
    reserved.open(app);
    expect(await (await fetch(reserved.url)).text()).toBe('hello');
    await reserved.close();
  });

  it('names the variable to set when its port is taken', async () => {
    const first = await listen(app, { host: '127.0.0.1', port: 0, tls: null });
    const port = Number(new URL(first.url).port);
    const second = listen(app, { host: '127.0.0.1', port, tls: null });
    await expect(second).rejects.toThrow(PortTakenError);
    await expect(second).rejects.toThrow(/set LOGLAKE_PORT/);
    await first.close();
  });
});
