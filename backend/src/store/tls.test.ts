import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testEngine } from '../../testing/test-engine.ts';
import { silentLog } from '../log.ts';
import { createStore } from './store.ts';

const directory = mkdtempSync(path.join(os.tmpdir(), 'loglake-store-tls-'));
const caFile = path.join(directory, 'ca.pem');
const engine = testEngine().writer;
let close: () => void = () => undefined;
let url = '';

/** The engine behind TLS, as a ClickHouse server with a private authority would be. */
beforeAll(async () => {
  const pems = await generate([{ name: 'commonName', value: 'clickhouse' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  writeFileSync(caFile, pems.cert);
  const server = createServer({ cert: pems.cert, key: pems.private }, (incoming, outgoing) => {
    const inner = request(engine.url + (incoming.url ?? ''), { method: incoming.method, headers: incoming.headers });
    inner.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(inner);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => {
    server.closeAllConnections();
    server.close();
  };
});
afterAll(() => {
  close();
  rmSync(directory, { recursive: true });
});

const options = () => ({ url, user: engine.user, password: engine.password, database: 'default', log: silentLog });

it('reaches ClickHouse over TLS when it is given the authority', async () => {
  const store = createStore({ ...options(), caFile });
  expect(await store.ping()).toBeGreaterThan(0);
  await store.close();
});

it('refuses a certificate that nobody it knows has signed', async () => {
  const store = createStore(options());
  await expect(store.ping()).rejects.toMatchObject({ code: 'store.unavailable' });
  await store.close();
});
