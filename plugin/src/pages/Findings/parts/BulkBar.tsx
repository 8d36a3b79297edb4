import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import type { Finding } from '@loglake/contract/finding';
import { testIds } from '../../../test-ids.ts';
import type { Triage } from '../useTriage.ts';
import { ActionButtons } from './ActionButtons.tsx';

const styles = (theme: GrafanaTheme2) => ({
  bar: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(2),
    padding: theme.spacing(1, 2),
    background: theme.colors.background.secondary,
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
    position: 'sticky',
    top: 0,
    zIndex: theme.zIndex.navbarFixed,
  }),
});

/** Appears with a selection: one action for all of it. */
export function BulkBar({
  selected,
  triage,
  onClear,
}: {
  selected: readonly Finding[];
  triage: Triage;
  onClear: () => void;
}) {
  const { bar } = useStyles2(styles);
  if (selected.length === 0) return null;
  return (
    <div className={bar} role="toolbar" aria-label="Selected findings" data-testid={testIds.findings.bulkBar}>
      <strong>{selected.length} selected</strong>
      <ActionButtons findings={selected} busy={triage.busy} onAct={(action) => void triage.act(selected, action)} />
      <Button size="sm" variant="secondary" fill="text" onClick={onClear}>
        Clear selection
      </Button>
    </div>
  );
}
