import type { z } from 'zod';
import type { findingQuery, TriageOutcome, TriageRequest } from '@loglake/contract/finding';
import type { JsonResponse } from '@loglake/contract/routes';
import { call } from './client.ts';
import { useLiveReload } from './use-live.tsx';
import { useResource, type Loaded } from './use-resource.ts';

export type FindingQuery = z.input<typeof findingQuery>;
export type FindingPage = JsonResponse<'listFindings'>;
export type FindingSummary = JsonResponse<'findingSummary'>;
export type FindingTimeline = JsonResponse<'findingTimeline'>;
export type FindingHistory = JsonResponse<'findingHistory'>;
export type FindingDetail = JsonResponse<'getFinding'>;

/** One page of the list; a live hint loads it anew. */
export function useFindings(query: FindingQuery): Loaded<FindingPage> {
  const loaded = useResource(JSON.stringify(query), (signal) => call('listFindings', { query, signal }), {
    keepWhileLoading: true,
  });
  useLiveReload(loaded.reload);
  return loaded;
}

/** One finding with its evidence; reloads when a hint names it. */
export function useFinding(findingId: string): Loaded<FindingDetail> {
  const loaded = useResource(findingId, (signal) => call('getFinding', { params: { findingId }, signal }));
  useLiveReload(loaded.reload, (message) => message.kind !== 'hint' || message.hint.findingId === findingId);
  return loaded;
}

export function useFindingHistory(findingId: string): Loaded<FindingHistory> {
  const loaded = useResource(findingId, (signal) => call('findingHistory', { params: { findingId }, signal }));
  useLiveReload(loaded.reload, (message) => message.kind !== 'hint' || message.hint.findingId === findingId);
  return loaded;
}

export interface FindingCounts {
  summary: FindingSummary;
  timeline: FindingTimeline;
  /** The period that was asked for, Unix milliseconds. */
  from: number;
  to: number;
}

/** Counts and timeline of the last `rangeMs`; the end moves on with every reload. */
export function useFindingCounts(
  rangeMs: number,
  bucketSeconds: number,
  runs: 'exclude' | 'include'
): Loaded<FindingCounts> {
  const load = async (signal: AbortSignal): Promise<FindingCounts> => {
    // One minute ahead: events may be stamped a little later than this browser's clock.
    const to = Date.now() + 60_000;
    const from = to - rangeMs;
    const query = { runs, from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const [summary, timeline] = await Promise.all([
      call('findingSummary', { query, signal }),
      call('findingTimeline', { query: { ...query, bucketSeconds }, signal }),
    ]);
    return { summary, timeline, from, to };
  };
  const loaded = useResource(`${rangeMs} ${bucketSeconds} ${runs}`, load, { keepWhileLoading: true, everyMs: 60_000 });
  useLiveReload(loaded.reload, undefined, 1000);
  return loaded;
}

/** The timeline of a given period, Unix milliseconds. */
export function useFindingTimeline(
  from: number,
  to: number,
  bucketSeconds: number,
  runs: 'exclude' | 'include'
): Loaded<FindingTimeline> {
  const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), bucketSeconds, runs };
  return useResource(JSON.stringify(query), (signal) => call('findingTimeline', { query, signal }), {
    keepWhileLoading: true,
  });
}

/** Sends a triage action; gives one outcome per finding. Needs the triager role. */
export async function triage(request: TriageRequest): Promise<TriageOutcome[]> {
  return (await call('triageFindings', { body: request })).outcomes;
}
