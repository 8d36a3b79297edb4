import React from 'react';
import { PluginPage } from '@grafana/runtime';
import { Alert, LinkButton, Stack, Text } from '@grafana/ui';
import type { ScenarioRun } from '@loglake/contract/scenario';
import { isRunning } from '../../api/scenarios.ts';
import { ProblemAlert } from '../../parts/ProblemAlert.tsx';
import { ResourceView } from '../../parts/ResourceView.tsx';
import { Section } from '../../parts/Section.tsx';
import { testIds } from '../../test-ids.ts';
import { findingsOfRunPath, scenariosPath } from './parts/addresses.ts';
import { Removal } from './parts/Removal.tsx';
import { RemoveRun } from './parts/RemoveRun.tsx';
import { RunBadge } from './parts/RunBadge.tsx';
import { RunControls } from './parts/RunControls.tsx';
import { RunFacts } from './parts/RunFacts.tsx';
import { RunProgress } from './parts/RunProgress.tsx';
import { VerdictView } from './parts/VerdictView.tsx';
import { useRunPage } from './useRunPage.ts';

/** What is said where there is no verdict. */
const noVerdict: Record<ScenarioRun['state'], string> = {
  playing: 'Comes when all lines are sent and their findings had time to arrive.',
  paused: 'Comes when all lines are sent and their findings had time to arrive.',
  settling: 'All lines are sent. Waiting for the findings they must raise.',
  finished: 'The run finished, but its verdict is not known.',
  stopped: 'The run was stopped before its end, so there is none.',
  failed: 'The run did not reach its end, so there is none.',
  removed: 'The run was removed with its log lines, events and findings.',
};

function Run({ run, page }: { run: ScenarioRun; page: ReturnType<typeof useRunPage> }) {
  const { control, remove } = page.data;
  const actions = (
    <Stack gap={1} alignItems="center" wrap="wrap">
      {run.state !== 'removed' && (
        <LinkButton variant="secondary" icon="shield-exclamation" href={findingsOfRunPath(run.runId)}>
          Findings of this run
        </LinkButton>
      )}
      {!isRunning(run) && <RemoveRun run={run} busy={remove.busy} onRemove={(removed) => void remove.run(removed)} />}
    </Stack>
  );
  return (
    <Stack direction="column" gap={2}>
      {run.error !== '' && (
        <Alert severity="error" title="The run could not be played to its end">
          {run.error}
        </Alert>
      )}
      <Section title={run.title} actions={actions} data-testid={testIds.scenarios.run}>
        <Stack direction="column" gap={2}>
          <Stack gap={2} alignItems="center">
            <span role="status">
              <RunBadge run={run} />
            </span>
            <div style={{ flex: 1 }}>
              <RunProgress run={run} />
            </div>
          </Stack>
          <RunControls run={run} busy={control.busy} onControl={(wanted) => void control.run(wanted)} />
          <RunFacts run={run} />
        </Stack>
      </Section>
      <Section title="Verdict">
        {run.verdict === null || run.state === 'removed' ? (
          <Text element="p" color="secondary">
            {noVerdict[run.state]}
          </Text>
        ) : (
          <VerdictView verdict={run.verdict} runId={run.runId} />
        )}
      </Section>
    </Stack>
  );
}

/** One run: live while it plays, then its verdict. */
export function RunPage() {
  const page = useRunPage();
  const { run, control, remove, removal } = page.data;
  return (
    <PluginPage
      pageNav={{ text: 'Scenario run', parentItem: { text: 'Scenarios', url: scenariosPath } }}
      actions={
        <LinkButton variant="secondary" fill="text" icon="arrow-left" href={scenariosPath}>
          All scenarios
        </LinkButton>
      }
    >
      <Stack direction="column" gap={2}>
        {control.problem && <ProblemAlert problem={control.problem} onDismiss={control.dismiss} />}
        {remove.problem && <ProblemAlert problem={remove.problem} onDismiss={remove.dismiss} />}
        {removal && <Removal removal={removal} onDismiss={page.actions.dismissRemoval} />}
        <ResourceView loaded={run} what="the run">
          {(data) => <Run run={data} page={page} />}
        </ResourceView>
      </Stack>
    </PluginPage>
  );
}
