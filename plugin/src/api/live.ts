import { z } from 'zod';
import { findingHint } from '@loglake/contract/finding';
import type { ServerSentEvent } from './sse.ts';

/** live = hints arrive as things happen; polling = pages look every few seconds. */
export const liveState = z.enum(['connecting', 'live', 'polling']);
export type LiveState = z.infer<typeof liveState>;

/** hint: one finding changed. reset: hints were missed. poll: it is time to look. */
export const liveMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hint'), hint: findingHint }),
  z.object({ kind: z.literal('reset') }),
  z.object({ kind: z.literal('poll') }),
]);
export type LiveMessage = z.infer<typeof liveMessage>;

/** Between the tabs of one browser: the leader tells, a newcomer asks. */
const tabMessage = z.union([
  liveMessage,
  z.object({ kind: z.literal('state'), state: liveState }),
  z.object({ kind: z.literal('ask') }),
]);
type TabMessage = z.infer<typeof tabMessage>;

export interface StreamListener {
  event(event: ServerSentEvent): void;
  /** Anything arrived, be it a comment. */
  alive(): void;
}

export interface LiveDeps {
  /** Reads one stream to its end; rejects when it is refused, breaks, or stays silent too long. */
  readStream(lastEventId: string | null, heard: StreamListener, signal: AbortSignal): Promise<void>;
  /** To the other tabs; null where the browser has no BroadcastChannel. */
  readonly channel: Pick<BroadcastChannel, 'postMessage' | 'addEventListener' | 'close'> | null;
  /** Runs `leader` while this tab leads, once at a time over all tabs; null where the browser has no Web Locks. */
  readonly lead: ((leader: () => Promise<void>, signal: AbortSignal) => Promise<void>) | null;
  /** Resolves after `ms`, or at once when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Between polls and between tries to connect, milliseconds. */
  readonly pollMs: number;
}

export interface Live {
  state(): LiveState;
  subscribe(onMessage: (message: LiveMessage) => void): () => void;
  subscribeState(onState: () => void): () => void;
  close(): void;
}

/** What the tabs of one browser share: the messages, and the state as this tab knows it. */
function createBoard(channel: LiveDeps['channel'], signal: AbortSignal) {
  const messages = new Set<(message: LiveMessage) => void>();
  const states = new Set<() => void>();
  let state: LiveState = 'connecting';
  const tell = (message: TabMessage): void => {
    if (!signal.aborted) channel?.postMessage(message);
  };
  const deliver = (message: LiveMessage): void => {
    for (const listener of messages) listener(message);
  };
  const setState = (next: LiveState): void => {
    if (next === state) return;
    state = next;
    for (const listener of states) listener();
  };
  return {
    messages,
    states,
    tell,
    deliver,
    setState,
    state: () => state,
    publish(message: LiveMessage): void {
      deliver(message);
      tell(message);
    },
    announce(next: LiveState): void {
      if (next === state) return;
      setState(next);
      tell({ kind: 'state', state: next });
    },
  };
}
type Board = ReturnType<typeof createBoard>;

/** Passes on what a stream says, and remembers its place. */
function createStreamListener(board: Board) {
  let lastEventId: string | null = null;
  let alive = false;
  const listener: StreamListener = {
    alive() {
      alive = true;
      board.announce('live');
    },
    event(event) {
      lastEventId = event.id ?? lastEventId;
      if (event.event === 'reset') board.publish({ kind: 'reset' });
      if (event.event !== 'finding') return;
      const hint = findingHint.safeParse(parseJson(event.data));
      // A hint we cannot read still says that something changed.
      board.publish(hint.success ? { kind: 'hint', hint: hint.data } : { kind: 'reset' });
    },
  };
  return {
    listener,
    place: () => lastEventId,
    /** Whether anything came since the last time this was asked. */
    wasAlive() {
      const before = alive;
      alive = false;
      return before;
    },
  };
}

/** The loop of the tab that leads: stream while there is one, else polls between tries. Ends with `signal`. */
async function leadOthers(deps: LiveDeps, board: Board, signal: AbortSignal): Promise<void> {
  const { listener, place, wasAlive } = createStreamListener(board);
  while (!signal.aborted) {
    // How it ended does not matter: a proxy may cut a stream at any time, cleanly or not.
    await deps.readStream(place(), listener, signal).catch(() => undefined);
    if (isEnded(signal)) return;
    // One that was alive is taken up again at its place; one without a word is as good as none.
    if (wasAlive()) await deps.sleep(deps.pollMs / 10, signal);
    else await poll(deps, board, signal);
  }
}

/** Asked after a wait, when the type checker would take the earlier answer for granted. */
const isEnded = (signal: AbortSignal): boolean => signal.aborted;

async function poll(deps: LiveDeps, board: Board, signal: AbortSignal): Promise<void> {
  board.announce('polling');
  await deps.sleep(deps.pollMs, signal);
  if (!signal.aborted) board.publish({ kind: 'poll' });
}

/**
 * Live hints for all tabs of a browser over one connection: one tab leads (Web Locks), reads the stream and tells the
 * others (BroadcastChannel). Without a stream, or without locks, it polls every `pollMs`, and tries again meanwhile.
 */
export function createLive(deps: LiveDeps): Live {
  const end = new AbortController();
  const board = createBoard(deps.channel, end.signal);
  let leading = false;

  deps.channel?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const parsed = tabMessage.safeParse(data);
    if (!parsed.success || end.signal.aborted) return;
    if (parsed.data.kind === 'ask') {
      if (leading) board.tell({ kind: 'state', state: board.state() });
    } else if (leading) return;
    else if (parsed.data.kind === 'state') board.setState(parsed.data.state);
    else board.deliver(parsed.data);
  });
  board.tell({ kind: 'ask' });

  const lead = async (): Promise<void> => {
    leading = true;
    await leadOthers(deps, board, end.signal);
  };
  const pollAlone = async (): Promise<void> => {
    while (!end.signal.aborted) await poll(deps, board, end.signal);
  };
  const { lead: asLeader } = deps;
  const start = asLeader === null ? pollAlone : () => asLeader(lead, end.signal).catch(pollAlone);
  // Not before whoever opened this could subscribe. It ends by the abort alone; a lock that is refused leaves polling.
  void Promise.resolve().then(start);

  return {
    state: board.state,
    subscribe(onMessage) {
      board.messages.add(onMessage);
      return () => void board.messages.delete(onMessage);
    },
    subscribeState(onState) {
      board.states.add(onState);
      return () => void board.states.delete(onState);
    },
    close() {
      end.abort();
      deps.channel?.close();
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
