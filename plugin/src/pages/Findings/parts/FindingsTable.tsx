import React from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Badge, Checkbox, Icon, useStyles2 } from '@grafana/ui';
import { Link } from 'react-router-dom';
import type { Finding } from '@loglake/contract/finding';
import { Ago } from '../../../parts/Ago.tsx';
import { countText, groupText } from '../../../parts/format.ts';
import { SeverityBadge } from '../../../parts/SeverityBadge.tsx';
import { StateBadge } from '../../../parts/StateBadge.tsx';
import { tableStyles } from '../../../parts/table-styles.ts';
import { testIds } from '../../../test-ids.ts';
import type { FindingSort } from '../filter-url.ts';

const styles = (theme: GrafanaTheme2) => ({
  ...tableStyles(theme),
  row: css({ '&:hover': { background: theme.colors.action.hover } }),
  chosen: css({ background: theme.colors.action.selected }),
  sort: css({
    all: 'unset',
    cursor: 'pointer',
    display: 'inline-flex',
    gap: 4,
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}` },
  }),
  title: css({
    fontWeight: theme.typography.fontWeightMedium,
    color: theme.colors.text.primary,
    '&:hover': { textDecoration: 'underline' },
  }),
  head: css({ position: 'sticky', top: 0 }),
  framed: css({
    '&& th:first-child, && td:first-child': { paddingLeft: theme.spacing(1.5) },
    '&& th:last-child, && td:last-child': { paddingRight: theme.spacing(1.5) },
  }),
  box: css({
    background: theme.colors.background.primary,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
  }),
});

interface Props {
  findings: readonly Finding[];
  selected: readonly Finding[];
  sort: FindingSort;
  openId: string | null;
  onSort: (sort: FindingSort) => void;
  onToggle: (ids: readonly string[], chosen: boolean) => void;
  addressOf: (finding: Finding) => string;
}

function SortHeader({
  name,
  sort,
  current,
  onSort,
}: {
  name: string;
  sort: FindingSort;
  current: FindingSort;
  onSort: (sort: FindingSort) => void;
}) {
  const { sort: button } = useStyles2(styles);
  const active = sort === current;
  return (
    <th scope="col" aria-sort={active ? 'descending' : 'none'}>
      <button type="button" className={button} onClick={() => onSort(sort)}>
        {name} {active && <Icon name="arrow-down" size="sm" />}
      </button>
    </th>
  );
}

function entitiesText(finding: Finding): string {
  const few = (values: readonly string[]) =>
    values.length > 2 ? `${values.slice(0, 2).join(', ')} +${values.length - 2}` : values.join(', ');
  return [finding.hosts, finding.users, finding.srcIps].map(few).filter(Boolean).join(' · ');
}

function Row({
  finding,
  chosen,
  open,
  onToggle,
  address,
}: {
  finding: Finding;
  chosen: boolean;
  open: boolean;
  onToggle: Props['onToggle'];
  address: string;
}) {
  const { row, chosen: chosenStyle, title, secondary, number, nowrap, breakable } = useStyles2(styles);
  return (
    <tr className={cx(row, (chosen || open) && chosenStyle)} data-finding={finding.findingId}>
      <td>
        <Checkbox
          value={chosen}
          aria-label={`Select ${finding.title}`}
          onChange={(event) => onToggle([finding.findingId], event.currentTarget.checked)}
        />
      </td>
      <td>
        <SeverityBadge severity={finding.severity} />
      </td>
      <td className={breakable}>
        <Link className={title} to={address}>
          {finding.title}
        </Link>{' '}
        {finding.runId !== '' && <Badge text="Scenario run" color="purple" />}
        <div className={secondary}>{groupText(finding.group)}</div>
      </td>
      <td>
        <StateBadge state={finding.state} closeReason={finding.closeReason} />
        {finding.assignee !== null && <div className={secondary}>{finding.assignee}</div>}
      </td>
      <td className={breakable}>{entitiesText(finding)}</td>
      <td className={number}>{finding.risk}</td>
      <td className={number}>{countText(finding.count)}</td>
      <td className={nowrap}>
        <Ago at={finding.lastSeen} />
      </td>
      <td className={nowrap}>
        <Ago at={finding.createdAt} />
      </td>
    </tr>
  );
}

/** The list. The title opens the finding; sorting is done by the service, highest or newest first. */
export function FindingsTable({ findings, selected, sort, openId, onSort, onToggle, addressOf }: Props) {
  const { box, scroll, table, framed, number } = useStyles2(styles);
  const chosenIds = new Set(selected.map((finding) => finding.findingId));
  const all = findings.length > 0 && findings.every((finding) => chosenIds.has(finding.findingId));
  return (
    <div className={cx(box, scroll)}>
      <table className={cx(table, framed)} data-testid={testIds.findings.table}>
        <thead>
          <tr>
            <th scope="col">
              <Checkbox
                value={all}
                indeterminate={!all && chosenIds.size > 0}
                aria-label="Select all on this page"
                onChange={(event) =>
                  onToggle(
                    findings.map((finding) => finding.findingId),
                    event.currentTarget.checked
                  )
                }
              />
            </th>
            <SortHeader name="Severity" sort="severity" current={sort} onSort={onSort} />
            <th scope="col">Finding</th>
            <th scope="col">State</th>
            <th scope="col">Host, user, address</th>
            <th scope="col" className={number}>
              Risk
            </th>
            <th scope="col" className={number}>
              Matches
            </th>
            <SortHeader name="Last seen" sort="lastSeen" current={sort} onSort={onSort} />
            <SortHeader name="Created" sort="createdAt" current={sort} onSort={onSort} />
          </tr>
        </thead>
        <tbody>
          {findings.map((finding) => (
            <Row
              key={finding.findingId}
              finding={finding}
              chosen={chosenIds.has(finding.findingId)}
              open={finding.findingId === openId}
              onToggle={onToggle}
              address={addressOf(finding)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
