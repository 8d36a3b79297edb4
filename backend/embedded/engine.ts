import { randomUUID } from 'node:crypto';
import type { ChdbQueryStream } from 'chdb';
import { asException, refusal } from './exception.ts';
import { createGate } from './gate.ts';
import { createSessions, killTagged, prepareSession, type Pairs, type Session } from './session.ts';
import { refuseSecondStatement, type InsertStatement } from './statement.ts';

/** One statement with everything that belongs to it; nothing of it outlives the request. */
export interface EngineQuery {
  sql: string;
  /** Null for `default`, which has no tables of ours. */
  database: string | null;
  settings: Pairs;
  params: Pairs;
  /** Name of the output format when the statement names none. */
  format: string;
  /** Aborting it kills the query in the engine. */
  signal: AbortSignal;
}

export interface EngineOptions {
  dataDir: string;
  /** Bytes that all queries together may take; beyond it a query fails with code 241. */
  memoryBytesMax: number;
  /** Queries at once; more wait. Must lie below UV_THREADPOOL_SIZE: each may hold a thread. */
  queriesMax: number;
  /** Queries that may wait; more are refused with code 202. */
  waitingMax: number;
}

export interface Written {
  /** Rows, those of materialized views included. */
  rowsWritten: number;
  bytesWritten: number;
}

/** Everything throws EngineException. */
export interface Engine {
  /** A SELECT gives its result in pieces, anything else one piece. */
  stream(query: EngineQuery): AsyncIterable<Uint8Array>;
  /** The whole result at once: for formats with a head or foot. */
  whole(query: EngineQuery): Promise<Uint8Array>;
  /** Rows as bytes, applied as one block; `query.sql` is not read. */
  insert(query: EngineQuery, insert: InsertStatement, body: Buffer): Promise<Written>;
  /** Kills what runs, waits for its end up to `graceMs`, closes. */
  close(graceMs: number): Promise<void>;
}

/** One block, whatever its size: the body is at most 32 MiB. */
const oneBlock: Pairs = [
  ['max_insert_block_size', '1000000000'],
  ['min_insert_block_size_rows', '1000000000'],
  ['min_insert_block_size_bytes', '100000000000'],
];

const killIntervalMs = 50;

/** Opens the data directory in this process. Throws when another process holds it. One per process. */
export function openEngine(options: EngineOptions): Engine {
  const sessions = createSessions(options);
  const root = sessions.open();
  const running = new Map<string, AbortController>();
  const gate = createGate(options.queriesMax, options.waitingMax);

  async function* withSession<T>(
    query: EngineQuery,
    work: (session: Session, abandon: () => void) => AsyncIterable<T>
  ): AsyncGenerator<T, void> {
    const leave = await gate.enter(query.signal);
    const tag = `${randomUUID()} ${query.settings.find(([name]) => name === 'log_comment')?.[1] ?? ''}`;
    const stop = new AbortController();
    running.set(tag, stop);
    const aborted = AbortSignal.any([stop.signal, query.signal]);
    const endKilling = killWhenAborted(aborted, () => killTagged(sessions, tag));
    const session = sessions.open();
    try {
      prepareSession(session, query, tag);
      aborted.throwIfAborted();
      yield* work(session, () => stop.abort());
    } catch (error) {
      throw aborted.aborted ? refusal(394, 'Query was cancelled') : asException(error);
    } finally {
      endKilling();
      running.delete(tag);
      sessions.close(session);
      leave();
    }
  }

  return {
    stream: (query) => withSession(query, (session, abandon) => streamed(session, query, abandon)),
    whole: (query) => only(withSession(query, (session) => atOnce(session, query))),
    insert: (query, insert, body) =>
      only(
        withSession({ ...query, settings: [...query.settings, ...oneBlock] }, (session) =>
          insertBytes(session, insert, body)
        )
      ),
    close: async (graceMs) => {
      gate.shut();
      for (const stop of running.values()) stop.abort();
      const deadline = new Promise((resolve) => setTimeout(resolve, graceMs).unref());
      await Promise.race([deadline, sessions.drain()]);
      if (running.size === 0) root.close();
    },
  };
}

function isNoSelect(error: unknown): boolean {
  const exception = asException(error);
  return exception.code === 36 && exception.message.includes('Streaming query is not supported');
}

/** The engine's own parser refuses a second statement only when it streams; anything but a SELECT then answers code 36. */
function startStream(session: Session, query: EngineQuery): ChdbQueryStream | null {
  try {
    return session.queryStream(query.sql, { format: query.format });
  } catch (error) {
    if (isNoSelect(error)) return null;
    throw error;
  }
}

/** Pieces as they come. Left early, the query is killed and read to its end: cancelling it would block the whole process. */
async function* streamed(session: Session, query: EngineQuery, abandon: () => void): AsyncGenerator<Uint8Array, void> {
  const stream = startStream(session, query);
  if (stream === null) {
    yield await runOther(session, query);
    return;
  }
  const chunks = stream[Symbol.asyncIterator]();
  let reading = true;
  try {
    for (;;) {
      reading = false;
      const next = await chunks.next();
      if (next.done === true) return;
      reading = true;
      yield next.value.raw();
    }
  } finally {
    if (reading) {
      abandon();
      while (await hasMore(chunks));
    }
  }
}

async function hasMore(chunks: AsyncIterator<unknown>): Promise<boolean> {
  try {
    return (await chunks.next()).done !== true;
  } catch {
    return false;
  }
}

async function* atOnce(session: Session, query: EngineQuery): AsyncGenerator<Uint8Array, void> {
  // Parses, runs nothing, and refuses a second statement.
  if (startStream(session, { ...query, sql: `EXPLAIN AST ${query.sql}` }) !== null) {
    throw refusal(62, 'Syntax error: this is no statement');
  }
  yield await runOther(session, query);
}

async function runOther(session: Session, query: EngineQuery): Promise<Uint8Array> {
  if (/\bINSERT\b/i.test(query.sql)) refuseSecondStatement(query.sql);
  return (await session.queryAsync(query.sql, { format: query.format })).bytes();
}

async function* insertBytes(session: Session, insert: InsertStatement, body: Buffer): AsyncGenerator<Written, void> {
  const { rowsWritten, bytesWritten } = await session.insert({
    table: insert.table,
    values: body,
    format: insert.format,
    ...(insert.columns === null ? {} : { columns: insert.columns }),
  });
  yield { rowsWritten, bytesWritten };
}

async function only<T>(values: AsyncIterable<T>): Promise<T> {
  for await (const value of values) return value;
  throw refusal(1002, 'The engine gave no answer');
}

/** Kills again until told to stop: the abort may come before the engine has begun the query. */
function killWhenAborted(signal: AbortSignal, kill: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setInterval(kill, killIntervalMs);
    kill();
  };
  signal.addEventListener('abort', begin, { once: true });
  return () => {
    signal.removeEventListener('abort', begin);
    clearInterval(timer);
  };
}
