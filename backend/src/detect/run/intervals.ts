/** Block numbers from `lo` to `hi`, both included. */
export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

/** Sorted, disjoint, neighbours merged; empty intervals (hi < lo) are dropped. */
export function normalise(intervals: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  for (const next of intervals.filter(({ lo, hi }) => lo <= hi).sort((a, b) => a.lo - b.lo)) {
    const last = result.at(-1);
    if (last !== undefined && next.lo <= last.hi + 1) {
      result[result.length - 1] = { lo: last.lo, hi: Math.max(last.hi, next.hi) };
    } else {
      result.push({ lo: next.lo, hi: next.hi });
    }
  }
  return result;
}

/** What is in `from` and not in `minus`; sorted and disjoint. */
export function subtract(from: readonly Interval[], minus: readonly Interval[]): Interval[] {
  const holes = normalise(minus);
  return normalise(from).flatMap(({ lo, hi }) => {
    const left: Interval[] = [];
    let next = lo;
    for (const hole of holes) {
      if (hole.hi < next || hole.lo > hi) continue;
      if (hole.lo > next) left.push({ lo: next, hi: hole.lo - 1 });
      next = hole.hi + 1;
    }
    return next <= hi ? [...left, { lo: next, hi }] : left;
  });
}

/** A range taken at a moment of the store's clock (RFC 3339, fixed digits: in order as text). */
export interface Taken extends Interval {
  readonly at: string;
}

/** From this moment back, block numbers above `above` mean rows that are gone: the numbers were given out anew. */
export interface Reset {
  readonly above: number;
  readonly at: string;
}

/** The part of a range that still means the rows it meant; empty (hi < lo) when none does. */
export function clip(range: Taken, resets: readonly Reset[]): Interval {
  const above = resets.filter((reset) => range.at < reset.at).map((reset) => reset.above);
  return { lo: range.lo, hi: Math.min(range.hi, ...above) };
}

/** A part of the table: its block numbers and how many rows it holds. */
export interface Part extends Interval {
  readonly name: string;
  readonly rows: number;
}

/** A range to read: its blocks, about how many rows it holds, and the parts that lie whole in what was never read. */
export interface Chunk extends Interval {
  readonly rows: number;
  readonly parts: readonly string[];
}

/** Cuts the unread share of one part into pieces of about `rowsMax` rows; blocks are never cut. */
function piecesOf(part: Part, unread: readonly Interval[], rowsMax: number): Chunk[] {
  const rowsPerBlock = part.rows / (part.hi - part.lo + 1);
  const blocksMax = Math.max(1, Math.floor(rowsMax / Math.max(rowsPerBlock, 1e-9)));
  const shares = subtract([part], subtract([part], unread));
  const whole = shares.length === 1 && shares[0]?.lo === part.lo && shares[0].hi === part.hi;
  return shares.flatMap((share) => {
    const pieces: Chunk[] = [];
    for (let lo = share.lo; lo <= share.hi; lo += blocksMax) {
      const hi = Math.min(share.hi, lo + blocksMax - 1);
      // Rows with foreign block numbers are read once, with the last piece of their part.
      const parts = whole && hi === part.hi ? [part.name] : [];
      pieces.push({ lo, hi, rows: Math.round((hi - lo + 1) * rowsPerBlock), parts });
    }
    return pieces;
  });
}

/**
 * The ranges to read of one partition: the blocks of its parts without those in `read`, in order, neighbours together
 * as long as they hold at most about `rowsMax` rows. Gaps between parts are left out: nothing was committed there yet.
 */
export function todo(parts: readonly Part[], read: readonly Interval[], rowsMax: number): Chunk[] {
  const unread = subtract(parts, read);
  const pieces = [...parts].sort((a, b) => a.lo - b.lo).flatMap((part) => piecesOf(part, unread, rowsMax));
  const chunks: Chunk[] = [];
  for (const piece of pieces) {
    const last = chunks.at(-1);
    if (last !== undefined && last.hi + 1 === piece.lo && last.rows + piece.rows <= rowsMax) {
      chunks[chunks.length - 1] = {
        lo: last.lo,
        hi: piece.hi,
        rows: last.rows + piece.rows,
        parts: [...last.parts, ...piece.parts],
      };
    } else {
      chunks.push(piece);
    }
  }
  return chunks;
}
