import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';

/** One look for every table of the app. */
export const tableStyles = (theme: GrafanaTheme2) => ({
  scroll: css({ overflowX: 'auto', position: 'relative' }),
  table: css({
    width: '100%',
    borderCollapse: 'collapse',
    'th, td': {
      padding: theme.spacing(0.75, 1),
      textAlign: 'left',
      verticalAlign: 'top',
      borderBottom: `1px solid ${theme.colors.border.weak}`,
    },
    'th:first-child, td:first-child': { paddingLeft: 0 },
    'th:last-child, td:last-child': { paddingRight: 0 },
    'tbody tr:last-child td': { borderBottom: 'none' },
    th: {
      color: theme.colors.text.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
      fontWeight: theme.typography.fontWeightMedium,
      whiteSpace: 'nowrap',
    },
  }),
  number: css({ textAlign: 'right !important' as 'right', fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }),
  nowrap: css({ whiteSpace: 'nowrap' }),
  secondary: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  breakable: css({ overflowWrap: 'anywhere' }),
  link: css({ color: theme.colors.text.link, '&:hover': { textDecoration: 'underline' } }),
});
