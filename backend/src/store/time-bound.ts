/** Later than any time a DateTime64(3) column is given here, milliseconds since 1970. */
const foreverMs = Date.UTC(2299, 0, 1);

/** Milliseconds of a lower bound; without one, 1970. */
export function fromMsOf(time: string | undefined): number {
  return time === undefined ? 0 : Date.parse(time);
}

/** Milliseconds of an upper bound; without one, later than everything. */
export function toMsOf(time: string | undefined): number {
  return time === undefined ? foreverMs : Date.parse(time);
}
