import { pino, type Logger } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

/**
 * The one JSON logger: fixed text, data in fields; never event bodies, secrets or query values.
 * Writes to standard error, so that standard output stays free for what a command prints.
 */
export function createLog(level: string): Log {
  return pino(
    { level, base: null, redact: { paths: ['*.token', '*.password', '*.authorization'], censor: '[redacted]' } },
    pino.destination(2)
  );
}

/** A log that says nothing, for tests. */
export const silentLog: Log = pino({ level: 'silent' });
