import { expect, it } from 'vitest';
import { filterOf } from '../../Findings/filter-url.ts';
import { findingsOfRunPath, runPath } from './addresses.ts';

it('leads to the findings of that run, in every state, as the Findings page reads its address', () => {
  const hostile = 'a&runId=b#c/../d';
  const url = new URL(findingsOfRunPath(hostile), 'http://localhost');
  expect(url.pathname).toBe('/a/loglake-siem-app/findings');
  expect(filterOf(url.searchParams)).toMatchObject({ runId: hostile, states: [] });
});

it('keeps ids inside their part of the path', () => {
  expect(runPath('a/b?c')).toBe('/a/loglake-siem-app/scenarios/runs/a%2Fb%3Fc');
  expect(findingsOfRunPath('r', 'f/1')).toBe('/a/loglake-siem-app/findings/f%2F1?state=all&runId=r');
});
