import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Debian's rsyslog and syslog-ng with the libraries that a small system lacks; unpacked beside, never installed. */
const packages = [
  'rsyslog', 'libestr0', 'libfastjson4', 'liblognorm5',
  'syslog-ng-core', 'libivykis0', 'libnet1', 'libjson-c5', 'libpcre3', 'libwrap0',
] as const; // prettier-ignore

const cacheDir = fileURLToPath(new URL('../../node_modules/.cache/loglake-peers', import.meta.url));
const downloadTimeoutMs = 120_000;
const run = promisify(execFile);

export interface SyslogPeers {
  /** Root of the unpacked packages. */
  root: string;
}
export type Protocol = 'udp' | 'tcp-newline' | 'tcp-octets';

async function unpack(): Promise<void> {
  mkdirSync(path.dirname(cacheDir), { recursive: true });
  const work = mkdtempSync(`${cacheDir}-`);
  try {
    await run('apt-get', ['download', ...packages], { cwd: work, timeout: downloadTimeoutMs });
    for (const file of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
      await run('dpkg', ['-x', path.join(work, file), path.join(work, 'root')], { timeout: downloadTimeoutMs });
    }
    if (!existsSync(cacheDir)) renameSync(work, cacheDir);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The real clients, fetched once through apt; null where they cannot be had, with the reason printed. */
export async function syslogPeers(): Promise<SyslogPeers | null> {
  try {
    if (!existsSync(cacheDir)) await unpack();
    const peers = { root: path.join(cacheDir, 'root') };
    for (const program of ['usr/sbin/rsyslogd', 'usr/sbin/syslog-ng']) {
      await run(path.join(peers.root, program), [program.endsWith('ng') ? '-V' : '-v'], { env: environment(peers) });
    }
    return peers;
  } catch (error) {
    process.stderr.write(`rsyslog and syslog-ng cannot be had here: ${String(error)}\n`);
    return null;
  }
}

function environment({ root }: SyslogPeers): NodeJS.ProcessEnv {
  const bases = ['usr/lib', 'lib'].map((base) => path.join(root, base)).filter((base) => existsSync(base));
  const libraries = bases.flatMap((base) => readdirSync(base).map((name) => path.join(base, name)));
  return { ...process.env, LD_LIBRARY_PATH: libraries.join(':'), SYSLOGNG_PREFIX: path.join(root, 'usr') };
}

function libraryFile(peers: SyslogPeers, name: string): string {
  const base = path.join(peers.root, 'usr/lib');
  for (const directory of [base, ...readdirSync(base).map((entry) => path.join(base, entry))]) {
    const found = path.join(directory, name);
    if (existsSync(found)) return found;
  }
  throw new Error(`${name} is not among the packages`);
}

function rsyslogConfig(file: string, work: string, port: number, protocol: Protocol): string {
  const framing = protocol === 'tcp-octets' ? 'octet-counted' : 'traditional';
  return `global(workDirectory="${work}" maxMessageSize="64k")
module(load="imfile" mode="inotify")
template(name="asItIs" type="string" string="%msg%")
input(type="imfile" File="${file}" Tag="file" ruleset="forward")
ruleset(name="forward") {
  action(type="omfwd" target="127.0.0.1" port="${String(port)}" protocol="${protocol === 'udp' ? 'udp' : 'tcp'}"
    TCP_Framing="${framing}" template="asItIs")
}
`;
}

function syslogNgConfig(file: string, port: number, protocol: Protocol): string {
  const transport = protocol === 'udp' ? 'udp' : 'tcp';
  const template = 'template("$MESSAGE")';
  // The driver syslog() counts octets (RFC 5425's framing over plain TCP); network() ends lines with LF.
  const driver =
    protocol === 'tcp-octets'
      ? `syslog("127.0.0.1" port(${String(port)}) transport("tcp") ${template})`
      : `network("127.0.0.1" port(${String(port)}) transport("${transport}") template("$MESSAGE\\n"))`;
  return `@version: 3.38
options { stats-freq(0); log-msg-size(65536); };
source s { file("${file}" flags(no-parse) follow-freq(0.1) log-fetch-limit(1000)); };
destination d { ${driver}; };
log { source(s); destination(d); flags(flow-control); };
`;
}

export interface RunningPeer {
  child: ChildProcess;
  stop(): Promise<void>;
}

function running(command: string, args: string[], peers: SyslogPeers, work: string): RunningPeer {
  const child = spawn(command, args, { env: environment(peers), stdio: ['ignore', 'ignore', 'pipe'] });
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  return {
    child,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
        await once(child, 'exit');
        clearTimeout(timer);
      } else process.stderr.write(`${command} had ended: ${Buffer.concat(said).toString()}\n`);
      rmSync(work, { recursive: true, force: true });
    },
  };
}

/** A real client that sends each line of a file as it is, to 127.0.0.1. */
export function startPeer(
  name: 'rsyslog' | 'syslog-ng',
  peers: SyslogPeers,
  file: string,
  port: number,
  protocol: Protocol
): RunningPeer {
  const work = mkdtempSync(path.join(tmpdir(), 'loglake-peer-'));
  const config = path.join(work, 'peer.conf');
  const bin = path.join(peers.root, 'usr/sbin', name === 'rsyslog' ? 'rsyslogd' : 'syslog-ng');
  if (name === 'rsyslog') {
    writeFileSync(config, rsyslogConfig(file, work, port, protocol));
    const modules = `${path.dirname(libraryFile(peers, 'rsyslog/imfile.so'))}/`;
    return running(bin, ['-n', '-f', config, '-i', path.join(work, 'pid'), '-M', modules], peers, work);
  }
  writeFileSync(config, syslogNgConfig(file, port, protocol));
  const place = (option: string): string => `--${option}=${path.join(work, option)}`;
  const modules = libraryFile(peers, 'syslog-ng');
  const version = readdirSync(modules).find((entry) => /^\d/.test(entry)) ?? '';
  return running(
    bin,
    [
      '-F',
      '--no-caps',
      `--cfgfile=${config}`,
      `--module-path=${path.join(modules, version)}`,
      place('persist-file'),
      place('control'),
      place('pidfile'),
    ],
    peers,
    work
  );
}
