import React, { useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, useStyles2 } from '@grafana/ui';
import type { EvidenceEvent } from '@loglake/contract/finding';
import type { FindingDetail } from '../../../api/findings.ts';
import { At } from '../../../parts/Ago.tsx';
import { countText } from '../../../parts/format.ts';
import { Section } from '../../../parts/Section.tsx';
import { tableStyles } from '../../../parts/table-styles.ts';
import { testIds } from '../../../test-ids.ts';

const styles = (theme: GrafanaTheme2) => ({
  ...tableStyles(theme),
  line: css({
    fontFamily: theme.typography.fontFamilyMonospace,
    fontSize: theme.typography.bodySmall.fontSize,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  }),
  fields: css({
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    gap: theme.spacing(0, 2),
    fontSize: theme.typography.bodySmall.fontSize,
    margin: theme.spacing(0.5, 0, 0),
    dt: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
    dd: { margin: 0, overflowWrap: 'anywhere', fontFamily: theme.typography.fontFamilyMonospace },
  }),
});

function EventRow({ event }: { event: EvidenceEvent }) {
  const { line, nowrap, fields, secondary } = useStyles2(styles);
  const [open, setOpen] = useState(false);
  const toggle = () => setOpen(!open);
  return (
    <tr>
      <td>
        <IconButton
          name={open ? 'angle-down' : 'angle-right'}
          aria-label={open ? 'Hide fields' : 'Show fields'}
          aria-expanded={open}
          onClick={toggle}
        />
      </td>
      <td className={nowrap}>
        <At at={event.ts} />
        {open && (
          <div className={secondary}>
            received <At at={event.receivedAt} />
          </div>
        )}
      </td>
      <td>
        <div className={line}>{event.raw}</div>
        {open && (
          <dl className={fields}>
            {Object.entries(event.fields).map(([name, value]) => (
              <React.Fragment key={name}>
                <dt>{name}</dt>
                <dd>{value ?? '–'}</dd>
              </React.Fragment>
            ))}
          </dl>
        )}
      </td>
    </tr>
  );
}

/** The very log lines behind the finding, as received: text, never read as HTML or Markdown. */
export function Evidence({ detail: { events, eventsTotal } }: { detail: FindingDetail }) {
  const { scroll, table, secondary } = useStyles2(styles);
  const shown = String(events.length);
  return (
    <Section
      title="The log lines behind it"
      actions={
        <span className={secondary}>
          {shown === eventsTotal ? countText(shown) : `${countText(shown)} of ${countText(eventsTotal)}`}
        </span>
      }
    >
      {events.length === 0 ? (
        <p>The lines are no longer kept, or cannot be found.</p>
      ) : (
        <div className={scroll}>
          <table className={table} data-testid={testIds.findings.evidence}>
            <thead>
              <tr>
                <th scope="col" aria-label="Fields" />
                <th scope="col">Time of the event</th>
                <th scope="col">Line as received</th>
              </tr>
            </thead>
            <tbody>
              {events.map((event) => (
                <EventRow key={event.eventId} event={event} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
