import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { JsonResponse, JsonRouteName } from '@loglake/contract/routes';
import { routes } from '@loglake/contract/routes';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ready = z.object({ type: z.literal('ready'), url: z.string(), syslog: z.string(), secretsDir: z.string() });

export const serviceTokens = {
  reader: 'reader-token-0123456789',
  triager: 'triager-token-0123456789',
  admin: 'admin-token-0123456789',
  ingest: 'ingest-token-0123456789',
  scenario: 'scenario-token-0123456789',
} as const;

export interface ServiceProcess {
  readonly url: string;
  /** host:port of the syslog door. */
  readonly syslog: string;
  readonly dataDir: string;
  readonly child: ChildProcess;
  /** Calls a JSON route as admin and gives its parsed answer. Throws with status and body when it is refused. */
  call<N extends JsonRouteName>(name: N, path: string, body?: unknown): Promise<JsonResponse<N>>;
  /** Posts lines as the ingest role; gives the status. */
  post(lines: string, headers?: Record<string, string>): Promise<number>;
  /** What it wrote to its log so far, at most the last 200,000 characters. */
  log(): string;
  /** SIGTERM, then removes the data. */
  stop(): Promise<void>;
}

async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('exit', resolve));
}

function spawnService(dataDir: string, env: Record<string, string>): ChildProcess {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return fork(path.join(root, 'backend/src/main.ts'), [], {
    cwd: root,
    execArgv: ['--import', loader, '--conditions=loglake-source'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      LOGLAKE_DATA_DIR: dataDir,
      LOGLAKE_PORT: '0',
      LOGLAKE_SYSLOG_PORT: '0',
      LOGLAKE_DETECT_INTERVAL_MS: '200',
      LOGLAKE_TRUST_USER_HEADER: 'true',
      LOGLAKE_RATE_LIMIT_PER_MINUTE: '1000000',
      ...Object.fromEntries(
        Object.entries(serviceTokens).map(([role, token]) => [`LOGLAKE_TOKEN_${role.toUpperCase()}`, token])
      ),
      ...env,
    },
  });
}

/** The whole service as a process of its own, with an engine of its own, on free loopback ports. */
export async function startServiceProcess(env: Record<string, string> = {}): Promise<ServiceProcess> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'loglake-service-'));
  const child = spawnService(dataDir, env);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-200_000);
  });
  const message = await new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', () => reject(new Error(`the service ended: ${said.slice(-8000)}`)));
  });
  const { url, syslog } = ready.parse(message);
  return {
    url,
    syslog,
    dataDir,
    child,
    async call(name, address, body) {
      const response = await fetch(url + address, {
        method: routes[name].method,
        headers: {
          Authorization: `Bearer ${serviceTokens.admin}`,
          'X-Grafana-User': 'tester',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${text}`);
      const schema: z.ZodType = routes[name].response;
      return schema.parse(JSON.parse(text)) as JsonResponse<typeof name>;
    },
    async post(lines, headers = {}) {
      const response = await fetch(`${url}/v1/ingest/logs`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${serviceTokens.ingest}`, 'Content-Type': 'text/plain', ...headers },
        body: lines,
      });
      await response.text();
      return response.status;
    },
    log: () => said,
    async stop() {
      child.kill('SIGTERM');
      await exited(child);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
