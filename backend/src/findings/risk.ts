import type { Severity } from '@loglake/contract/scalar';

/** Where each Sigma level starts. */
const base: Readonly<Record<Severity, number>> = { informational: 5, low: 20, medium: 40, high: 65, critical: 85 };

/**
 * Risk of a finding, 0 to 100: the level's base, up to 10 more for repetition (2 for each doubling of the count) and
 * up to 5 more for spread (1 for each further host, user or destination). Order matters more than the number: a level
 * outweighs repetition and spread together, so a noisy low never passes a single medium.
 */
export function riskOf(level: Severity, count: number, assets: number): number {
  const repetition = Math.min(10, 2 * Math.floor(Math.log2(Math.max(1, count))));
  const spread = Math.min(5, Math.max(0, assets - 1));
  return Math.min(100, base[level] + repetition + spread);
}
