import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allMutants, staleness } from './all-mutants.ts';

const textOf = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('every mutant finds its text once: one that finds nothing proves nothing', () => {
  expect(allMutants.flatMap((mutant) => staleness(mutant, (file) => textOf(`../../src/detect/${file}`)))).toEqual([]);
  expect(allMutants.filter(({ text, replacement }) => text === replacement)).toEqual([]);
});

test('the reference page names every mutant', () => {
  const page = textOf('../../../docs/reference/sigma-proof.md').replaceAll('\\', '');
  expect(allMutants.filter(({ name }) => !page.includes(name)).map(({ name }) => name)).toEqual([]);
});
