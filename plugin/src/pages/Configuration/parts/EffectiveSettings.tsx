import React from 'react';
import { Badge, useStyles2 } from '@grafana/ui';
import { useEffectiveConfig } from '../../../api/health.ts';
import { ResourceView } from '../../../parts/ResourceView.tsx';
import { Section } from '../../../parts/Section.tsx';
import { tableStyles } from '../../../parts/table-styles.ts';
import { testIds } from '../../../test-ids.ts';

/** The service's settings as they are in force, read-only: they come from its environment. */
export function EffectiveSettings() {
  const loaded = useEffectiveConfig();
  const { scroll, table, breakable, secondary } = useStyles2(tableStyles);
  return (
    <Section title="Settings of the service" data-testid={testIds.configuration.settings}>
      <ResourceView loaded={loaded} what="the settings">
        {({ version, settings }) => (
          <>
            <p className={secondary}>
              Version {version}. Set by environment variables of the service; secrets are left out.
            </p>
            {settings.length === 0 ? (
              <p>The service tells of no settings.</p>
            ) : (
              <div className={scroll}>
                <table className={table} aria-label="Settings of the service">
                  <thead>
                    <tr>
                      <th scope="col">Variable</th>
                      <th scope="col">Value</th>
                      <th scope="col">Set</th>
                    </tr>
                  </thead>
                  <tbody>
                    {settings.map((setting) => (
                      <tr key={setting.name}>
                        <td>
                          <code>{setting.name}</code>
                        </td>
                        <td className={breakable}>
                          {setting.value === '' ? <span className={secondary}>empty</span> : setting.value}
                        </td>
                        <td>
                          {setting.isDefault ? (
                            <span className={secondary}>default</span>
                          ) : (
                            <Badge text="set" color="blue" />
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </>
        )}
      </ResourceView>
    </Section>
  );
}
