import React from 'react';
import { PluginPage } from '@grafana/runtime';
import { Button, EmptyState, LinkButton, Stack } from '@grafana/ui';
import type { FindingPage } from '../../api/findings.ts';
import { LiveBadge } from '../../parts/LiveBadge.tsx';
import { ResourceView } from '../../parts/ResourceView.tsx';
import { appRoot } from '../../plugin-id.ts';
import { testIds } from '../../test-ids.ts';
import type { FindingsFilter } from './filter-url.ts';
import { BulkBar } from './parts/BulkBar.tsx';
import { FilterBar } from './parts/FilterBar.tsx';
import { FindingDrawer } from './parts/FindingDrawer.tsx';
import { FindingsTable } from './parts/FindingsTable.tsx';
import { TriageOutcomes } from './parts/TriageOutcomes.tsx';
import { useFindingsPage } from './useFindingsPage.ts';

/** Nothing to list: say whether that is because of the filter. */
function NoFindings({ filter, onShowAll }: { filter: FindingsFilter; onShowAll: () => void }) {
  const narrowed = filter.states.length > 0 || filter.severities.length > 0 || filter.text !== '' || !filter.showRuns;
  return (
    <div data-testid={testIds.empty}>
      <EmptyState
        variant={narrowed ? 'not-found' : 'call-to-action'}
        message={narrowed ? 'No findings match these filters' : 'No findings yet'}
        button={
          <Stack gap={1} justifyContent="center">
            {narrowed && (
              <Button variant="secondary" onClick={onShowAll}>
                Show every state, with scenario runs
              </Button>
            )}
            <LinkButton href={`${appRoot}/scenarios`} icon="play">
              Play a scenario
            </LinkButton>
          </Stack>
        }
      >
        {narrowed && !filter.showRuns && 'Findings of scenario runs are hidden.'}
      </EmptyState>
    </div>
  );
}

function Pages({ page, paging }: { page: FindingPage; paging: ReturnType<typeof useFindingsPage>['data']['paging'] }) {
  const { nextCursor } = page;
  if (nextCursor === null && paging.number === 1) return null;
  return (
    <Stack gap={1} alignItems="center" justifyContent="flex-end">
      <Button variant="secondary" size="sm" icon="angle-left" disabled={paging.number === 1} onClick={paging.previous}>
        Previous
      </Button>
      <span>Page {paging.number}</span>
      <Button
        variant="secondary"
        size="sm"
        icon="angle-right"
        iconPlacement="right"
        disabled={nextCursor === null}
        onClick={() => nextCursor !== null && paging.next(nextCursor)}
      >
        Next
      </Button>
    </Stack>
  );
}

/** The triage desk: findings as a list, one of them open beside it. */
export function FindingsPage() {
  const { data, actions } = useFindingsPage();
  const { filter, findings, paging, selected, triage, openId } = data;
  const showAll = () =>
    actions.setFilter({ states: [], severities: [], text: '', showRuns: true, ruleId: '', runId: '' });
  return (
    <PluginPage pageNav={{ text: 'Findings' }} subTitle="What the rules found, to be judged." actions={<LiveBadge />}>
      <div data-testid={testIds.findings.page}>
        <Stack direction="column" gap={2}>
          <FilterBar filter={filter} onChange={actions.setFilter} busy={findings.busy} />
          <TriageOutcomes triage={triage} />
          <BulkBar selected={selected} triage={triage} onClear={actions.clearSelection} />
          <ResourceView loaded={findings} what="findings">
            {(page) =>
              page.items.length === 0 && paging.number === 1 ? (
                <NoFindings filter={filter} onShowAll={showAll} />
              ) : (
                <>
                  <FindingsTable
                    findings={page.items}
                    selected={selected}
                    sort={filter.sort}
                    openId={openId}
                    onSort={(sort) => actions.setFilter({ sort })}
                    onToggle={actions.toggle}
                    addressOf={actions.addressOf}
                  />
                  <Pages page={page} paging={paging} />
                </>
              )
            }
          </ResourceView>
        </Stack>
      </div>
      {openId !== null && <FindingDrawer key={openId} findingId={openId} onClose={actions.closeDetail} />}
    </PluginPage>
  );
}
