import { PluginIncludeType, PluginType, type AppPluginMeta, type PluginMeta } from '@grafana/data';
import type { PreviewBoot } from '../server/page.ts';

declare global {
  interface Window {
    loglakePreview?: PreviewBoot & {
      settings: Pick<AppPluginMeta, 'enabled' | 'pinned' | 'jsonData' | 'secureJsonFields'>;
    };
  }
}

/** What boot.js said about the packaged plugin. Throws when boot.js did not run. */
export function boot() {
  const data = window.loglakePreview;
  if (data === undefined) throw new Error('boot.js did not run: is a user chosen?');
  return data;
}

/** The app's plugin.json, as Grafana hands it to a plugin: with the base URL of its files and its settings. */
export function appMeta(): AppPluginMeta {
  const { app, settings } = boot();
  return { ...metaOf(app), ...settings };
}

/** A plugin.json with the base URL of its files. */
export function metaOf(json: PreviewBoot['app']): PluginMeta {
  const { id, name } = json;
  const baseUrl = `public/plugins/${id}`;
  const logo = `${baseUrl}/${json.info.logos.small}`;
  return {
    id,
    name,
    module: `${baseUrl}/module.js`,
    baseUrl,
    type: json.type === 'app' ? PluginType.app : PluginType.panel,
    includes: json.includes.map(({ type, name: includeName, path, role, icon, addToNav }) => ({
      type: type === 'page' ? PluginIncludeType.page : PluginIncludeType.panel,
      name: includeName,
      path,
      role,
      icon,
      addToNav,
    })),
    info: {
      author: { name: '' },
      description: json.info.description,
      links: [],
      logos: { small: logo, large: logo },
      screenshots: [],
      updated: '',
      version: json.info.version,
    },
  };
}
