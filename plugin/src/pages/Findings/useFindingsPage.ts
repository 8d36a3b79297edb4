import { useState } from 'react';
import { useLocation, useNavigate, useParams, useSearchParams } from 'react-router-dom';
import type { Finding } from '@loglake/contract/finding';
import { useFindings } from '../../api/findings.ts';
import { appRoot } from '../../plugin-id.ts';
import { filterOf, queryOf, searchOf, type FindingsFilter } from './filter-url.ts';
import { useTriage } from './useTriage.ts';

/** Where the list stands: the cursors of the pages before this one, and its own. */
function usePaging(key: string) {
  const [held, setHeld] = useState<{ key: string; cursors: readonly string[] }>({ key, cursors: [] });
  // Another filter begins at the first page.
  const cursors = held.key === key ? held.cursors : [];
  return {
    number: cursors.length + 1,
    cursor: cursors.at(-1) ?? null,
    next: (cursor: string) => setHeld({ key, cursors: [...cursors, cursor] }),
    previous: () => setHeld({ key, cursors: cursors.slice(0, -1) }),
  };
}

/** What the Findings page shows and does. The filter lives in the address. */
export function useFindingsPage() {
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();
  const location = useLocation();
  const { findingId = null } = useParams();
  const filter = filterOf(search);
  const paging = usePaging(search.toString());
  const findings = useFindings(queryOf(filter, paging.cursor));
  const [selectedIds, setSelectedIds] = useState<ReadonlySet<string>>(new Set());
  const triage = useTriage(() => {
    setSelectedIds(new Set());
    findings.reload();
  });

  const rows = findings.resource.state === 'ready' ? findings.resource.data.items : [];
  const selected = rows.filter((row) => selectedIds.has(row.findingId));
  const toggle = (ids: readonly string[], chosen: boolean): void => {
    const next = new Set(selected.map((row) => row.findingId));
    for (const id of ids) {
      if (chosen) next.add(id);
      else next.delete(id);
    }
    setSelectedIds(next);
  };

  return {
    data: { filter, findings, paging, selected, triage, openId: findingId },
    actions: {
      setFilter: (change: Partial<FindingsFilter>) => setSearch(searchOf({ ...filter, ...change }), { replace: true }),
      addressOf: (finding: Finding) => `${appRoot}/findings/${encodeURIComponent(finding.findingId)}${location.search}`,
      closeDetail: () => navigate(`${appRoot}/findings${location.search}`),
      toggle,
      clearSelection: () => setSelectedIds(new Set()),
    },
  };
}
