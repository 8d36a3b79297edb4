import path from 'node:path';
import express, { type Express, type Request, type Response } from 'express';
import helmet from 'helmet';
import { z } from 'zod';
import { createGuard } from './guard.ts';
import type { PreviewLog } from './log.ts';
import { bootScript, pageHtml } from './page.ts';
import { grafanaRoleSatisfies, type GrafanaRole, type PackagedPlugin } from './plugin-json.ts';
import { createPluginProxy } from './proxy.ts';
import { signIn, userOf, type PreviewUser } from './session.ts';
import { settingsUpdate, type AppSettings } from './settings.ts';

export interface PreviewAppDeps {
  readonly plugins: { app: PackagedPlugin; panels: PackagedPlugin[] };
  readonly settings: AppSettings;
  /** Folder of the built host page (preview/dist/public). */
  readonly assetsDir: string;
  readonly host: string;
  readonly sendUserHeader: boolean;
  readonly log: PreviewLog;
}

/** Emotion writes style elements, icons are inlined SVGs; scripts are files of ours only. */
const policy = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  // Plain HTTP on loopback: nothing to be strict about.
  strictTransportSecurity: false,
});

/** The user, or null after answering 401 or 403. */
function demand(request: Request, response: Response, role: GrafanaRole): PreviewUser | null {
  const user = userOf(request);
  if (user === null) response.status(401).json({ message: 'Choose a user first.' });
  else if (!grafanaRoleSatisfies(user.role, role)) response.status(403).json({ message: 'Your role may not do that.' });
  else return user;
  return null;
}

const themeOf = (request: Request): 'dark' | 'light' =>
  (request.get('cookie') ?? '').includes('loglake_preview_theme=light') ? 'light' : 'dark';

function addSession(app: Express): void {
  const body = express.json({ limit: '64kb' });
  app.post('/preview/session', body, (request, response) => {
    const wanted = z.object({ login: z.unknown() }).safeParse(request.body);
    try {
      response.json({ login: signIn(response, wanted.data?.login).login });
    } catch {
      response.status(400).json({ message: 'There is no such user.' });
    }
  });
  app.post('/preview/theme', body, (request, response) => {
    const wanted = z.object({ theme: z.enum(['dark', 'light']) }).safeParse(request.body);
    if (!wanted.success) {
      response.status(400).json({ message: 'There is no such theme.' });
      return;
    }
    response.cookie('loglake_preview_theme', wanted.data.theme, { httpOnly: true, sameSite: 'strict', path: '/' });
    response.json(wanted.data);
  });
}

function addPluginApi(app: Express, deps: PreviewAppDeps): void {
  const { json } = deps.plugins.app;
  app.get(`/api/plugins/${json.id}/settings`, (request, response) => {
    if (demand(request, response, 'Viewer')) response.json({ ...json, ...deps.settings.shown() });
  });
  app.post(`/api/plugins/${json.id}/settings`, express.json({ limit: '64kb' }), (request, response) => {
    if (!demand(request, response, 'Admin')) return;
    const change = settingsUpdate.safeParse(request.body);
    if (!change.success) {
      response.status(400).json({ message: 'bad request data' });
      return;
    }
    deps.settings.update(change.data);
    response.json({ message: 'Plugin settings updated' });
  });
  app.use(
    `/api/plugin-proxy/${json.id}`,
    createPluginProxy({
      routes: json.routes,
      templateData: deps.settings.templateData,
      sendUserHeader: deps.sendUserHeader,
      log: deps.log,
    })
  );
  app.use('/api', (_request, response) => response.status(404).json({ message: 'Not found' }));
}

function addFiles(app: Express, deps: PreviewAppDeps): void {
  for (const { json, dir } of [deps.plugins.app, ...deps.plugins.panels]) {
    app.use(`/public/plugins/${json.id}`, express.static(dir, { index: false, fallthrough: false }));
  }
  app.use('/public/build/img', express.static(path.join(deps.assetsDir, 'img'), { maxAge: '1h', fallthrough: false }));
  app.use('/preview/assets', express.static(deps.assetsDir, { index: false, fallthrough: false }));
  app.get('/preview/icon.svg', (_request, response) =>
    response.sendFile(path.join(deps.plugins.app.dir, deps.plugins.app.json.info.logos.small))
  );
  app.get('/preview/boot.js', (request, response) => {
    const user = userOf(request);
    const boot = {
      app: deps.plugins.app.json,
      panels: deps.plugins.panels.map((panel) => panel.json),
      settings: deps.settings.shown(),
    };
    response.type('text/javascript').set('Cache-Control', 'no-store');
    if (user === null) response.status(401).send('');
    else response.send(bootScript(user, themeOf(request), boot));
  });
}

/** The preview host: session, plugin settings, proxy, files, and one page for every other address. */
export function createPreviewApp(deps: PreviewAppDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(policy);
  app.use(createGuard(deps.host));
  addSession(app);
  addPluginApi(app, deps);
  addFiles(app, deps);
  const start = deps.plugins.app.json.includes.find((include) => include.defaultNav)?.path ?? '/';
  app.get('/', (_request, response) => response.redirect(start));
  app.get('/*page', (request, response) => {
    if (userOf(request) === null) signIn(response, 'editor');
    response.set('Cache-Control', 'no-store').type('html').send(pageHtml);
  });
  return app;
}
