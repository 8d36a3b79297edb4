import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { currentPanel } from './current-schema.ts';

const columns = 24;

/** One row of panels side by side, all equally wide; `height` in Grafana's grid units (30 px). */
export interface LayoutRow {
  readonly height: number;
  readonly panels: readonly Builder<Panel>[];
}

/** Panels with their grid positions, row below row. */
export function placed(rows: readonly LayoutRow[]): Panel[] {
  let y = 0;
  return rows.flatMap(({ height, panels }) => {
    const w = Math.floor(columns / panels.length);
    const row = panels.map((panel, index) => ({ ...currentPanel(panel), gridPos: { x: index * w, y, w, h: height } }));
    y += height;
    return row;
  });
}
