import type { FindingHint } from '@loglake/contract/finding';

/** A hint with its place in the stream. */
export interface PlacedHint {
  readonly place: number;
  readonly hint: FindingHint;
}

export interface HintHub {
  /** Sends to everyone who listens and keeps it for those who come back. */
  publish(hint: FindingHint): void;
  /** Hints after `place`, or null when they are not all kept any more (the listener must start anew). */
  since(place: string): PlacedHint[] | null;
  /** The place of the newest hint, to be sent back as Last-Event-ID. */
  newest(): string;
  /** Calls back for each hint from now on; returns how to stop. */
  listen(listener: (hint: PlacedHint) => void): () => void;
  listeners(): number;
}

/**
 * A bounded buffer of hints. A place is `<epoch>-<n>`: the epoch differs per process, so that a place from before
 * a restart is known to be foreign.
 */
export function createHintHub(epoch: string, kept = 1000): HintHub & { placeOf(n: number): string } {
  const buffer: PlacedHint[] = [];
  const listening = new Set<(hint: PlacedHint) => void>();
  let last = 0;
  const placeOf = (n: number): string => `${epoch}-${n}`;
  return {
    placeOf,
    newest: () => placeOf(last),
    listeners: () => listening.size,
    publish(hint) {
      last += 1;
      const placed = { place: last, hint };
      buffer.push(placed);
      if (buffer.length > kept) buffer.shift();
      for (const listener of listening) listener(placed);
    },
    since(place) {
      const [from, n] = [place.slice(0, place.lastIndexOf('-')), Number(place.slice(place.lastIndexOf('-') + 1))];
      if (from !== epoch || !Number.isSafeInteger(n) || n < 0 || n > last) return null;
      const oldest = buffer[0]?.place ?? last + 1;
      return n + 1 < oldest ? null : buffer.filter((placed) => placed.place > n);
    },
    listen(listener) {
      listening.add(listener);
      return () => listening.delete(listener);
    },
  };
}
