import { grafanaRoleSatisfies, type GrafanaRole, type ProxyRoute } from './plugin-json.ts';

export type RouteDecision =
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'denied'; readonly route: ProxyRoute }
  /** `rest` is what `*` matched, without a leading slash; empty for a pattern without `*`. */
  | { readonly outcome: 'matched'; readonly route: ProxyRoute; readonly rest: string };

/** What the caller holds: an organisation role, and the actions granted to them. */
export interface Caller {
  readonly role: GrafanaRole;
  readonly actions: ReadonlySet<string>;
}

/** Matches one pattern: literal segments, `:name` for one segment, a last `*` for the rest. Null: no match. */
export function matchPattern(pattern: string, path: string): { rest: string } | null {
  const wanted = pattern.replace(/^\//, '').split('/');
  const given = path.replace(/^\//, '').split('/');
  for (const [index, segment] of wanted.entries()) {
    if (segment === '*') return given.length > index ? { rest: given.slice(index).join('/') } : null;
    const actual = given[index];
    if (actual === undefined) return null;
    if (!segment.startsWith(':') && segment !== actual) return null;
  }
  return given.length === wanted.length ? { rest: '' } : null;
}

function allowed(route: ProxyRoute, caller: Caller): boolean {
  if (route.reqAction !== undefined && route.reqAction !== '') return caller.actions.has(route.reqAction);
  return route.reqRole === undefined || grafanaRoleSatisfies(caller.role, route.reqRole);
}

/**
 * Grafana's rule for /api/plugin-proxy/<id>/<path>: the first route in plugin.json whose method and path match
 * decides alone; `reqAction` overrides `reqRole`.
 */
export function decideRoute(
  routes: readonly ProxyRoute[],
  method: string,
  path: string,
  caller: Caller
): RouteDecision {
  for (const route of routes) {
    if (route.method !== undefined && route.method !== '*' && route.method !== '' && route.method !== method) continue;
    const match = matchPattern(route.path, path);
    if (match === null) continue;
    return allowed(route, caller) ? { outcome: 'matched', route, rest: match.rest } : { outcome: 'denied', route };
  }
  return { outcome: 'not_found' };
}

/** True when a path could climb out of its prefix; such a request is refused before any match. */
export function climbs(path: string): boolean {
  return path.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment)) || /\\|%5c|%2f/i.test(path);
}
