import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type DynamicConfigValue,
  type ThresholdsConfig,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** Grafana's named colours per severity, the same on every panel. */
export const severityColors = {
  critical: 'dark-red',
  high: 'red',
  medium: 'orange',
  low: 'yellow',
  informational: 'blue',
} as const;

/** Steps from low to high; the first colour holds below the first value. */
export function thresholds(base: string, ...steps: readonly (readonly [value: number, color: string])[]) {
  const builder: Builder<ThresholdsConfig> = new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: base }, ...steps.map(([value, color]) => ({ value, color }))]);
  return builder;
}

/** Properties of a field override that give one fixed colour. */
export function fixedColor(color: string): DynamicConfigValue[] {
  return [{ id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: color } }];
}
