import type { Request, Response } from 'express';
import { ServiceError } from '../error.ts';
import type { HintHub, PlacedHint } from './hint-hub.ts';

export interface StreamSettings {
  /** Between comments that keep the connection open, milliseconds. */
  heartbeatMs: number;
  /** Streams at once; one more is told 429. */
  streamsMax: number;
  /** A listener that leaves more than this unread is cut off; it comes back with Last-Event-ID. Bytes. */
  unreadBytesMax: number;
}

export const streamDefaults: StreamSettings = { heartbeatMs: 15_000, streamsMax: 200, unreadBytesMax: 1_048_576 };

/**
 * Server-sent events (WHATWG HTML section 9.2): `finding` events hold a hint, `reset` says that hints were missed
 * and everything should be fetched anew. Where
 * nothing was missed, the first event is `hello`, with the place to come back to.
 */
export function streamHints(
  request: Request,
  response: Response,
  hub: HintHub,
  placeOf: (n: number) => string,
  settings: StreamSettings
): void {
  if (hub.listeners() >= settings.streamsMax) {
    throw new ServiceError('request.rate_limited', `There are already ${settings.streamsMax} live streams.`);
  }
  response.set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  const send = (text: string): void => {
    if (response.writableLength > settings.unreadBytesMax) response.destroy();
    else response.write(text);
  };
  const sendHint = (placed: PlacedHint): void =>
    send(`id: ${placeOf(placed.place)}\nevent: finding\ndata: ${JSON.stringify(placed.hint)}\n\n`);

  const from = request.get('Last-Event-ID');
  const missed = from === undefined ? [] : hub.since(from);
  if (missed === null) send(`id: ${hub.newest()}\nevent: reset\ndata: {}\n\n`);
  else if (missed.length === 0) send(`retry: 2000\nid: ${hub.newest()}\nevent: hello\ndata: {}\n\n`);
  else for (const placed of missed) sendHint(placed);

  const stop = hub.listen(sendHint);
  const heartbeat = setInterval(() => send(': still here\n\n'), settings.heartbeatMs);
  response.on('close', () => {
    clearInterval(heartbeat);
    stop();
  });
}
