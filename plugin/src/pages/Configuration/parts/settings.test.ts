import { expect, it } from 'vitest';
import pluginJson from '../../../plugin.json';
import { appJsonData, serviceUrlProblem, settingsOf, tokenFields } from './settings.ts';

it.each(['http://127.0.0.1:8450', 'https://siem.example/loglake', 'http://loglake:8450/'])('accepts %s', (url) => {
  expect(serviceUrlProblem(url)).toBeUndefined();
});

it.each([
  '',
  'localhost:8450',
  '127.0.0.1',
  'ftp://x',
  'javascript:alert(1)',
  'http://u:p@host',
  'http://host/?a=1',
  'http://host/#x',
])('refuses %j as a service URL', (url) => {
  expect(serviceUrlProblem(url)).toBeTypeOf('string');
});

it('sends only the tokens that were typed in, so that the others keep their value', () => {
  const saved = settingsOf({ serviceUrl: ' http://host:1// ', tokens: { reader: ' abc\n', triager: '  ' } });
  expect(saved).toEqual({ jsonData: { serviceUrl: 'http://host:1' }, secureJsonData: { readerToken: 'abc' } });
});

it('names the settings as the proxy routes of plugin.json do', () => {
  const text = JSON.stringify(pluginJson.routes);
  for (const name of Object.values(tokenFields)) expect(text).toContain(`.SecureJsonData.${name} `);
  expect(text).toContain('.JsonData.serviceUrl ');
});

it('takes settings of another shape as not set', () => {
  expect(appJsonData.parse({ serviceUrl: 3 })).toEqual({ serviceUrl: '' });
  expect(appJsonData.parse(undefined)).toEqual({ serviceUrl: '' });
});
