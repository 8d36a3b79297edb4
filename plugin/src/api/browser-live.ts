import { openHintStream } from './client.ts';
import { createLive, type Live, type StreamListener } from './live.ts';
import { createSseParser } from './sse.ts';

/** The service sends a comment each 15 s; after this long without one, nobody is there, or a proxy holds it back. */
const silentMsMax = 40_000;

async function readStream(lastEventId: string | null, heard: StreamListener, signal: AbortSignal): Promise<void> {
  const late = new AbortController();
  const stop = () => late.abort();
  signal.addEventListener('abort', stop);
  let timer = setTimeout(stop, silentMsMax);
  try {
    const reader = (await openHintStream(lastEventId, late.signal)).getReader();
    const decoder = new TextDecoder();
    const parser = createSseParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(stop, silentMsMax);
      heard.alive();
      for (const event of parser.push(decoder.decode(value, { stream: true }))) heard.event(event);
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    late.abort();
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}

const lockName = 'loglake-siem-live';

/** The live hints of this browser. Web Locks exist on https and on loopback only; elsewhere each tab polls. */
export function createBrowserLive(): Live {
  const locks = 'locks' in navigator ? navigator.locks : null;
  return createLive({
    readStream,
    sleep,
    channel: 'BroadcastChannel' in window ? new BroadcastChannel(lockName) : null,
    lead:
      locks === null || !('BroadcastChannel' in window)
        ? null
        : async (leader, signal) => {
            await locks.request(lockName, { signal }, leader);
          },
    pollMs: 5000,
  });
}
