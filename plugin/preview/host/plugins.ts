import { AppPlugin, PanelPlugin } from '@grafana/data';
import { appMeta, boot, metaOf } from './boot.ts';
import { createAmdLoader } from './amd-loader.ts';
import { sharedModules } from './shared-modules.ts';

const load = createAmdLoader(sharedModules);

async function pluginOf(uri: string): Promise<unknown> {
  const loaded = await load(uri);
  return typeof loaded === 'object' && loaded !== null && 'plugin' in loaded ? loaded.plugin : undefined;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** Loads and initialises the packaged app. Throws when its module exports no app plugin. */
export const loadApp = once(async (): Promise<AppPlugin> => {
  const meta = appMeta();
  const plugin = await pluginOf(`/${meta.module}`);
  if (!(plugin instanceof AppPlugin)) throw new Error(`${meta.module} exports no app plugin`);
  plugin.meta = meta;
  plugin.init(meta);
  return plugin;
});

const panels = new Map<string, Promise<PanelPlugin>>();

async function loadPanelOnce(id: string): Promise<PanelPlugin> {
  const json = boot().panels.find((panel) => panel.id === id);
  if (json === undefined) throw new Error(`There is no panel ${id}`);
  const meta = metaOf(json);
  const plugin = await pluginOf(`/${meta.module}`);
  if (!(plugin instanceof PanelPlugin)) throw new Error(`${meta.module} exports no panel plugin`);
  plugin.meta = { ...meta, sort: 0 };
  return plugin;
}

/** Loads a nested panel by its id. Throws for an unknown id. */
export function loadPanel(id: string): Promise<PanelPlugin> {
  const known = panels.get(id);
  if (known !== undefined) return known;
  const loading = loadPanelOnce(id);
  panels.set(id, loading);
  return loading;
}
