import type { Batcher } from './batcher.ts';
import type { RowMaker } from './row-maker.ts';
import { listenTcp, type TcpCounts, type TcpSettings } from './tcp-syslog.ts';
import { listenUdp, type UdpCounts } from './udp-syslog.ts';

export interface SyslogStats {
  tcp: Readonly<TcpCounts>;
  udp: Readonly<UdpCounts> & { kernelDropped: number | null };
}

export interface SyslogServer {
  readonly host: string;
  /** The same for UDP and TCP. */
  readonly port: number;
  stats(): Promise<SyslogStats>;
  close(): Promise<void>;
}

const portTries = 20;

/**
 * Syslog on UDP and TCP, one port. Port 0 takes a free one.
 * Throws an error that names the setting when the port is taken.
 */
export async function listenSyslog(
  address: { host: string; port: number },
  deps: { batcher: Batcher; row: RowMaker; settings: TcpSettings }
): Promise<SyslogServer> {
  for (let tries = 1; ; tries += 1) {
    const tcp = await listenTcp(address, deps).catch((cause: unknown) => refuse(address, 'TCP', cause));
    try {
      const udp = await listenUdp({ host: address.host, port: tcp.port }, deps);
      return {
        host: address.host,
        port: tcp.port,
        stats: async () => ({ tcp: tcp.counts, udp: { ...udp.counts, kernelDropped: await udp.kernelDropped() } }),
        close: async () => {
          await Promise.all([tcp.close(), udp.close()]);
        },
      };
    } catch (cause) {
      await tcp.close();
      // A free TCP port may be taken on UDP: another one, when we may choose.
      if (address.port !== 0 || tries === portTries) refuse(address, 'UDP', cause);
    }
  }
}

function refuse(address: { host: string; port: number }, protocol: string, cause: unknown): never {
  const place = `${protocol} ${address.host}:${String(address.port)}`;
  throw new Error(`Syslog cannot listen on ${place}: set LOGLAKE_SYSLOG_HOST or LOGLAKE_SYSLOG_PORT`, { cause });
}
