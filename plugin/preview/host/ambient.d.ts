// Aliases of preview/build.mjs for two modules of @grafana/runtime that its package does not export.
declare module 'grafana-runtime-plugin-page' {
  import type { PluginPageType } from '@grafana/runtime';
  export function setPluginPage(component: PluginPageType): void;
}
declare module 'grafana-runtime-panel-renderer' {
  import type { ComponentType } from 'react';
  import type { PanelRendererProps } from '@grafana/runtime';
  export function setPanelRenderer(renderer: ComponentType<PanelRendererProps>): void;
}
