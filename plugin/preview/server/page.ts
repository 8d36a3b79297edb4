import type { PackagedPlugin } from './plugin-json.ts';
import type { PreviewUser } from './session.ts';

/** The page: every script is a file of ours, so that the policy needs no inline scripts. */
export const pageHtml = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Loglake SIEM preview</title>
    <base href="/" />
    <link rel="icon" href="/preview/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/preview/assets/host.css" />
    <script src="/preview/boot.js"></script>
    <script src="/preview/assets/main.js" type="module"></script>
  </head>
  <body>
    <div id="reactRoot"></div>
    <noscript>The preview needs JavaScript.</noscript>
  </body>
</html>
`;

/** What the page is told about the packaged plugin; `settings` as Grafana shows them. */
export interface PreviewBoot {
  readonly app: PackagedPlugin['json'];
  readonly panels: readonly PackagedPlugin['json'][];
  readonly settings: unknown;
}

/** The classic script that must run first: Grafana's packages read window.grafanaBootData while they load. */
export function bootScript(user: PreviewUser, theme: 'dark' | 'light', boot: PreviewBoot): string {
  const bootData = {
    user: {
      id: user.id,
      uid: user.login,
      isSignedIn: true,
      login: user.login,
      name: user.name,
      email: `${user.login}@preview.invalid`,
      orgRole: user.role,
      orgId: 1,
      orgName: 'Preview',
      orgCount: 1,
      isGrafanaAdmin: user.role === 'Admin',
      theme,
      lightTheme: theme === 'light',
      timezone: 'browser',
      weekStart: 'browser',
      language: 'en-US',
      locale: 'en-US',
      permissions: {},
    },
    settings: { appSubUrl: '', buildInfo: { version: '13.2.2', commit: 'preview', env: 'production' } },
    navTree: [],
    assets: { dark: '', light: '' },
  };
  // <, U+2028 and U+2029 cannot end a script or a line of one.
  const json = (value: unknown) =>
    JSON.stringify(value).replace(/[<\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `window.grafanaBootData = ${json(bootData)};\nwindow.loglakePreview = ${json(boot)};\n`;
}
