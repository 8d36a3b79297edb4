import { createRequire } from 'node:module';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { drainPending, Session } from 'chdb';
import { z } from 'zod';

export type { Session };
export type Pairs = readonly (readonly [name: string, value: string])[];

export interface Sessions {
  open(): Session;
  /** For a session on which nothing runs any more. */
  close(session: Session): void;
  /** Waits for what still runs anywhere in the process. */
  drain(): Promise<void>;
}

const nativeBinding = z.object({ CloseConnection: z.custom<(connection: unknown) => void>() });

/**
 * Sessions on one data directory; the first one opened holds its lock. Throws when another process does.
 *
 * chdb's own close() waits until nothing at all runs in the process: beside one long query the closed sessions of all the
 * others pile up, and 1 GB was full within 5 s. Nothing runs on a session of ours when it closes, so its connection is
 * closed at once, through the binding (chdb 3.4.0, pinned).
 */
export function createSessions(options: { dataDir: string; memoryBytesMax: number }): Sessions {
  const connectionArgs = prepareDirectory(options);
  const require = createRequire(import.meta.url);
  const loader = z
    .object({ loadNative: z.custom<() => unknown>() })
    .parse(require(path.join(path.dirname(require.resolve('chdb')), 'dist', 'loader.js')));
  const native = nativeBinding.parse(loader.loadNative());
  return {
    open: () => new Session(options.dataDir, { connectionArgs }),
    close: (session) => {
      const connection = session.connection;
      session.connection = null;
      if (connection !== null) native.CloseConnection(connection);
      session.close();
    },
    drain: () => drainPending(),
  };
}

function prepareDirectory(options: { dataDir: string; memoryBytesMax: number }): readonly string[] {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const configFile = path.join(options.dataDir, 'loglake-engine.xml');
  const memory = Math.trunc(options.memoryBytesMax);
  const text = `<clickhouse><max_server_memory_usage>${memory}</max_server_memory_usage></clickhouse>\n`;
  writeFileSync(configFile, text, { mode: 0o600 });
  return [
    `--config-file=${configFile}`,
    '--implicit_select=0',
    '--allow_introspection_functions=0',
    '--max_query_size=67108864',
  ];
}

/** Database, parameters and settings of one request; `readonly` last, because it forbids what comes after it. */
export function prepareSession(
  session: Session,
  request: { database: string | null; params: Pairs; settings: Pairs },
  tag: string
): void {
  if (request.database !== null) session.query(`USE \`${request.database.replace(/[\\`]/g, '\\$&')}\``);
  const isLast = (name: string) => name === 'readonly';
  const first = request.settings.filter(([name]) => !isLast(name) && name !== 'log_comment');
  const params = request.params.map(([name, value]) => [`param_${name}`, value] as const);
  session.query(`SET ${assignments([...params, ...first, ['log_comment', tag]])}`);
  const last = request.settings.filter(([name]) => isLast(name));
  if (last.length > 0) session.query(`SET ${assignments(last)}`);
}

/** The query of that tag, wherever it runs. Answers at once; the query ends within about 50 ms. */
export function killTagged(sessions: Sessions, tag: string): void {
  const session = sessions.open();
  try {
    session.query(`KILL QUERY WHERE Settings['log_comment'] = ${quote(tag)} ASYNC`);
  } finally {
    sessions.close(session);
  }
}

function assignments(pairs: Pairs): string {
  return pairs.map(([name, value]) => `${name} = ${quote(value)}`).join(', ');
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replaceAll('\0', '\\0')}'`;
}
