import { useEffect, useState, type ReactNode } from 'react';
import { css, cx } from '@emotion/css';
import {
  AppEvents,
  BusEventWithPayload,
  type EventBusExtended,
  type GrafanaTheme2,
  type IconName,
} from '@grafana/data';
import { config } from '@grafana/runtime';
import { Alert, Button, Combobox, Icon, useStyles2 } from '@grafana/ui';
import { Link, useLocation } from './link.tsx';
import { boot } from './boot.ts';

const styles = (theme: GrafanaTheme2) => ({
  frame: css({ display: 'grid', gridTemplateColumns: '220px 1fr', gridTemplateRows: 'auto 1fr', minHeight: '100vh' }),
  notice: css({
    gridColumn: '1 / -1',
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(2),
    alignItems: 'center',
    padding: theme.spacing(0.75, 2),
    background: theme.colors.background.primary,
    borderBottom: `1px solid ${theme.colors.border.weak}`,
  }),
  says: css({ flex: 1, color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  nav: css({
    borderRight: `1px solid ${theme.colors.border.weak}`,
    background: theme.colors.background.primary,
    padding: theme.spacing(2, 1),
  }),
  brand: css({
    display: 'flex',
    gap: theme.spacing(1),
    alignItems: 'center',
    padding: theme.spacing(0, 1, 2),
    fontWeight: theme.typography.fontWeightMedium,
  }),
  item: css({
    display: 'flex',
    gap: theme.spacing(1),
    alignItems: 'center',
    padding: theme.spacing(0.75, 1),
    borderRadius: theme.shape.radius.default,
    color: theme.colors.text.secondary,
    '&:hover': { background: theme.colors.action.hover, color: theme.colors.text.primary },
  }),
  here: css({ background: theme.colors.action.selected, color: theme.colors.text.primary }),
  group: css({
    padding: theme.spacing(2, 1, 0.5),
    fontSize: theme.typography.bodySmall.fontSize,
    color: theme.colors.text.secondary,
  }),
  main: css({ minWidth: 0, background: theme.colors.background.canvas }),
  toasts: css({ position: 'fixed', right: 16, bottom: 16, zIndex: theme.zIndex.portal, width: 380 }),
});

async function post(path: string, body: object): Promise<void> {
  await window.fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  window.location.reload();
}

const users = [
  { value: 'viewer', label: 'Viewer' },
  { value: 'editor', label: 'Editor' },
  { value: 'admin', label: 'Admin' },
];

function Notice() {
  const { notice, says } = useStyles2(styles);
  const { user } = config.bootData;
  const other = user.theme === 'light' ? 'dark' : 'light';
  return (
    <header className={notice}>
      <span className={says}>
        Preview without a Grafana server. This is no production login: anybody here may be any user.
      </span>
      <Combobox
        id="preview-user"
        aria-label="User"
        width={16}
        options={users}
        value={user.login}
        onChange={(option) => void post('/preview/session', { login: option.value })}
      />
      <Button variant="secondary" icon="adjust-circle" onClick={() => void post('/preview/theme', { theme: other })}>
        {other === 'light' ? 'Light theme' : 'Dark theme'}
      </Button>
    </header>
  );
}

function Navigation() {
  const { nav, brand, item, here, group } = useStyles2(styles);
  const { pathname } = useLocation();
  const { app, panels } = boot();
  const isHere = (path: string) => pathname === path || pathname.startsWith(`${path}/`);
  const link = (path: string, name: string, icon: string) => (
    <Link
      key={path}
      to={path}
      className={cx(item, isHere(path) && here)}
      aria-current={isHere(path) ? 'page' : undefined}
    >
      <Icon name={icon as IconName} /> {name}
    </Link>
  );
  const pages = app.includes.filter((include) => include.type === 'page' && include.addToNav);
  const role = config.bootData.user.orgRole;
  const ranks = ['Viewer', 'Editor', 'Admin'];
  return (
    <nav className={nav} aria-label="Main">
      <div className={brand}>
        <img src="/preview/icon.svg" alt="" width={24} height={24} /> {app.name}
      </div>
      {pages
        .filter((page) => ranks.indexOf(role) >= ranks.indexOf(page.role))
        .map((page) => link(page.path, page.name, page.icon ?? 'apps'))}
      <div className={group}>Panels</div>
      {panels.map((panel) => link(`/preview/panels/${panel.id}`, panel.name, 'chart-line'))}
    </nav>
  );
}

interface Toast {
  id: number;
  text: string;
  severity: 'success' | 'warning' | 'error';
}

class Success extends BusEventWithPayload<unknown> {
  static type = AppEvents.alertSuccess.name;
}
class Warning extends BusEventWithPayload<unknown> {
  static type = AppEvents.alertWarning.name;
}
class Failure extends BusEventWithPayload<unknown> {
  static type = AppEvents.alertError.name;
}

function useToasts(events: EventBusExtended): [Toast[], (id: number) => void] {
  const [toasts, setToasts] = useState<Toast[]>([]);
  useEffect(() => {
    let id = 0;
    const show = (severity: Toast['severity'], payload: unknown): void => {
      const text = Array.isArray(payload) ? payload.filter(Boolean).join(': ') : String(payload);
      id += 1;
      setToasts((shown) => [...shown.slice(-4), { id, text, severity }]);
    };
    const subscriptions = [
      events.subscribe(Success, ({ payload }) => show('success', payload)),
      events.subscribe(Warning, ({ payload }) => show('warning', payload)),
      events.subscribe(Failure, ({ payload }) => show('error', payload)),
    ];
    return () => {
      for (const subscription of subscriptions) subscription.unsubscribe();
    };
  }, [events]);
  return [toasts, (id) => setToasts((shown) => shown.filter((toast) => toast.id !== id))];
}

/** Around every page: what this is, who one is, the navigation from plugin.json, and toasts. */
export function Shell({ events, children }: { events: EventBusExtended; children: ReactNode }) {
  const { frame, main, toasts: corner } = useStyles2(styles);
  const [toasts, dismiss] = useToasts(events);
  return (
    <div className={frame}>
      <Notice />
      <Navigation />
      <main className={main}>{children}</main>
      <div className={corner} aria-live="polite">
        {toasts.map((toast) => (
          <Alert
            key={toast.id}
            severity={toast.severity}
            title={toast.text}
            elevated
            onRemove={() => dismiss(toast.id)}
          />
        ))}
      </div>
    </div>
  );
}
