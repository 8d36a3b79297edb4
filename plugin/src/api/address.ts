import type { Role } from '@loglake/contract/role';
import { routes, type RouteName } from '@loglake/contract/routes';

/** The proxy routes in plugin.json, one per role of people; machines' routes are not reached through Grafana. */
const prefixOf: Partial<Record<Role, string>> = { reader: 'reader', triager: 'triager', admin: 'admin' };

function fillIn(path: string, params: Readonly<Record<string, unknown>>): string {
  return path.replace(/:(\w+)/g, (_whole, name: string) => {
    const value = params[name];
    if (typeof value !== 'string' || value === '') throw new TypeError(`${name} is missing`);
    // A browser would resolve these even when encoded.
    if (value === '.' || value === '..') throw new TypeError(`${name} is not valid`);
    return encodeURIComponent(value);
  });
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(',');
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TypeError('Only texts, numbers and lists of them can be part of an address');
}

function searchOf(query: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue;
    const text = textOf(value);
    if (text !== '') search.set(name, text);
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/**
 * The address of a route below Grafana's plugin proxy, under the prefix of the role it needs, such as
 * `/api/plugin-proxy/<id>/reader/api/v1/findings?text=x`. Lists become `a,b`. Throws TypeError for a missing parameter.
 */
export function addressOf(
  pluginId: string,
  name: RouteName,
  params: Readonly<Record<string, unknown>> = {},
  query: Readonly<Record<string, unknown>> = {}
): string {
  const { path, role } = routes[name];
  const prefix = prefixOf[role ?? 'reader'];
  if (prefix === undefined) throw new TypeError(`${name} is not for people`);
  return `/api/plugin-proxy/${pluginId}/${prefix}${fillIn(path, params)}${searchOf(query)}`;
}
