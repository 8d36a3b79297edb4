import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import type { Severity } from '@loglake/contract/scalar';
import { severityColour, severityNames } from './severity.ts';

const styles = (theme: GrafanaTheme2) => ({
  badge: css({ display: 'inline-flex', alignItems: 'center', gap: theme.spacing(0.75), whiteSpace: 'nowrap' }),
  mark: css({ width: 10, height: 10, borderRadius: 2, flex: 'none' }),
});

/** A severity: its colour and its name. */
export function SeverityBadge({ severity }: { severity: Severity }) {
  const { badge, mark } = useStyles2(styles);
  const theme = useTheme2();
  return (
    <span className={badge}>
      <span className={mark} style={{ background: severityColour(theme, severity) }} aria-hidden />
      {severityNames[severity]}
    </span>
  );
}
