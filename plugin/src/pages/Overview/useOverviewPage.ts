import { useSearchParams } from 'react-router-dom';
import { useFindingCounts } from '../../api/findings.ts';
import { useHealth, useLedger } from '../../api/health.ts';
import { useSources, useUnmatched } from '../../api/sources.ts';
import { bucketSecondsOf } from '../../parts/timeline.ts';

export const ranges = [
  { value: '1h', label: '1 hour', ms: 3_600_000 },
  { value: '24h', label: '24 hours', ms: 86_400_000 },
  { value: '7d', label: '7 days', ms: 7 * 86_400_000 },
  { value: '30d', label: '30 days', ms: 30 * 86_400_000 },
] as const;
export type RangeName = (typeof ranges)[number]['value'];

/** What the Overview shows; period and runs switch live in the address. */
export function useOverviewPage() {
  const [search, setSearch] = useSearchParams();
  const range = ranges.find(({ value }) => value === search.get('range')) ?? ranges[1];
  const showRuns = search.get('runs') === 'include';
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value === '') next.delete(name);
    else next.set(name, value);
    setSearch(next, { replace: true });
  };
  return {
    data: {
      range,
      showRuns,
      counts: useFindingCounts(range.ms, bucketSecondsOf(range.ms), showRuns ? 'include' : 'exclude'),
      health: useHealth(),
      ledger: useLedger(),
      sources: useSources(),
      unmatched: useUnmatched(),
    },
    actions: {
      setRange: (name: RangeName) => set('range', name === '24h' ? '' : name),
      setShowRuns: (shown: boolean) => set('runs', shown ? 'include' : ''),
    },
  };
}
