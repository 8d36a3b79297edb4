import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { UnmatchedPage } from '../../../api/sources.ts';
import type { Loaded } from '../../../api/use-resource.ts';
import { countText, pluralText } from '../../../parts/format.ts';
import { ResourceView } from '../../../parts/ResourceView.tsx';
import { Section } from '../../../parts/Section.tsx';
import { tableStyles } from '../../../parts/table-styles.ts';

const styles = (theme: GrafanaTheme2) => ({
  ...tableStyles(theme),
  example: css({
    fontFamily: theme.typography.fontFamilyMonospace,
    fontSize: theme.typography.bodySmall.fontSize,
    color: theme.colors.text.secondary,
    overflowWrap: 'anywhere',
    display: '-webkit-box',
    WebkitLineClamp: 2,
    WebkitBoxOrient: 'vertical',
    overflow: 'hidden',
  }),
});

function Groups({ page }: { page: UnmatchedPage }) {
  const { scroll, table, number, secondary, example, breakable } = useStyles2(styles);
  const total = page.items.reduce((sum, group) => sum + BigInt(group.count), BigInt(0));
  return (
    <>
      <p className={secondary}>
        {pluralText(String(total), 'line')} that no parser understands
        {page.nextCursor === null ? '' : ' in the groups shown, and more beyond'}. They are kept as they came, but no
        rule reads them.
      </p>
      <div className={scroll}>
        <table className={table}>
          <thead>
            <tr>
              <th scope="col">Sender, program, an example</th>
              <th scope="col" className={number}>
                Lines
              </th>
            </tr>
          </thead>
          <tbody>
            {page.items.map((group) => (
              <tr key={`${group.sender} ${group.program}`}>
                <td className={breakable}>
                  {group.sender} {group.program === '' ? '(no program)' : group.program}
                  <div className={example}>{group.examples[0]}</div>
                </td>
                <td className={number}>{countText(group.count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Lines that no parser claims: nothing is missed in silence. */
export function Unmatched({ unmatched }: { unmatched: Loaded<UnmatchedPage> }) {
  return (
    <Section title="Unmatched lines">
      <ResourceView loaded={unmatched} what="unmatched lines">
        {(page) =>
          page.items.length === 0 ? (
            <p>None: every line that arrived was claimed by a parser.</p>
          ) : (
            <Groups page={page} />
          )
        }
      </ResourceView>
    </Section>
  );
}
