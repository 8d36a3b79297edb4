import { expect, it } from 'vitest';
import { routes } from '@loglake/contract/routes';
import { addressOf } from './address.ts';

const base = '/api/plugin-proxy/app';

it('puts each route under the prefix of the role it needs', () => {
  expect(addressOf('app', 'listFindings')).toBe(`${base}/reader/api/v1/findings`);
  expect(addressOf('app', 'triageFindings')).toBe(`${base}/triager/api/v1/findings/actions`);
  expect(addressOf('app', 'effectiveConfig')).toBe(`${base}/admin/api/v1/config`);
  expect(() => addressOf('app', 'ingestLogs')).toThrow('not for people');
});

it('writes lists as one parameter and leaves out what is not set', () => {
  expect(
    addressOf(
      'app',
      'listFindings',
      {},
      { state: ['new', 'resolved'], text: 'a b&c', host: undefined, user: '', severity: [] }
    )
  ).toBe(`${base}/reader/api/v1/findings?state=new%2Cresolved&text=a+b%26c`);
});

it('encodes parameters, and refuses those that are missing or climb', () => {
  expect(addressOf('app', 'getFinding', { findingId: 'a/b?c' })).toBe(`${base}/reader/api/v1/findings/a%2Fb%3Fc`);
  for (const findingId of ['', '.', '..', undefined]) {
    expect(() => addressOf('app', 'getFinding', { findingId })).toThrow(TypeError);
  }
});

it('knows an address for every route that people may call', () => {
  const params = { findingId: 'f', ruleId: 'r', scenarioId: 's', runId: 'x', backfillId: 'b' };
  for (const name of Object.keys(routes) as (keyof typeof routes)[]) {
    if (routes[name].role !== 'ingest') expect(addressOf('app', name, params)).toMatch(/\/(reader|triager|admin)\//);
  }
});
