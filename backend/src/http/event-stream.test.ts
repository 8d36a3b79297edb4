import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { streamDefaults } from './event-stream.ts';
import { startTestServer, testTokens } from './test-server.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(stream = streamDefaults) {
  const server = await startTestServer({ stream });
  closers.push(server.close);
  return server;
}

/** Reads a stream into a growing text. */
function open(url: string, headers: Record<string, string> = {}) {
  const state = { text: '', ended: false, status: 0 };
  const request = httpRequest(`${url}/api/v1/findings/stream`, {
    headers: { Authorization: `Bearer ${testTokens.reader}`, ...headers },
  });
  request.on('response', (response: IncomingMessage) => {
    state.status = response.statusCode ?? 0;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => (state.text += chunk));
    response.on('close', () => (state.ended = true));
  });
  request.on('error', () => (state.ended = true));
  request.end();
  closers.push(() => void request.destroy());
  return state;
}

async function until(check: () => boolean, ms = 5000) {
  const end = Date.now() + ms;
  while (!check() && Date.now() < end) await sleep(10);
  expect(check()).toBe(true);
}

const hint = (n: number) => ({ findingId: `f${n}`, revision: 1 });

/** A proxy as Grafana's: passes bytes on at most every `flushMs`, and cuts the connection after `cutMs`. */
async function startProxy(target: string, flushMs: number, cutMs: number): Promise<string> {
  const proxy = createServer((incoming, outgoing) => {
    const inner = httpRequest(target + (incoming.url ?? ''), { headers: incoming.headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      outgoing.flushHeaders();
      let held: Buffer[] = [];
      response.on('data', (chunk: Buffer) => held.push(chunk));
      const flush = setInterval(() => {
        if (held.length > 0) outgoing.write(Buffer.concat(held));
        held = [];
      }, flushMs);
      const cut = setTimeout(() => outgoing.destroy(), cutMs);
      outgoing.on('close', () => {
        clearInterval(flush);
        clearTimeout(cut);
        inner.destroy();
      });
    });
    inner.on('error', () => outgoing.destroy());
    inner.end();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

describe('live hints', () => {
  it('greet, then send each hint as it is published', async () => {
    const server = await start();
    const stream = open(server.url);
    await until(() => stream.text.includes('event: hello'));
    server.hub.publish(hint(1));
    await until(() => stream.text.includes('"findingId":"f1"'));
    expect(stream.text).toContain('id: epoch-1\nevent: finding\n');
  });

  it('pass a proxy that flushes every 200 ms and cuts: after it cuts, Last-Event-ID brings what was missed', async () => {
    const server = await start();
    const proxy = await startProxy(server.url, 200, 1500);
    const stream = open(proxy);
    await until(() => stream.text.includes('event: hello'));
    server.hub.publish(hint(1));
    await until(() => stream.text.includes('"f1"'), 1000);
    await until(() => stream.ended);
    server.hub.publish(hint(2));
    const again = open(proxy, { 'Last-Event-ID': 'epoch-1' });
    await until(() => again.text.includes('"f2"'));
    expect(again.text).not.toContain('"f1"');
    await until(() => server.hub.listeners() === 1);
  });

  it('greet a listener who comes back and has missed nothing', async () => {
    const server = await start();
    server.hub.publish(hint(1));
    const stream = open(server.url, { 'Last-Event-ID': 'epoch-1' });
    await until(() => stream.text.includes('id: epoch-1\nevent: hello'));
  });

  it('say reset to a listener that was away too long, and to one from before a restart', async () => {
    const server = await start();
    for (let n = 1; n <= 8; n += 1) server.hub.publish(hint(n));
    for (const place of ['epoch-1', 'other-3', 'nonsense']) {
      const stream = open(server.url, { 'Last-Event-ID': place });
      await until(() => stream.text.includes('event: reset'));
      expect(stream.text).toContain('id: epoch-8');
    }
  });

  it('keep the connection open with comments', async () => {
    const server = await start({ ...streamDefaults, heartbeatMs: 50 });
    const stream = open(server.url);
    await until(() => stream.text.split(': still here').length > 3);
  });

  it('refuse one stream more than allowed, and have room again when one leaves', async () => {
    const server = await start({ ...streamDefaults, streamsMax: 1 });
    const first = open(server.url);
    await until(() => first.text.includes('hello'));
    const second = open(server.url);
    await until(() => second.status === 429);
    await closers.splice(1, 1)[0]?.();
    await until(() => server.hub.listeners() === 0);
    const third = open(server.url);
    await until(() => third.status === 200);
  });
});
