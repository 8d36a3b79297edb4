import type { Server } from 'node:http';
import { openEngine, type Engine } from './engine.ts';
import { createGateway } from './gateway.ts';
import { startMessage, type ChildMessage, type StartMessage } from './protocol.ts';

// The engine's own process: forked by supervisor.ts, told what to do by one message, and gone when its parent is.

const bodyBytesMax = 32 * 1024 * 1024;
/** Below UV_THREADPOOL_SIZE (child-process.ts), so that a thread is left for files and sockets. */
const queriesMax = 24;
const waitingMax = 500;
const closeGraceMs = 1200;
const hardEndMs = 1700;

function tell(message: ChildMessage): void {
  if (process.connected) process.send?.(message);
}

/** Kills what runs and ends. What was acknowledged is on disk, so a hard end loses nothing. */
function end(engine: Engine, server: Server): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), hardEndMs);
  server.close();
  server.closeIdleConnections();
  void engine.close(closeGraceMs).finally(() => process.exit(0));
}

function start(message: StartMessage): void {
  const engine = openEngine({ ...message, queriesMax, waitingMax });
  const server = createGateway({ engine, readWrite: message.readWrite, readOnly: message.readOnly, bodyBytesMax });
  let ending = false;
  const endOnce = () => {
    if (!ending) end(engine, server);
    ending = true;
  };
  process.on('SIGTERM', endOnce);
  // Ctrl-C reaches the whole group; the parent decides.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', endOnce);
  server.on('error', (error) => {
    tell({ kind: 'failed', reason: error.message });
    endOnce();
  });
  server.listen(message.port, '127.0.0.1', () => {
    const address = server.address();
    tell({ kind: 'ready', port: typeof address === 'object' && address !== null ? address.port : message.port });
  });
}

process.once('message', (received) => {
  try {
    start(startMessage.parse(received));
  } catch (error) {
    tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
    process.disconnect();
  }
});
