import { hostname } from 'node:os';
import { connect } from 'node:net';
import { once } from 'node:events';
import type { HealthItem } from '@loglake/contract/source';
import { messageOf } from '../error.ts';
import type { Log } from '../log.ts';
import { newestLineOfProgram } from '../store/raw-log.ts';
import type { Store } from '../store/store.ts';

/** Syslog APP-NAME of the heartbeat; the parser `heartbeat` claims it. */
export const heartbeatProgram = 'loglake-heartbeat';

const intervalMs = 60_000;
const sendTimeoutMs = 5000;
const warningMs = 2 * intervalMs;
const failingMs = 5 * intervalMs;
/** How far back the newest heartbeat is looked for, milliseconds. */
const lookBackMs = 24 * 3600 * 1000;

export interface HeartbeatDeps {
  store: Store;
  log: Log;
  now: () => number;
  /** The service's own syslog door; 0.0.0.0 and :: are reached through loopback. */
  door: { host: string; port: number };
  signal: AbortSignal;
}

export interface Heartbeat {
  /** Sends one line through the door. Rejects when the door does not take it. */
  send(): Promise<void>;
  /** The age of the newest line that came through to the store. */
  health(): Promise<HealthItem>;
}

/** A line as RFC 5424 (section 6): facility syslog, severity informational. */
function heartbeatLine(atMs: number): string {
  return `<46>1 ${new Date(atMs).toISOString()} ${hostname()} ${heartbeatProgram} ${String(process.pid)} - - heartbeat`;
}

async function sendLine(door: HeartbeatDeps['door'], line: string): Promise<void> {
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[door.host] ?? door.host;
  const socket = connect({ host, port: door.port, signal: AbortSignal.timeout(sendTimeoutMs) });
  try {
    await once(socket, 'connect');
    socket.end(`${String(Buffer.byteLength(line))} ${line}`);
    await once(socket, 'close');
  } finally {
    socket.destroy();
  }
}

/** Sends a line a minute, the first at once, until the signal aborts. */
export function startHeartbeat(deps: HeartbeatDeps): Heartbeat {
  const { log, now, signal } = deps;
  const startedAt = now();
  const send = (): Promise<void> => sendLine(deps.door, heartbeatLine(now()));
  const beat = (): void => {
    send().catch((error: unknown) => log.warn({ error: messageOf(error) }, 'the heartbeat was not taken'));
  };
  beat();
  const timer = setInterval(beat, intervalMs);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return {
    send,
    async health() {
      const newest = await newestLineOfProgram(deps.store, heartbeatProgram, now() - lookBackMs);
      return heartbeatHealth(newest, startedAt, now());
    },
  };
}

/** What the newest heartbeat says: ok up to 2 minutes of age, failing from 5. */
export function heartbeatHealth(newestMs: number | null, startedAtMs: number, nowMs: number): HealthItem {
  const name = 'ingest.heartbeat';
  // Heartbeats of before the start say nothing about this service.
  const ageMs = nowMs - Math.max(newestMs ?? 0, startedAtMs);
  const seconds = Math.round(ageMs / 1000);
  const state = ageMs < warningMs ? 'ok' : ageMs < failingMs ? 'warning' : 'failing';
  if (newestMs === null || newestMs < startedAtMs) {
    const detail = `No heartbeat has come through to the store since the start ${String(seconds)} s ago.`;
    return { name, state, detail, value: null };
  }
  const detail = `The newest heartbeat came through syslog into the store ${String(seconds)} s ago; one is sent each minute.`;
  return { name, state, detail, value: seconds };
}
