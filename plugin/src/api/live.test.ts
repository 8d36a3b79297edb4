import { afterEach, expect, it, vi } from 'vitest';
import { createLive, type Live, type LiveDeps, type LiveMessage, type StreamListener } from './live.ts';
import type { ServerSentEvent } from './sse.ts';

const opened: Live[] = [];
afterEach(() => {
  for (const live of opened.splice(0)) live.close();
});

const hint = { findingId: 'f1', revision: 1 };
const event = (name: string, data: unknown, id: string): ServerSentEvent => ({
  event: name,
  data: JSON.stringify(data),
  id,
});

/** Resolves when the signal ends, as an open stream does. */
const untilEnd = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
const tick = () => new Promise((resolve) => setTimeout(resolve, 5));

function open(deps: Partial<LiveDeps>) {
  const got: LiveMessage[] = [];
  const live = createLive({
    readStream: (_last, _on, signal) => untilEnd(signal),
    channel: null,
    lead: (leader) => leader(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    pollMs: 10,
    ...deps,
  });
  live.subscribe((message) => got.push(message));
  opened.push(live);
  return { live, got };
}

/** What the service writes: an event, which is also a sign of life. */
function write(heard: StreamListener, what: ServerSentEvent): void {
  heard.alive();
  heard.event(what);
}

it('passes hints on as they arrive and is live then', async () => {
  let send: (event: ServerSentEvent) => void = () => undefined;
  const { live, got } = open({
    readStream: (_last, heard, signal) => {
      send = (what) => write(heard, what);
      return untilEnd(signal);
    },
  });
  await tick();
  expect(live.state()).toBe('connecting');
  send(event('hello', {}, 'e-1'));
  send(event('finding', hint, 'e-2'));
  expect(live.state()).toBe('live');
  expect(got).toEqual([{ kind: 'hint', hint }]);
});

it('comes back with the last id after a cut, without polling', async () => {
  const places: (string | null)[] = [];
  const { live, got } = open({
    readStream: async (last, heard, signal) => {
      places.push(last);
      if (places.length === 1) write(heard, event('finding', hint, 'e-7'));
      else {
        write(heard, event('hello', {}, 'e-8'));
        await untilEnd(signal);
      }
    },
  });
  await tick();
  expect(places).toEqual([null, 'e-7']);
  expect(got.map((message) => message.kind)).toEqual(['hint']);
  expect(live.state()).toBe('live');
});

it('does not hammer a stream that is cut at once after its first word', async () => {
  let tries = 0;
  open({
    pollMs: 100_000,
    readStream: (_last, heard) => {
      tries += 1;
      write(heard, event('hello', {}, 'e-1'));
      return Promise.reject(new Error('cut'));
    },
  });
  await tick();
  expect(tries).toBe(1);
});

it('polls while the stream is refused, and stops when it opens again', async () => {
  let tries = 0;
  const { live, got } = open({
    readStream: async (_last, heard, signal) => {
      tries += 1;
      if (tries < 3) throw new Error('503');
      write(heard, event('hello', {}, 'e-1'));
      await untilEnd(signal);
    },
  });
  await tick();
  expect(live.state()).toBe('polling');
  await vi.waitFor(() => expect(live.state()).toBe('live'));
  expect(got).toEqual([{ kind: 'poll' }, { kind: 'poll' }]);
});

it('does not hammer a stream that ends without a word', async () => {
  let tries = 0;
  open({
    pollMs: 10_000,
    readStream: () => {
      tries += 1;
      return Promise.resolve();
    },
  });
  await tick();
  expect(tries).toBe(1);
});

it('takes a reset, and a hint that it cannot read, as "look at everything"', async () => {
  const { got } = open({
    readStream: (_last, heard, signal) => {
      write(heard, event('reset', {}, 'e-9'));
      write(heard, event('finding', { nonsense: true }, 'e-10'));
      write(heard, { event: 'finding', data: '{', id: null });
      return untilEnd(signal);
    },
  });
  await tick();
  expect(got).toEqual([{ kind: 'reset' }, { kind: 'reset' }, { kind: 'reset' }]);
});

it('opens one stream for two tabs: the other hears by channel, and takes over when the first closes', async () => {
  let streams = 0;
  let send: (event: ServerSentEvent) => void = () => undefined;
  let lock = Promise.resolve();
  const lead: LiveDeps['lead'] = (leader) => (lock = lock.then(leader));
  const readStream: LiveDeps['readStream'] = (_last, heard, signal) => {
    streams += 1;
    send = (what) => write(heard, what);
    write(heard, event('hello', {}, `e-${streams}`));
    return untilEnd(signal);
  };
  const first = open({ lead, readStream, channel: new BroadcastChannel('live-test') });
  await tick();
  const second = open({ lead, readStream, channel: new BroadcastChannel('live-test') });
  await vi.waitFor(() => expect(second.live.state()).toBe('live'));
  expect(streams).toBe(1);
  send(event('finding', hint, 'e-5'));
  await vi.waitFor(() => expect(second.got).toEqual([{ kind: 'hint', hint }]));
  first.live.close();
  await vi.waitFor(() => expect(streams).toBe(2));
});

it('is live again after a break in which nothing happened, when only a comment comes', async () => {
  const places: (string | null)[] = [];
  const { live } = open({
    readStream: async (last, heard, signal) => {
      places.push(last);
      if (places.length === 1) write(heard, event('hello', {}, 'e-1'));
      if (places.length < 3) throw new Error('broken');
      heard.alive();
      await untilEnd(signal);
    },
  });
  await vi.waitFor(() => expect(places).toEqual([null, 'e-1', 'e-1']));
  expect(live.state()).toBe('live');
});

it('polls alone where the browser has no locks', async () => {
  const { live, got } = open({ lead: null });
  await vi.waitFor(() => expect(got.length).toBeGreaterThan(1));
  expect(live.state()).toBe('polling');
});
