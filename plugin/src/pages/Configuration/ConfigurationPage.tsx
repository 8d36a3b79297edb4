import React from 'react';
import type { AppPluginMeta, PluginConfigPageProps } from '@grafana/data';
import { Alert, Stack } from '@grafana/ui';
import { ErrorBoundary } from '../../app/ErrorBoundary.tsx';
import { mayCall, refusedText } from '../../app/permission.ts';
import { ProblemAlert } from '../../parts/ProblemAlert.tsx';
import { testIds } from '../../test-ids.ts';
import { ConnectionTest } from './parts/ConnectionTest.tsx';
import { EffectiveSettings } from './parts/EffectiveSettings.tsx';
import { SettingsForm } from './parts/SettingsForm.tsx';
import { useConfigurationPage } from './useConfigurationPage.ts';

function Configuration({ plugin }: PluginConfigPageProps<AppPluginMeta>) {
  const { data, actions } = useConfigurationPage(plugin.meta);
  const { save, test } = data;
  const isAdmin = mayCall('effectiveConfig');
  return (
    <div data-testid={testIds.configuration.page}>
      <Stack direction="column" gap={3}>
        {!isAdmin && <Alert severity="info" title={`${refusedText.admin} to change this`} />}
        {data.saved && (
          <Alert
            severity="success"
            title="Saved"
            role="status"
            onRemove={actions.dismissSaved}
            data-testid={testIds.configuration.saved}
          />
        )}
        {save.problem && <ProblemAlert problem={save.problem} onDismiss={save.dismiss} />}
        <SettingsForm
          serviceUrl={data.serviceUrl}
          configured={data.configured}
          busy={save.busy}
          refusal={isAdmin ? null : refusedText.admin}
          onSave={(input) => void save.run(input)}
        />
        {isAdmin && (
          <>
            <ConnectionTest
              report={data.report}
              problem={test.problem}
              busy={test.busy}
              onTest={() => void test.run()}
            />
            <EffectiveSettings />
          </>
        )}
      </Stack>
    </div>
  );
}

/** Grafana's configuration page of the app: where the service is, its tokens, whether it works, how it is set up. */
export function ConfigurationPage(props: PluginConfigPageProps<AppPluginMeta>) {
  return (
    <ErrorBoundary>
      <Configuration {...props} />
    </ErrorBoundary>
  );
}
