import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPreviewApp } from './app.ts';
import type { PreviewLog } from './log.ts';
import { readPackagedApp } from './plugin-json.ts';
import { createAppSettings } from './settings.ts';

export interface PreviewOptions {
  /** 0 takes any free port. */
  port: number;
  host: string;
  serviceUrl: string;
  tokens: { reader: string; triager: string; admin: string };
  log: PreviewLog;
  /** The packaged plugin, plugin/dist. */
  pluginDist: string;
  /** The built host page, plugin/preview/dist/public. */
  assetsDir: string;
  /** Default true: the preview is the service's trusted peer. */
  sendUserHeader?: boolean;
}

export interface Preview {
  readonly url: string;
  stop(): Promise<void>;
}

function taken(error: NodeJS.ErrnoException, options: PreviewOptions): Error {
  if (error.code !== 'EADDRINUSE') return error;
  return new Error(`Port ${options.port} is taken: set LOGLAKE_PREVIEW_PORT to another one.`, { cause: error });
}

/**
 * Starts the page that shows the packaged plugin without a Grafana server. Not a production login: anybody who
 * reaches the port may choose among its three users. Throws when the plugin is not built or the port is taken.
 */
export async function startPreview(options: PreviewOptions): Promise<Preview> {
  const settings = createAppSettings({
    JsonData: { serviceUrl: options.serviceUrl },
    SecureJsonData: {
      readerToken: options.tokens.reader,
      triagerToken: options.tokens.triager,
      adminToken: options.tokens.admin,
    },
  });
  const app = createPreviewApp({
    plugins: readPackagedApp(options.pluginDist),
    settings,
    assetsDir: options.assetsDir,
    host: options.host,
    sendUserHeader: options.sendUserHeader ?? true,
    log: options.log,
  });
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(taken(error, options)));
    server.listen(options.port, options.host, resolve);
  });
  // A TCP server's address is never a pipe name.
  const { port } = server.address() as AddressInfo;
  const shown = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${shown}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
