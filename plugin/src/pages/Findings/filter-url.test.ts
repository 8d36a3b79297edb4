import { expect, it } from 'vitest';
import { findingQuery } from '@loglake/contract/finding';
import { filterOf, queryOf, searchOf } from './filter-url.ts';

const of = (text: string) => filterOf(new URLSearchParams(text));

it('shows open findings without runs when the address says nothing', () => {
  expect(queryOf(of(''), null)).toEqual({
    state: ['new', 'acknowledged', 'investigating'],
    runs: 'exclude',
    sort: 'lastSeen',
    limit: 50,
  });
});

it.each([
  '',
  'state=all',
  'state=resolved&severity=high%2Ccritical&text=a+b&runs=include&sort=severity',
  'runId=run-1&ruleId=r',
])('the address "%s" survives reading and writing', (text) => {
  expect(searchOf(of(text)).toString()).toBe(new URLSearchParams(searchOf(of(text))).toString());
  expect(filterOf(searchOf(of(text)))).toEqual(of(text));
});

it('drops what it does not know, and always asks what the service accepts', () => {
  for (const text of ['state=nonsense&severity=x&sort=y&runs=z', `text=${'x'.repeat(500)}`, 'state=all&runs=only']) {
    expect(() => findingQuery.parse(queryOf(of(text), null))).not.toThrow();
  }
});

it('asks for the findings of one run even while runs are hidden', () => {
  expect(queryOf(of('runId=run-1'), 'c1')).toMatchObject({ runId: 'run-1', runs: 'include', cursor: 'c1' });
});
