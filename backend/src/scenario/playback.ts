import { setTimeout as sleep } from 'node:timers/promises';
import type { PlannedLine } from './plan.ts';

export interface Playback {
  /** Sends every line in its time; resolves when all are stored, or rejects as `send` does. */
  play(): Promise<void>;
  pause(): void;
  resume(): void;
  setSpeed(speed: number): void;
  sent(): number;
  speed(): number;
  paused(): boolean;
}

export interface PlaybackDeps {
  lines: readonly PlannedLine[];
  speed: number;
  /** Milliseconds, never stepping back. */
  monotonicMs: () => number;
  send: (lines: readonly PlannedLine[], batch: number) => Promise<void>;
  signal: AbortSignal;
}

/** Lines due within this are sent together, milliseconds. */
const tickMs = 20;
/** Lines of one post. */
const batchMax = 500;

/** The clock of a run: a position in the playbook that moves `speed` times as fast as time, and stands while paused. */
export function createPlayback({ lines, speed: initial, monotonicMs, send, signal }: PlaybackDeps): Playback {
  const at = { speed: initial, paused: false, positionMs: 0, since: monotonicMs(), sent: 0, batch: 0 };

  /** Brings the position up to now, so that a change counts from now on. */
  function advance(): void {
    const now = monotonicMs();
    if (!at.paused) at.positionMs += (now - at.since) * at.speed;
    at.since = now;
  }

  async function sendDue(): Promise<void> {
    const due: PlannedLine[] = [];
    for (const line of lines.slice(at.sent, at.sent + batchMax)) {
      if (line.offsetMs > at.positionMs) break;
      due.push(line);
    }
    if (due.length === 0) return;
    at.batch += 1;
    await send(due, at.batch);
    at.sent += due.length;
  }

  return {
    async play() {
      at.since = monotonicMs();
      while (at.sent < lines.length) {
        signal.throwIfAborted();
        advance();
        await sendDue();
        await sleep(tickMs, undefined, { signal });
      }
    },
    pause() {
      advance();
      at.paused = true;
    },
    resume() {
      advance();
      at.paused = false;
    },
    setSpeed(speed) {
      advance();
      at.speed = speed;
    },
    sent: () => at.sent,
    speed: () => at.speed,
    paused: () => at.paused,
  };
}
