import React from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { ScenarioRun } from '@loglake/contract/scenario';
import { countText } from '../../../parts/format.ts';
import { percentOf } from './run-state.ts';

const styles = (theme: GrafanaTheme2) => ({
  row: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), minWidth: 140 }),
  track: css({
    flex: 1,
    minWidth: 60,
    height: 8,
    borderRadius: theme.shape.radius.pill,
    background: theme.colors.background.secondary,
    border: `1px solid ${theme.colors.border.weak}`,
    overflow: 'hidden',
  }),
  bar: css({
    height: '100%',
    background: theme.colors.primary.main,
    [theme.transitions.handleMotion('no-preference')]: { transition: 'width 0.5s linear' },
  }),
  resting: css({ background: theme.colors.warning.main }),
  ended: css({ background: theme.colors.text.disabled }),
  text: css({
    whiteSpace: 'nowrap',
    fontVariantNumeric: 'tabular-nums',
    fontSize: theme.typography.bodySmall.fontSize,
    color: theme.colors.text.secondary,
  }),
});

/** Lines sent of all lines, as a bar and in numbers. */
export function RunProgress({ run }: { run: Pick<ScenarioRun, 'sent' | 'total' | 'state'> }) {
  const { row, track, bar, resting, ended, text } = useStyles2(styles);
  const { sent, total, state } = run;
  const percent = percentOf(run);
  const numbers = `${countText(sent)} of ${countText(total)} lines`;
  const cut = state === 'stopped' || state === 'failed' || state === 'removed';
  return (
    <div className={row}>
      <div
        className={track}
        role="progressbar"
        aria-label="Lines sent"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={numbers}
      >
        <div className={cx(bar, state === 'paused' && resting, cut && ended)} style={{ width: `${percent}%` }} />
      </div>
      <span className={text}>{numbers}</span>
    </div>
  );
}
