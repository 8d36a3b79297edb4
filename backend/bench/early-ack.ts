/**
 * The control of kill-rounds: a door that answers 202 before anything is stored, and then passes the request on, once.
 * Arguments: port to listen on, URL of the service.
 */
import { createServer } from 'node:http';

const [port = '0', target = ''] = process.argv.slice(2);
createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.writeHead(202).end('{"accepted":0}');
    const headers = Object.fromEntries(
      ['authorization', 'content-type', 'idempotency-key'].map((name) => [name, String(request.headers[name])])
    );
    fetch(`${target}${request.url ?? ''}`, { method: 'POST', headers, body: Buffer.concat(chunks) }).then(
      (answer) => answer.arrayBuffer(),
      () => undefined
    );
  });
}).listen(Number(port), '127.0.0.1', () => process.send?.('ready'));
