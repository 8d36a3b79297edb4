import React from 'react';
import { EmptyState, LinkButton, Stack } from '@grafana/ui';
import { mayCall } from '../../../app/permission.ts';
import { useEffectiveConfig } from '../../../api/health.ts';
import { appRoot } from '../../../plugin-id.ts';
import { testIds } from '../../../test-ids.ts';

/** The syslog address, from the settings in force; only administrators may read them. */
function SyslogAddress() {
  const { resource } = useEffectiveConfig();
  const settings = resource.state === 'ready' ? resource.data.settings : [];
  const value = (name: string) => settings.find((setting) => setting.name === name)?.value;
  const [host, port] = [value('LOGLAKE_SYSLOG_HOST'), value('LOGLAKE_SYSLOG_PORT')];
  if (host === undefined || port === undefined) return <DefaultAddress />;
  return (
    <>
      The service listens for syslog on <code>{`${host}:${port}`}</code>, UDP and TCP.
    </>
  );
}

function DefaultAddress() {
  return (
    <>
      The service listens for syslog on port <code>5514</code> (UDP and TCP), unless it was set up otherwise.
    </>
  );
}

/** Nothing was found: what to do to see something, without pretending. */
export function FirstSteps({ range, showRuns }: { range: string; showRuns: boolean }) {
  return (
    <div data-testid={testIds.empty}>
      <EmptyState
        variant="call-to-action"
        message={`No findings in the last ${range}`}
        button={
          <Stack gap={1} justifyContent="center">
            <LinkButton href={`${appRoot}/scenarios`} icon="play">
              Play a scenario
            </LinkButton>
            <LinkButton href={`${appRoot}/findings?state=all&runs=include`} variant="secondary">
              All findings
            </LinkButton>
          </Stack>
        }
      >
        <p>
          Play an attack scenario to see how findings look, or send your own logs.{' '}
          {mayCall('effectiveConfig') ? <SyslogAddress /> : <DefaultAddress />}
        </p>
        {!showRuns && <p>Findings of scenario runs are not counted here unless “Show scenario runs” is on.</p>}
      </EmptyState>
    </div>
  );
}
