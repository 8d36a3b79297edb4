import { expect, it } from 'vitest';
import { problemOf } from './service-problem.ts';

it('keeps code, detail and issues of the service’s problem', () => {
  const body = {
    type: 'about:blank',
    title: 'The request is not valid',
    status: 400,
    code: 'request.invalid',
    detail: 'speed is too high',
    issues: [{ code: 'too_big', message: 'at most 100', path: 'speed' }],
  };
  const problem = problemOf(400, body);
  expect(problem).toMatchObject({ kind: 'invalid', code: 'request.invalid', message: 'speed is too high' });
  expect(problem.issues).toHaveLength(1);
});

it.each([
  [401, 'refused'],
  [403, 'refused'],
  [404, 'not_found'],
  [409, 'conflict'],
  [422, 'invalid'],
  [429, 'unavailable'],
  [500, 'failed'],
  [502, 'unavailable'],
  [503, 'unavailable'],
  [0, 'unavailable'],
])('status %i is %s', (status, kind) => {
  expect(problemOf(status, '<html>').kind).toBe(kind);
});

it('shows what Grafana’s proxy says, and takes its 500 for a missing configuration', () => {
  expect(problemOf(403, { message: 'plugin proxy route access denied' }).message).toContain('denied');
  expect(problemOf(500, { message: 'not configured' }).kind).toBe('unavailable');
});
