import type { PaddedAnchor } from './gram-index.ts';
import type { GramSample } from './gram-sample.ts';
import { foldedByte, stands, tagByte } from './gram.ts';

interface ShortAnchor {
  readonly padded: Uint8Array;
  /** Bytes of it that stand before the end of the pair it is known by; 1 for a single byte. */
  readonly end: number;
  readonly owners: Int32Array;
}

/** The two neighbouring bytes that were seen least. */
function rarest({ padded, salt }: PaddedAnchor, sample: GramSample): { pair: number; end: number } {
  let best = { pair: 0, end: 0 };
  let least = Infinity;
  for (let at = 1; at < padded.length; at += 1) {
    const pair = ((padded[at - 1] ?? 0) << 8) | (padded[at] ?? 0);
    const seen = sample.seenPair(pair, salt);
    if (seen >= least) continue;
    least = seen;
    best = { pair, end: at + 1 };
  }
  return best;
}

/** Finds anchors of one to three bytes at one place, by two neighbouring bytes: 64 KiB for each place that has any. */
export class PairIndex {
  readonly #known = new Uint8Array(65_536);
  readonly #anchors = new Map<number, ShortAnchor[]>();

  constructor(anchors: readonly PaddedAnchor[], sample: GramSample) {
    for (const anchor of anchors) {
      const owners = Int32Array.from(anchor.owners);
      const [only] = anchor.padded;
      if (anchor.padded.length > 1 || only === undefined) {
        const { pair, end } = rarest(anchor, sample);
        this.#add(pair, { padded: anchor.padded, end, owners });
        continue;
      }
      // A single byte ends 256 pairs.
      for (let before = 0; before < 256; before += 1) this.#add((before << 8) | only, { padded: anchor.padded, end: 1, owners }); // prettier-ignore
    }
  }

  /** Gives the owners of every anchor in the value [start, end) of `bytes`, again for each time it stands there. */
  scan(bytes: Uint8Array, start: number, end: number, found: (owners: Int32Array) => void): void {
    const known = this.#known;
    let pair = tagByte;
    for (let at = start; at < end; at += 1) {
      pair = ((pair & 0xff) << 8) | (foldedByte[bytes[at] ?? 0] ?? 0);
      if (known[pair] === 1) this.#check(bytes, start, end, at + 1, pair, found);
    }
    const last = ((pair & 0xff) << 8) | tagByte;
    if (known[last] === 1) this.#check(bytes, start, end, end + 1, last, found);
  }

  #add(pair: number, anchor: ShortAnchor): void {
    this.#known[pair] = 1;
    const same = this.#anchors.get(pair);
    if (same === undefined) this.#anchors.set(pair, [anchor]);
    else same.push(anchor);
  }

  #check(bytes: Uint8Array, start: number, end: number, at: number, pair: number, found: (owners: Int32Array) => void) {
    for (const anchor of this.#anchors.get(pair) ?? []) {
      if (stands(bytes, start, end, at - anchor.end, anchor.padded)) found(anchor.owners);
    }
  }
}
