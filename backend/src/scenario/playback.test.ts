import { describe, expect, it } from 'vitest';
import { createPlayback, type PlaybackDeps } from './playback.ts';
import type { PlannedLine } from './plan.ts';

const line = (offsetMs: number): PlannedLine => ({ offsetMs, host: 'h', program: 'p', message: String(offsetMs) });

/** A clock that the test moves; sending notes when each line went. */
function rig(offsets: number[], speed: number, change: Partial<PlaybackDeps> = {}) {
  let now = 0;
  const went: [string, number][] = [];
  const end = new AbortController();
  const playback = createPlayback({
    lines: offsets.map(line),
    speed,
    monotonicMs: () => now,
    send: (lines) => {
      for (const one of lines) went.push([one.message, now]);
      return Promise.resolve();
    },
    signal: end.signal,
    ...change,
  });
  const run = playback.play();
  /** Moves the clock in steps, letting the playback look after each. */
  const move = async (ms: number, step = 100) => {
    for (let moved = 0; moved < ms; moved += step) {
      now += step;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  return { playback, went, move, run, end };
}

describe('playback', () => {
  it('sends each line in its time, faster at a higher speed', async () => {
    const slow = rig([0, 500], 1);
    const fast = rig([0, 5000], 10);
    await Promise.all([slow.move(600), fast.move(600)]);
    await Promise.all([slow.run, fast.run]);
    expect(slow.went[1]?.[1]).toBe(500);
    expect(fast.went[1]?.[1]).toBe(500);
  });

  it('sends nothing while paused, and goes on where it was', async () => {
    const { playback, went, move, run } = rig([0, 500], 1);
    await move(200);
    playback.pause();
    await move(1000);
    expect(went).toHaveLength(1);
    playback.resume();
    await move(400);
    await run;
    expect(went[1]?.[1]).toBe(1500);
  });

  it('changes speed from now on, not for what has passed', async () => {
    const { playback, went, move, run } = rig([0, 1100], 1);
    await move(100);
    playback.setSpeed(10);
    await move(300);
    await run;
    expect(went[1]?.[1]).toBe(200);
  });

  it('ends when stopped, and when a line cannot be stored', async () => {
    const stopped = rig([0, 60_000], 1);
    stopped.end.abort();
    await expect(stopped.run).rejects.toThrow();
    const refused = rig([0], 1, { send: () => Promise.reject(new Error('store away')) });
    await expect(refused.run).rejects.toThrow('store away');
    expect(refused.playback.sent()).toBe(0);
  });
});
