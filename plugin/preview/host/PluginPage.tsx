import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import type { PluginPageProps } from '@grafana/runtime';
import { useStyles2 } from '@grafana/ui';
import { useLocation } from 'react-router';
import { boot } from './boot.ts';

const styles = (theme: GrafanaTheme2) => ({
  page: css({ padding: theme.spacing(3, 4), maxWidth: 1600, width: '100%', margin: '0 auto' }),
  head: css({
    display: 'flex',
    gap: theme.spacing(2),
    alignItems: 'flex-start',
    flexWrap: 'wrap',
    marginBottom: theme.spacing(2),
  }),
  title: css({ flex: 1, minWidth: 200, '& h1': { margin: 0 } }),
  sub: css({ color: theme.colors.text.secondary }),
});

/** Grafana's page frame for plugins: title, subtitle, actions. */
export function PluginPage({ pageNav, subTitle, renderTitle, actions, info, children }: PluginPageProps) {
  const { page, head, title, sub } = useStyles2(styles);
  const { pathname } = useLocation();
  const entry = boot().app.includes.find((include) => include.path !== '' && pathname.startsWith(include.path));
  const text = pageNav?.text ?? entry?.name ?? boot().app.name;
  const below = subTitle ?? pageNav?.subTitle;
  return (
    <div className={page}>
      <div className={head}>
        <div className={title}>
          {renderTitle ? renderTitle(text) : <h1>{text}</h1>}
          {below && <div className={sub}>{below}</div>}
        </div>
        {info?.map((item) => (
          <div key={item.label}>
            {item.label}: {item.value}
          </div>
        ))}
        {actions}
      </div>
      {children}
    </div>
  );
}
