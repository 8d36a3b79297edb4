import React from 'react';
import { useStyles2 } from '@grafana/ui';
import type { SourceList } from '../../../api/sources.ts';
import type { Loaded } from '../../../api/use-resource.ts';
import { Ago } from '../../../parts/Ago.tsx';
import { countText } from '../../../parts/format.ts';
import { ResourceView } from '../../../parts/ResourceView.tsx';
import { Section } from '../../../parts/Section.tsx';
import { tableStyles } from '../../../parts/table-styles.ts';
import { testIds } from '../../../test-ids.ts';

/** What arrives, by parser, and when the last line of each came. */
export function Sources({ sources }: { sources: Loaded<SourceList> }) {
  const { scroll, table, number, nowrap } = useStyles2(tableStyles);
  return (
    <Section title="Sources" data-testid={testIds.overview.sources}>
      <ResourceView loaded={sources} what="sources">
        {(data) =>
          data.sources.length === 0 ? (
            <p>No line has arrived yet.</p>
          ) : (
            <div className={scroll}>
              <table className={table}>
                <thead>
                  <tr>
                    <th scope="col">Parser</th>
                    <th scope="col" className={number}>
                      Lines
                    </th>
                    <th scope="col">Last line</th>
                  </tr>
                </thead>
                <tbody>
                  {data.sources.map((source) => (
                    <tr key={source.parser}>
                      <td>{source.parser}</td>
                      <td className={number}>{countText(source.lines)}</td>
                      <td className={nowrap}>
                        <Ago at={source.lastReceivedAt} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </ResourceView>
    </Section>
  );
}
