import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { InlineSwitch, RadioButtonGroup, Stack, useStyles2 } from '@grafana/ui';
import { LiveBadge } from '../../parts/LiveBadge.tsx';
import { ResourceView } from '../../parts/ResourceView.tsx';
import { testIds } from '../../test-ids.ts';
import { Counts } from './parts/Counts.tsx';
import { FirstSteps } from './parts/FirstSteps.tsx';
import { HealthItems } from './parts/HealthItems.tsx';
import { Reading } from './parts/Reading.tsx';
import { Sources } from './parts/Sources.tsx';
import { Timeline } from './parts/Timeline.tsx';
import { TopRules } from './parts/TopRules.tsx';
import { Unmatched } from './parts/Unmatched.tsx';
import { ranges, useOverviewPage } from './useOverviewPage.ts';

const styles = (theme: GrafanaTheme2) => ({
  columns: css({
    display: 'grid',
    gap: theme.spacing(2),
    gridTemplateColumns: 'repeat(2, minmax(0, 1fr))',
    [theme.breakpoints.down('lg')]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  }),
});

/** The first look: what was found, whether anything is missed, what arrives. */
export function OverviewPage() {
  const { data, actions } = useOverviewPage();
  const { columns } = useStyles2(styles);
  const controls = (
    <Stack gap={1} alignItems="center" wrap="wrap">
      <InlineSwitch
        id="overview-runs"
        label="Show scenario runs"
        showLabel
        value={data.showRuns}
        onChange={(event) => actions.setShowRuns(event.currentTarget.checked)}
      />
      <RadioButtonGroup
        aria-label="Period"
        options={ranges.map(({ value, label }) => ({ value, label }))}
        value={data.range.value}
        onChange={actions.setRange}
      />
      <LiveBadge />
    </Stack>
  );
  return (
    <PluginPage
      pageNav={{ text: 'Overview' }}
      subTitle="What was found, and whether anything is missed."
      actions={controls}
    >
      <div data-testid={testIds.overview.page}>
        <Stack direction="column" gap={2}>
          <ResourceView loaded={data.counts} what="findings">
            {(counts) =>
              counts.summary.total === '0' ? (
                <FirstSteps range={data.range.label} showRuns={data.showRuns} />
              ) : (
                <Stack direction="column" gap={2}>
                  <Counts summary={counts.summary} showRuns={data.showRuns} />
                  <div className={columns}>
                    <Timeline counts={counts} />
                    <TopRules summary={counts.summary} showRuns={data.showRuns} />
                  </div>
                </Stack>
              )
            }
          </ResourceView>
          <Reading ledger={data.ledger} />
          <HealthItems health={data.health} />
          <div className={columns}>
            <Sources sources={data.sources} />
            <Unmatched unmatched={data.unmatched} />
          </div>
        </Stack>
      </div>
    </PluginPage>
  );
}
