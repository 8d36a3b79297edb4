import type { Playbook } from '@loglake/contract/scenario';
import { durationMs } from './duration.ts';

/** One line to be sent. */
export interface PlannedLine {
  /** Milliseconds after the playbook's start, at speed 1. */
  readonly offsetMs: number;
  readonly host: string;
  readonly program: string;
  readonly message: string;
}

/** Mulberry32: 32 bits of seed, the same numbers everywhere; 0 inclusive to 1 exclusive. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * All lines of a playbook in the order of their time: repeats written out (`{n}` counts from 1), each shifted later by
 * up to `jitter` from the seed. The same seed gives the same plan.
 */
export function planOf(playbook: Playbook, seed: number): PlannedLine[] {
  const random = seededRandom(seed);
  const jitterMs = durationMs(playbook.jitter);
  const lines = playbook.steps.flatMap((step) =>
    Array.from({ length: step.repeat }, (_, index) => ({
      offsetMs: durationMs(step.at) + index * durationMs(step.every) + Math.floor(random() * jitterMs),
      host: step.host,
      program: step.program,
      message: step.line.replaceAll('{n}', String(index + 1)),
    }))
  );
  return lines.sort((a, b) => a.offsetMs - b.offsetMs);
}

/** Milliseconds from the first second of the playbook to its last line. */
export function planDurationMs(lines: readonly PlannedLine[]): number {
  return lines.at(-1)?.offsetMs ?? 0;
}

/**
 * The moment that offset 0 stands for in the lines' own times (design, section 8): the spacing is the playbook's,
 * whatever the speed, and the last line's time is the moment it is sent. Slower than 1 that would lie ahead of the
 * clock, so there it counts from the start.
 */
export function eventBaseMs(startMs: number, durationMsTotal: number, speed: number): number {
  return startMs + Math.min(0, durationMsTotal / speed - durationMsTotal);
}
