import { scenarioRunRequest } from '@loglake/contract/scenario';

/** Offered with one click; any other from 0.1 to 100 may be typed. */
export const speedPresets = [1, 10, 50] as const;
export const speedMin = 0.1;
export const speedMax = 100;
export const seedMax = 2 ** 31;

/** What the form says, or what is wrong with each field. */
export type PlayInput =
  | { readonly kind: 'valid'; readonly request: { speed: number; seed: number } }
  | { readonly kind: 'invalid'; readonly speed: string | undefined; readonly seed: string | undefined };

const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

/** A speed as typed; null when it is no number from 0.1 to 100. */
export function parseSpeed(text: string): number | null {
  const parsed = scenarioRunRequest.shape.speed.safeParse(numberOf(text));
  return parsed.success ? parsed.data : null;
}

/** Reads speed and seed as typed, by the contract's schema; both problems at once. */
export function parsePlayInput(speedText: string, seedText: string): PlayInput {
  const speed = parseSpeed(speedText);
  const seed = scenarioRunRequest.shape.seed.safeParse(numberOf(seedText));
  if (speed !== null && seed.success) return { kind: 'valid', request: { speed, seed: seed.data } };
  return {
    kind: 'invalid',
    speed: speed === null ? `A number from ${speedMin} to ${speedMax}` : undefined,
    seed: seed.success ? undefined : `A whole number from 0 to ${seedMax}`,
  };
}

/** `10×`. */
export function speedText(speed: number): string {
  return `${Number(speed.toPrecision(4))}×`;
}

/** How long lines that take `durationMs` at 1× are sent for at `speed`, milliseconds. */
export function playedMs(durationMs: number, speed: number): number {
  return durationMs / speed;
}
