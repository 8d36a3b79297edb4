import { findingStates, type FindingState } from '@loglake/contract/finding';
import { severities, type Severity } from '@loglake/contract/scalar';
import type { FindingQuery } from '../../api/findings.ts';

export const sorts = ['lastSeen', 'severity', 'createdAt'] as const;
export type FindingSort = (typeof sorts)[number];

/** What the page's address says. No `state` means open ones, `state=all` every state. */
export interface FindingsFilter {
  readonly states: readonly FindingState[];
  readonly severities: readonly Severity[];
  readonly text: string;
  readonly showRuns: boolean;
  readonly runId: string;
  readonly ruleId: string;
  readonly sort: FindingSort;
}

export const openStates: readonly FindingState[] = ['new', 'acknowledged', 'investigating'];

function listIn<T extends string>(text: string | null, known: readonly T[]): T[] {
  const wanted = new Set((text ?? '').split(','));
  return known.filter((one) => wanted.has(one));
}

function statesOf(text: string | null): readonly FindingState[] {
  if (text === 'all') return [];
  const given = listIn(text, findingStates);
  return given.length === 0 ? openStates : given;
}

/** Reads the address; what it does not know is left out. */
export function filterOf(search: URLSearchParams): FindingsFilter {
  return {
    states: statesOf(search.get('state')),
    severities: listIn(search.get('severity'), severities),
    text: (search.get('text') ?? '').slice(0, 200),
    showRuns: search.get('runs') === 'include',
    runId: search.get('runId') ?? '',
    ruleId: search.get('ruleId') ?? '',
    sort: sorts.find((sort) => sort === search.get('sort')) ?? 'lastSeen',
  };
}

/** Writes the address; what is the default is left out. */
export function searchOf(filter: FindingsFilter): URLSearchParams {
  const search = new URLSearchParams();
  const set = (name: string, value: string, usual = '') => {
    if (value !== usual) search.set(name, value);
  };
  set('state', filter.states.length === 0 ? 'all' : filter.states.join(','), openStates.join(','));
  set('severity', filter.severities.join(','));
  set('text', filter.text);
  set('runs', filter.showRuns ? 'include' : '');
  set('runId', filter.runId);
  set('ruleId', filter.ruleId);
  set('sort', filter.sort, 'lastSeen');
  return search;
}

/** What is asked of the service. One run's findings are shown whether runs are or not. */
export function queryOf(filter: FindingsFilter, cursor: string | null): FindingQuery {
  return {
    ...(filter.states.length === 0 ? {} : { state: [...filter.states] }),
    ...(filter.severities.length === 0 ? {} : { severity: [...filter.severities] }),
    ...(filter.text === '' ? {} : { text: filter.text }),
    ...(filter.ruleId === '' ? {} : { ruleId: filter.ruleId }),
    ...(filter.runId === '' ? {} : { runId: filter.runId }),
    ...(cursor === null ? {} : { cursor }),
    runs: filter.showRuns || filter.runId !== '' ? 'include' : 'exclude',
    sort: filter.sort,
    limit: 50,
  };
}
