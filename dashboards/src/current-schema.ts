import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';

function without<T extends object>(value: T, names: readonly string[]): T {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name))) as T;
}

/** Leaves out what the SDK writes for interval variables only; @grafana/schema 13.2 refuses it on others. */
export function currentVariable(variable: Builder<VariableModel>): VariableModel {
  return without(variable.build(), ['auto', 'auto_min', 'auto_count']);
}

/** Leaves out the table footer, which the SDK still writes and Grafana 13 no longer knows. */
export function currentPanel(panel: Builder<Panel>): Panel {
  const built = panel.build();
  const options: unknown = built.options;
  if (built.type !== 'table' || typeof options !== 'object' || options === null) return built;
  return { ...built, options: without(options, ['footer']) };
}
