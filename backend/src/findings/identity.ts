import { shortHash } from './group.ts';

/** A stored finding of one rule and group, live: not superseded. Times in Unix milliseconds. */
export interface StoredEpisode {
  readonly findingId: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly createdMs: number;
}

interface Interval {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** An episode with the finding whose id it keeps, and those that are joined into it. */
export interface IdentifiedEpisode<E extends Interval, S extends StoredEpisode> {
  readonly episode: E;
  /** Undefined: the episode is new. */
  readonly kept: S | undefined;
  readonly joined: readonly S[];
}

export interface Identification<E extends Interval, S extends StoredEpisode> {
  readonly episodes: readonly IdentifiedEpisode<E, S>[];
  /** Stored findings that no episode overlaps any more: what they stood on is gone. */
  readonly withdrawn: readonly S[];
}

const overlap = (a: Interval, b: Interval): boolean => a.firstMs <= b.lastMs && b.firstMs <= a.lastMs;
const older = (a: StoredEpisode, b: StoredEpisode): number =>
  a.createdMs - b.createdMs || a.firstMs - b.firstMs || (a.findingId < b.findingId ? -1 : 1);

/**
 * Which stored finding each re-evaluated episode is: one that it overlaps; of several the oldest, the others are
 * joined into it. A stored finding that has fallen apart gives its id to the earliest part. Episodes come by time.
 */
export function identify<E extends Interval, S extends StoredEpisode>(
  episodes: readonly E[],
  stored: readonly S[]
): Identification<E, S> {
  const free = new Set([...stored].sort(older));
  const identified = episodes.map((episode) => {
    const [kept, ...joined] = [...free].filter((candidate) => overlap(candidate, episode));
    for (const taken of kept === undefined ? [] : [kept, ...joined]) free.delete(taken);
    return { episode, kept, joined };
  });
  return { episodes: identified, withdrawn: [...free] };
}

/**
 * The id of an episode that is stored for the first time: 32 hex digits. Deterministic, so that doing a range again
 * after a crash makes the same id. `origin` names the range of arrived rows, `firstEventId` the episode in it.
 */
export function newFindingId(ruleId: string, groupKey: string, origin: string, firstEventId: string): string {
  return shortHash(['finding', ruleId, groupKey, origin, firstEventId]);
}

/**
 * The interval that a re-evaluation must cover to see whole episodes: `touched`, widened by every stored finding that
 * lies within `gapMs` of it, transitively. What is not covered is unchanged and already stored.
 */
export function regionOf(touched: Interval, stored: readonly Interval[], gapMs: number): Interval {
  let region = touched;
  for (let grown = true; grown;) {
    grown = false;
    const near = { firstMs: region.firstMs - gapMs, lastMs: region.lastMs + gapMs };
    for (const episode of stored) {
      if (!overlap(episode, near)) continue;
      if (episode.firstMs >= region.firstMs && episode.lastMs <= region.lastMs) continue;
      region = {
        firstMs: Math.min(region.firstMs, episode.firstMs),
        lastMs: Math.max(region.lastMs, episode.lastMs),
      };
      grown = true;
    }
  }
  return region;
}
