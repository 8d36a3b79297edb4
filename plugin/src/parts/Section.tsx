import React, { useId, type ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

const styles = (theme: GrafanaTheme2) => ({
  box: css({
    background: theme.colors.background.primary,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    padding: theme.spacing(2),
    minWidth: 0,
  }),
  head: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), marginBottom: theme.spacing(1.5) }),
  title: css({ ...theme.typography.h5, margin: 0, flex: 1 }),
});

interface Props {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
  'data-testid'?: string;
}

/** A titled box, a region for screen readers. */
export function Section({ title, actions, children, 'data-testid': testId }: Props) {
  const { box, head, title: titleStyle } = useStyles2(styles);
  const id = useId();
  return (
    <section className={box} aria-labelledby={id} data-testid={testId}>
      <div className={head}>
        <h2 className={titleStyle} id={id}>
          {title}
        </h2>
        {actions}
      </div>
      {children}
    </section>
  );
}
