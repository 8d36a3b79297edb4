import type { GrafanaTheme2 } from '@grafana/data';
import { severities, type Severity } from '@loglake/contract/scalar';

const colourNames: Record<Severity, string> = {
  critical: 'dark-red',
  high: 'orange',
  medium: 'yellow',
  low: 'blue',
  informational: 'gray',
};

/** Each severity's colour in the theme; always shown beside its name, never alone. */
export function severityColour(theme: GrafanaTheme2, severity: Severity): string {
  if (severity === 'informational') return theme.colors.text.disabled;
  return theme.visualization.getColorByName(colourNames[severity]);
}

export const severityNames: Record<Severity, string> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  informational: 'Informational',
};

/** Highest first, as people read them. */
export const severitiesDown = [...severities].reverse();
