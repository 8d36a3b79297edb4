import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

export const grafanaRoles = ['Viewer', 'Editor', 'Admin'] as const;
/** Grafana's organisation roles; each includes the ones before it. */
export type GrafanaRole = (typeof grafanaRoles)[number];

/** True when a user of `held` may do what asks for `needed`. */
export function grafanaRoleSatisfies(held: GrafanaRole, needed: GrafanaRole): boolean {
  return grafanaRoles.indexOf(held) >= grafanaRoles.indexOf(needed);
}

const role = z.enum(grafanaRoles);

/** One entry of `routes` in plugin.json. */
export const proxyRoute = z.object({
  path: z.string(),
  method: z.string().optional(),
  url: z.string(),
  reqRole: role.optional(),
  reqAction: z.string().optional(),
  headers: z.array(z.object({ name: z.string(), content: z.string() })).default([]),
});
export type ProxyRoute = z.infer<typeof proxyRoute>;

/** What the preview reads of a plugin.json. */
export const pluginJson = z.object({
  id: z.string(),
  type: z.enum(['app', 'panel']),
  name: z.string(),
  info: z.object({ version: z.string(), description: z.string().default(''), logos: z.object({ small: z.string() }) }),
  includes: z
    .array(
      z.object({
        type: z.string(),
        name: z.string(),
        path: z.string().default(''),
        role: role.default('Viewer'),
        icon: z.string().optional(),
        addToNav: z.boolean().default(false),
        defaultNav: z.boolean().default(false),
      })
    )
    .default([]),
  routes: z.array(proxyRoute).default([]),
});
export type PluginJson = z.infer<typeof pluginJson>;

/** A packaged plugin and the folder it lies in. */
export interface PackagedPlugin {
  readonly json: PluginJson;
  readonly dir: string;
}

function readPackaged(dir: string): PackagedPlugin {
  const text = readFileSync(path.join(dir, 'plugin.json'), 'utf8');
  const id = z.object({ id: z.string() }).parse(JSON.parse(text)).id;
  return { dir, json: pluginJson.parse(JSON.parse(text.replaceAll('%PLUGIN_ID%', id))) };
}

/** Reads the packaged app (plugin/dist) and its nested panels. Throws when it is not built. */
export function readPackagedApp(dist: string): { app: PackagedPlugin; panels: PackagedPlugin[] } {
  let app: PackagedPlugin;
  try {
    app = readPackaged(dist);
    readFileSync(path.join(dist, 'module.js'));
  } catch (error) {
    throw new Error(`There is no packaged plugin in ${dist}: run "npm run build -w plugin" first.`, { cause: error });
  }
  const nested = app.json.includes.filter((include) => include.type === 'panel');
  return { app, panels: nested.map((include) => readPackaged(path.join(dist, path.dirname(include.path)))) };
}
