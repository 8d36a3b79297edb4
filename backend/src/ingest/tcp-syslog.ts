import { once, setMaxListeners } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Batcher } from './batcher.ts';
import { createFramer, type FramingCounts, type FramingLimits } from './framing.ts';
import { senderOf, type RowMaker } from './row-maker.ts';

export interface TcpSettings extends FramingLimits {
  connectionsMax: number;
  /** Silence after which the beginning of a message is stored without its end, milliseconds. */
  partialIdleMs: number;
  /** Silence after which a connection is closed, milliseconds. Dead peers are found earlier, by keep-alive. */
  idleMs: number;
}

export const tcpDefaults: TcpSettings = {
  lineBytesMax: 65_536,
  octetCountMax: 16 * 1024 * 1024,
  connectionsMax: 1000,
  partialIdleMs: 10_000,
  idleMs: 24 * 3600 * 1000,
};

export interface TcpCounts extends FramingCounts {
  received: number;
  /** Open now. */
  connections: number;
  /** Refused because of `connectionsMax`. */
  refusedConnections: number;
  /** Connections that wait for room in the queue now. */
  slowed: number;
  /** Messages that were read, but not queued when the service ended. */
  lost: number;
}

export interface TcpSyslog {
  readonly port: number;
  readonly counts: Readonly<TcpCounts>;
  /** Stops listening and ends all connections; what was read before is queued if there is room. */
  close(): Promise<void>;
}

interface TcpDeps {
  batcher: Pick<Batcher, 'add' | 'room'>;
  row: RowMaker;
  settings: TcpSettings;
}

const keepAliveMs = 60_000;

/** Syslog over TCP (RFC 6587). A full queue stops the reading, so that TCP itself slows the sender. */
export async function listenTcp(address: { host: string; port: number }, deps: TcpDeps): Promise<TcpSyslog> {
  const { connectionsMax } = deps.settings;
  const counts: TcpCounts = {
    received: 0,
    connections: 0,
    refusedConnections: 0,
    slowed: 0,
    lost: 0,
    cut: 0,
    empty: 0,
    partial: 0,
    badCount: 0,
  };
  const sockets = new Map<Socket, Promise<void>>();
  const ending = new AbortController();
  // One listener per slowed connection.
  setMaxListeners(connectionsMax + 1, ending.signal);
  const server = createServer({ keepAlive: true, keepAliveInitialDelay: keepAliveMs }, (socket) => {
    counts.connections += 1;
    const served = serve(socket, deps, counts, ending.signal).finally(() => {
      counts.connections -= 1;
      sockets.delete(socket);
    });
    sockets.set(socket, served);
  });
  server.maxConnections = connectionsMax;
  server.on('drop', () => (counts.refusedConnections += 1));
  server.listen(address.port, address.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    counts,
    async close() {
      const closed = new Promise((done) => server.close(done));
      ending.abort();
      const served = [...sockets.values()];
      for (const socket of sockets.keys()) socket.destroy();
      await Promise.all([closed, ...served]);
    },
  };
}

/** Reads one connection to its end. Never rejects: a connection that breaks has simply ended. */
async function serve(socket: Socket, deps: TcpDeps, counts: TcpCounts, ending: AbortSignal): Promise<void> {
  const { partialIdleMs, idleMs } = deps.settings;
  const framer = createFramer(deps.settings);
  const sender = senderOf(socket.remoteAddress);
  const seen: FramingCounts = { ...framer.counts };
  const state = { busy: 0, idle: false, delivered: Promise.resolve() };
  const deliver = (frames: Buffer[]): Promise<void> => {
    addCounts(framer.counts, seen, counts);
    state.busy += 1;
    state.delivered = state.delivered
      .then(() => queueFrames(frames, sender, deps, counts, ending))
      .finally(() => (state.busy -= 1));
    return state.delivered;
  };
  socket.on('error', () => undefined);
  socket.on('timeout', () => {
    if (state.idle) socket.destroy();
    // While the queue is full we do not read: the silence is ours.
    else if (state.busy === 0) {
      state.idle = true;
      void deliver(framer.flush());
    }
    socket.setTimeout(state.idle ? Math.max(1, idleMs - partialIdleMs) : partialIdleMs);
  });
  socket.setTimeout(partialIdleMs);
  try {
    for await (const chunk of socket) {
      if (state.idle) socket.setTimeout(partialIdleMs);
      state.idle = false;
      await deliver(framer.push(chunk as Buffer));
    }
  } catch {
    // Reset by the peer, or destroyed by us: what came before counts.
  }
  await deliver(framer.flush());
  socket.destroy();
}

/** Adds to the server's counts what a connection's have grown by since the last time. */
function addCounts(now: Readonly<FramingCounts>, seen: FramingCounts, total: TcpCounts): void {
  for (const name of ['cut', 'empty', 'partial', 'badCount'] as const) {
    total[name] += now[name] - seen[name];
    seen[name] = now[name];
  }
}

async function queueFrames(
  frames: Buffer[],
  sender: string,
  { batcher, row }: TcpDeps,
  counts: TcpCounts,
  ending: AbortSignal
): Promise<void> {
  for (const raw of frames) {
    counts.received += 1;
    const encoded = row({ transport: 'tcp', sender, raw });
    while (!batcher.add(encoded)) {
      if (ending.aborted) {
        counts.lost += 1;
        break;
      }
      counts.slowed += 1;
      await batcher.room(ending).catch(() => undefined);
      counts.slowed -= 1;
    }
  }
}
