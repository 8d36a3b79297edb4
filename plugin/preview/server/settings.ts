import { z } from 'zod';
import type { TemplateData } from './template.ts';

const text = z.string().max(4096);
/** What Grafana's configuration page posts; secrets that are not named keep their value. */
export const settingsUpdate = z.object({
  enabled: z.boolean().optional(),
  pinned: z.boolean().optional(),
  jsonData: z.record(z.string(), z.unknown()).optional(),
  secureJsonData: z.record(z.string(), text).optional(),
});
export type SettingsUpdate = z.infer<typeof settingsUpdate>;

/** The app's settings, in memory: a restart of the preview forgets what was typed in. Secrets are write-only. */
export function createAppSettings(initial: TemplateData) {
  let jsonData = { ...initial.JsonData };
  let secure = { ...initial.SecureJsonData };
  return {
    templateData: (): TemplateData => ({ JsonData: jsonData, SecureJsonData: secure }),
    update(change: SettingsUpdate): void {
      if (change.jsonData !== undefined) jsonData = change.jsonData;
      secure = { ...secure, ...change.secureJsonData };
    },
    /** As Grafana shows it: which secrets are set, never their values. */
    shown: () => ({
      enabled: true,
      pinned: true,
      jsonData,
      secureJsonFields: Object.fromEntries(Object.entries(secure).map(([name, value]) => [name, value !== ''])),
    }),
  };
}
export type AppSettings = ReturnType<typeof createAppSettings>;
