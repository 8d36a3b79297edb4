import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { problemCatalogue } from './problem.ts';

it('docs/reference/errors.md lists exactly the catalogue', () => {
  const page = readFileSync(new URL('../../docs/reference/errors.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `([a-z_.]+)` +\| (\d{3}) +\| (.+?) +\|$/gm)].map((row) => row.slice(1, 4));
  const expected = Object.entries(problemCatalogue).map(([code, { status, title }]) => [code, String(status), title]);
  expect(listed).toEqual(expected);
});
