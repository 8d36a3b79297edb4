import { expect, it } from 'vitest';
import { problemOf } from '../../../api/service-problem.ts';
import { checkOf } from './connection.ts';

const answered = (status: number, code: string) =>
  problemOf(status, { type: `urn:loglake:problem:${code}`, title: 'T', status, code, detail: 'details' });

it.each([
  [502, { message: 'The rules service does not answer.' }, /Cannot reach/],
  [503, null, /Cannot reach/],
  [504, '<html>gateway</html>', /Cannot reach/],
  [0, {}, /Nothing answers/],
  [404, '<html>nginx</html>', /not the rules service/],
  [500, { message: 'not configured' }, /could not use the settings/],
  [403, { message: 'plugin proxy route access denied' }, /Refused by Grafana/],
])('an answer %i that is not of the service is told apart', (status, body, words) => {
  const check = checkOf('reader', problemOf(status, body));
  expect(check).toMatchObject({ role: 'reader', good: false });
  expect(check.text).toMatch(words);
});

it.each([
  [401, 'request.unauthorised', /Wrong token/],
  [403, 'request.forbidden', /another role/],
  [503, 'store.unavailable', /accepts the token, but its store fails: details/],
  [503, 'service.starting', /starting/],
  [429, 'request.rate_limited', /no more requests/],
  [500, 'service.internal', /fails: details/],
])('the service answering %i %s is told in plain words', (status, code, words) => {
  const check = checkOf('admin', answered(status, code));
  expect(check.good).toBe(false);
  expect(check.text).toMatch(words);
});

it('knows that a run which does not exist proves the triager token, and that a page which does not exist does not', () => {
  expect(checkOf('triager', answered(404, 'scenario.run_not_found')).good).toBe(true);
  expect(checkOf('triager', answered(404, 'request.not_found')).good).toBe(false);
});
