import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, useStyles2 } from '@grafana/ui';

const styles = (theme: GrafanaTheme2) => ({
  frame: css({ position: 'relative' }),
  code: css({
    margin: 0,
    padding: theme.spacing(1),
    paddingRight: theme.spacing(10),
    maxHeight: 320,
    overflow: 'auto',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    fontFamily: theme.typography.fontFamilyMonospace,
    fontSize: theme.typography.bodySmall.fontSize,
    background: theme.colors.background.canvas,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    color: theme.colors.text.primary,
  }),
  copy: css({ position: 'absolute', top: theme.spacing(0.5), right: theme.spacing(0.5) }),
});

interface Props {
  text: string;
  /** What is copied, as in "Copy query". */
  what: string;
  'data-testid'?: string;
}

/** Text as it is, in a fixed-width font, with a button to copy it. Never read as HTML or Markdown. */
export function CodeText({ text, what, 'data-testid': testId }: Props) {
  const { frame, code, copy } = useStyles2(styles);
  return (
    <div className={frame}>
      <pre className={code} data-testid={testId} tabIndex={0} aria-label={what}>
        {text}
      </pre>
      <ClipboardButton
        className={copy}
        size="sm"
        variant="secondary"
        icon="copy"
        getText={() => text}
        aria-label={`Copy ${what}`}
      >
        Copy
      </ClipboardButton>
    </div>
  );
}
