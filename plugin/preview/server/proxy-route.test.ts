import { describe, expect, it } from 'vitest';
import type { GrafanaRole, ProxyRoute } from './plugin-json.ts';
import { climbs, decideRoute, matchPattern } from './proxy-route.ts';

const route = (path: string, more: Partial<ProxyRoute> = {}): ProxyRoute => ({
  path,
  url: 'http://x',
  headers: [],
  ...more,
});
const caller = (role: GrafanaRole, ...actions: string[]) => ({ role, actions: new Set(actions) });

it.each([
  ['reader/*', 'reader/api/v1/findings', 'api/v1/findings'],
  ['reader/*', 'reader/', ''],
  ['/reader/*', 'reader/a', 'a'],
  ['api/:id/x', 'api/7/x', ''],
  ['*', 'any/thing', 'any/thing'],
])('%s matches %s', (pattern, path, rest) => {
  expect(matchPattern(pattern, path)).toEqual({ rest });
});

it.each([
  ['reader/*', 'readers/a'],
  ['reader/*', 'admin/a'],
  ['reader/*', 'reader'],
  ['api/:id', 'api/7/more'],
  ['api/:id/x', 'api/7'],
])('%s does not match %s', (pattern, path) => {
  expect(matchPattern(pattern, path)).toBeNull();
});

describe('the first route that matches decides alone', () => {
  const routes = [
    route('admin/*', { reqRole: 'Admin' }),
    route('a/*', { reqRole: 'Viewer', method: 'GET' }),
    route('a/*', { reqRole: 'Admin', method: 'POST' }),
    route('act/*', { reqRole: 'Viewer', reqAction: 'loglake:triage' }),
    route('admin/open/*'),
  ];
  it('denies by its role, though a later route would allow', () => {
    expect(decideRoute(routes, 'GET', 'admin/open/x', caller('Editor')).outcome).toBe('denied');
  });
  it('tells methods apart', () => {
    expect(decideRoute(routes, 'GET', 'a/x', caller('Viewer'))).toMatchObject({ outcome: 'matched', rest: 'x' });
    expect(decideRoute(routes, 'POST', 'a/x', caller('Viewer')).outcome).toBe('denied');
    expect(decideRoute(routes, 'DELETE', 'a/x', caller('Admin')).outcome).toBe('not_found');
  });
  it('lets an action override the role, both ways', () => {
    expect(decideRoute(routes, 'GET', 'act/x', caller('Admin')).outcome).toBe('denied');
    expect(decideRoute(routes, 'GET', 'act/x', caller('Viewer', 'loglake:triage')).outcome).toBe('matched');
  });
  it('finds nothing for an unknown path', () => {
    expect(decideRoute(routes, 'GET', 'other/x', caller('Admin')).outcome).toBe('not_found');
  });
});

it('recognises paths that climb, however they are written', () => {
  for (const path of [
    'reader/../admin/x',
    'reader/%2e%2e/x',
    'reader/.%2E/x',
    'reader/./x',
    'reader/a%2fb',
    'reader/a%5c..',
    'a\\b',
  ]) {
    expect(climbs(path), path).toBe(true);
  }
  for (const path of ['reader/api/v1/findings', 'reader/a..b', 'reader/.well-known', 'reader/f%20g']) {
    expect(climbs(path), path).toBe(false);
  }
});
