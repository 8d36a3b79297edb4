/**
 * The control of kill-rounds: a door that answers 202 before anything is stored, and then passes the request on until the
 * service has stored it. It does nothing else wrong: only what it holds in memory when it is killed can be lost.
 * Arguments: port to listen on, URL of the service.
 */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const [port = '0', target = ''] = process.argv.slice(2);
/** Beyond that it says 429: an endless backlog would lose lines for another reason. */
const heldMax = 8;
const held = { requests: 0 };

async function passOn(path: string, given: IncomingHttpHeaders, body: Buffer): Promise<void> {
  const headers = Object.fromEntries(
    ['authorization', 'content-type', 'idempotency-key'].map((name) => [name, String(given[name])])
  );
  for (;;) {
    try {
      const signal = AbortSignal.timeout(30_000);
      const answer = await fetch(`${target}${path}`, { method: 'POST', headers, body: new Uint8Array(body), signal });
      await answer.arrayBuffer();
      if (answer.status === 202) return;
    } catch {
      // Tried again below.
    }
    await sleep(100);
  }
}

process.on('disconnect', () => process.exit(0));
createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (held.requests >= heldMax) {
      response.writeHead(429).end();
      return;
    }
    held.requests += 1;
    response.writeHead(202).end('{"accepted":0}');
    void passOn(request.url ?? '', request.headers, Buffer.concat(chunks)).then(() => (held.requests -= 1));
  });
}).listen(Number(port), '127.0.0.1', () => process.send?.('ready'));
