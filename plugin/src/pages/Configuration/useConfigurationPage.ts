import { useEffect, useState } from 'react';
import type { AppPluginMeta } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import type { Health } from '@loglake/contract/source';
import { saveAppSettings } from '../../api/client.ts';
import { checkHealth, readEffectiveConfig } from '../../api/health.ts';
import { controlRun } from '../../api/scenarios.ts';
import { ServiceProblem } from '../../api/service-problem.ts';
import { useAction } from '../../api/use-action.ts';
import { checkOf, type ConnectionCheck, type TokenRole } from './parts/connection.ts';
import { appJsonData, settingsOf, tokenFields, type SettingsInput } from './parts/settings.ts';

/** What came of a connection test; `health` when the service could be asked for it. */
export interface ConnectionReport {
  readonly checks: readonly ConnectionCheck[];
  readonly health: Health | null;
}

async function checkRole(role: TokenRole, ask: () => Promise<unknown>): Promise<ConnectionCheck> {
  try {
    await ask();
    return { role, good: true, text: 'Accepted.' };
  } catch (error) {
    if (error instanceof ServiceProblem) return checkOf(role, error);
    throw error;
  }
}

/** Uses each token once, on something that changes nothing: there is no run of that name. */
async function testConnection(): Promise<ConnectionReport> {
  let health: Health | null = null;
  const checks = await Promise.all([
    checkRole('reader', async () => {
      health = await checkHealth();
    }),
    checkRole('triager', () => controlRun('connection-test', { kind: 'pause' })),
    checkRole('admin', () => readEffectiveConfig()),
  ]);
  return { checks, health };
}

/** Put into the address by a save, which loads the page anew: Grafana hands out new settings only then. */
const savedMark = 'saved';

function takeSavedMark(): boolean {
  const saved = locationService.getSearchObject()[savedMark] !== undefined;
  if (saved) locationService.partial({ [savedMark]: null }, true);
  return saved;
}

/** What the configuration page shows and does. */
export function useConfigurationPage(meta: AppPluginMeta | undefined) {
  const [saved, setSaved] = useState(false);
  const [report, setReport] = useState<ConnectionReport | null>(null);
  const test = useAction(async () => {
    setReport(null);
    setReport(await testConnection());
  });
  const save = useAction(async (input: SettingsInput) => {
    await saveAppSettings(settingsOf(input));
    locationService.partial({ [savedMark]: 'true' }, true);
    // Not locationService.reload, which keeps the settings that Grafana has already handed out.
    window.location.reload();
  });
  const runTest = test.run;
  useEffect(() => {
    if (!takeSavedMark()) return;
    setSaved(true);
    void runTest();
  }, [runTest]);
  const configured = (role: TokenRole): boolean => meta?.secureJsonFields?.[tokenFields[role]] === true;
  return {
    data: { serviceUrl: appJsonData.parse(meta?.jsonData).serviceUrl, configured, saved, report, test, save },
    actions: { dismissSaved: () => setSaved(false) },
  };
}
