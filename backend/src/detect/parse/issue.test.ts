import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { sigmaCodes, sigmaWarningCodes } from './issue.ts';

test('docs/reference/sigma.md lists every code with its meaning, and no other', () => {
  const file = fileURLToPath(new URL('../../../../docs/reference/sigma.md', import.meta.url));
  const rows = [...readFileSync(file, 'utf8').matchAll(/^\| `(sigma\.[a-z_.]+)`\s*\| (.*?)\s*\|$/gm)];
  const listed = Object.fromEntries(rows.map((row): [string, string] => [row[1] ?? '', row[2] ?? '']));
  expect(listed).toEqual({ ...sigmaCodes, ...sigmaWarningCodes });
});
