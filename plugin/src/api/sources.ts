import type { JsonResponse } from '@loglake/contract/routes';
import { call } from './client.ts';
import { useResource, type Loaded } from './use-resource.ts';

export type SourceList = JsonResponse<'listSources'>;
export type UnmatchedPage = JsonResponse<'listUnmatched'>;

/** What arrives, by parser, asked for every 15 s. */
export function useSources(): Loaded<SourceList> {
  return useResource('sources', (signal) => call('listSources', { signal }), { everyMs: 15_000 });
}

/** The ten groups of lines that no parser claims, by sender and program. */
export function useUnmatched(): Loaded<UnmatchedPage> {
  return useResource('unmatched', (signal) => call('listUnmatched', { query: { limit: 10 }, signal }), {
    everyMs: 60_000,
  });
}
