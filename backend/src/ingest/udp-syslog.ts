import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import type { Batcher } from './batcher.ts';
import { senderOf, type RowMaker } from './row-maker.ts';

export interface UdpCounts {
  received: number;
  /** Datagrams that came while the queue was full: lost, UDP cannot be slowed. */
  dropped: number;
  /** Datagrams without a byte; not stored. */
  empty: number;
}

export interface UdpSyslog {
  readonly port: number;
  readonly counts: Readonly<UdpCounts>;
  /** Datagrams that the kernel dropped before we read them; null where the system does not say. */
  kernelDropped(): Promise<number | null>;
  close(): Promise<void>;
}

/** Asked of the kernel, bytes; net.core.rmem_max may give less. */
const receiveBufferBytes = 8 * 1024 * 1024;

/** Syslog over UDP (RFC 5426): one datagram is one message, kept exactly as it came. */
export async function listenUdp(
  address: { host: string; port: number },
  deps: { batcher: Pick<Batcher, 'add'>; row: RowMaker }
): Promise<UdpSyslog> {
  const counts: UdpCounts = { received: 0, dropped: 0, empty: 0 };
  const socket: Socket = createSocket({
    type: isIPv6(address.host) ? 'udp6' : 'udp4',
    recvBufferSize: receiveBufferBytes,
  });
  socket.on('message', (raw: Buffer, peer: RemoteInfo) => {
    counts.received += 1;
    if (raw.length === 0) counts.empty += 1;
    else if (!deps.batcher.add(deps.row({ transport: 'udp', sender: senderOf(peer.address), raw }))) {
      counts.dropped += 1;
    }
  });
  socket.bind(address.port, address.host);
  await once(socket, 'listening');
  // From here on errors are of single datagrams; there is nobody to tell.
  socket.on('error', () => undefined);
  const { port } = socket.address();
  let closed: Promise<void> | null = null;
  return {
    port,
    counts,
    kernelDropped: () => kernelDropped(port),
    close: () => (closed ??= new Promise((done) => socket.close(done))),
  };
}

/** The column `drops` of proc(5) /proc/net/udp, for sockets on this port. */
export async function kernelDropped(port: number, directory = '/proc/net'): Promise<number | null> {
  try {
    const texts = await Promise.all(
      ['udp', 'udp6'].map((file) => readFile(`${directory}/${file}`, 'utf8').catch(() => ''))
    );
    const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const mine = texts
      .flatMap((text) => text.split('\n').slice(1))
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[1]?.endsWith(suffix));
    return mine.length === 0 ? null : mine.reduce((sum, columns) => sum + Number(columns.at(-1)), 0);
  } catch {
    return null;
  }
}
