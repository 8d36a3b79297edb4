import { expect, it } from 'vitest';
import { interpolate, TemplateError } from './template.ts';

const data = { JsonData: { serviceUrl: 'http://s:1', n: 5 }, SecureJsonData: { token: 'secret' } };

it('fills in settings and secrets, with or without spaces', () => {
  expect(interpolate('{{ .JsonData.serviceUrl }}/x', data)).toBe('http://s:1/x');
  expect(interpolate('Bearer {{.SecureJsonData.token}}', data)).toBe('Bearer secret');
  expect(interpolate('plain', data)).toBe('plain');
});

it('refuses what is empty, missing, or another expression', () => {
  for (const text of [
    '{{ .JsonData.missing }}',
    '{{ .SecureJsonData.serviceUrl }}',
    '{{ .JsonData.n }}',
    '{{ printf "x" }}',
    '{{}}',
  ]) {
    expect(() => interpolate(text, data), text).toThrow(TemplateError);
  }
});
