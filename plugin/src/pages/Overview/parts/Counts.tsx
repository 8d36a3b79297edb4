import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { Link } from 'react-router-dom';
import { findingStates } from '@loglake/contract/finding';
import type { FindingSummary } from '../../../api/findings.ts';
import { countText } from '../../../parts/format.ts';
import { severitiesDown, severityColour, severityNames } from '../../../parts/severity.ts';
import { stateNames } from '../../../parts/StateBadge.tsx';
import { appRoot } from '../../../plugin-id.ts';
import { testIds } from '../../../test-ids.ts';

const styles = (theme: GrafanaTheme2) => ({
  tiles: css({ display: 'grid', gap: theme.spacing(1), gridTemplateColumns: 'repeat(auto-fit, minmax(130px, 1fr))' }),
  tile: css({
    display: 'block',
    padding: theme.spacing(1.5, 2),
    background: theme.colors.background.primary,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    borderTopWidth: 3,
    color: theme.colors.text.primary,
    '&:hover': { background: theme.colors.emphasize(theme.colors.background.primary, 0.03) },
  }),
  name: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  value: css({ fontSize: theme.typography.h2.fontSize, lineHeight: 1.2, fontVariantNumeric: 'tabular-nums' }),
});

interface TileProps {
  name: string;
  value: string;
  search: string;
  colour?: string;
}

function Tile({ name, value, search, colour }: TileProps) {
  const { tile, name: nameStyle, value: valueStyle } = useStyles2(styles);
  return (
    <Link className={tile} to={`${appRoot}/findings?${search}`} style={{ borderTopColor: colour }}>
      <div className={valueStyle}>{countText(value)}</div>
      <div className={nameStyle}>{name}</div>
    </Link>
  );
}

/** The period's findings by severity and by state; each number leads to its list. */
export function Counts({ summary, showRuns }: { summary: FindingSummary; showRuns: boolean }) {
  const { tiles } = useStyles2(styles);
  const theme = useTheme2();
  const runs = showRuns ? '&runs=include' : '';
  return (
    <div data-testid={testIds.overview.counts} style={{ display: 'grid', gap: 8 }}>
      <div className={tiles} role="group" aria-label="Findings by severity">
        <Tile name="Open" value={summary.open} search={runs.slice(1)} colour={theme.colors.primary.main} />
        {severitiesDown.map((severity) => (
          <Tile
            key={severity}
            name={severityNames[severity]}
            value={summary.bySeverity[severity]}
            search={`state=all&severity=${severity}${runs}`}
            colour={severityColour(theme, severity)}
          />
        ))}
      </div>
      <div className={tiles} role="group" aria-label="Findings by state">
        <Tile name="All" value={summary.total} search={`state=all${runs}`} />
        {findingStates.map((state) => (
          <Tile key={state} name={stateNames[state]} value={summary.byState[state]} search={`state=${state}${runs}`} />
        ))}
      </div>
    </div>
  );
}
