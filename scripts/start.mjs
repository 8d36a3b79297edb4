// `npm start`: builds what changed, starts the service (with the embedded ClickHouse unless CLICKHOUSE_URL is set)
// and the preview host, and prints one URL. Ctrl-C ends both.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const readyMsMax = 120_000;

function build() {
  console.log('Building what changed (the first time takes a minute) ...');
  const result = spawnSync(process.execPath, [path.join(root, 'scripts', 'build.mjs'), '--quiet'], {
    stdio: 'inherit',
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

const children = [];
let ending = false;

async function end(code) {
  if (ending) return;
  ending = true;
  // The preview first, so that nobody asks a service that is gone.
  for (const child of [...children].reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(late);
  }
  process.exit(code);
}

/** Starts a part and waits for the message by which it says that it is ready. */
function start(name, file, env) {
  const child = spawn(process.execPath, [path.join(root, file)], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.push(child);
  child.once('exit', (code) => {
    if (!ending) console.error(`The ${name} ended (${code ?? 'killed'}).`);
    void end(code ?? 1);
  });
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      console.error(`The ${name} was not ready after ${readyMsMax / 1000} s.`);
      void end(1);
    }, readyMsMax);
    child.on('message', (message) => {
      if (message?.type !== 'ready') return;
      clearTimeout(late);
      resolve(message);
    });
  });
}

/** A token the service was given, or made at its first start. */
function token(role, secretsDir) {
  const given = process.env[`LOGLAKE_TOKEN_${role.toUpperCase()}`];
  const file = process.env[`LOGLAKE_TOKEN_${role.toUpperCase()}_FILE`] ?? path.join(secretsDir, `token-${role}`);
  return given || readFileSync(file, 'utf8').trim();
}

process.on('SIGINT', () => void end(0));
process.on('SIGTERM', () => void end(0));

build();
const service = await start('rules service', 'backend/dist/src/main.js', {
  LOGLAKE_TRUST_USER_HEADER: process.env.LOGLAKE_TRUST_USER_HEADER ?? 'true',
});
const preview = await start('preview', 'plugin/preview/dist/main.js', {
  LOGLAKE_SERVICE_URL: service.url,
  LOGLAKE_TOKEN_READER: token('reader', service.secretsDir),
  LOGLAKE_TOKEN_TRIAGER: token('triager', service.secretsDir),
  LOGLAKE_TOKEN_ADMIN: token('admin', service.secretsDir),
});
console.log(`
  Service        ${service.url}
  Syslog         ${service.syslog} (UDP and TCP)
  Send logs      curl --data-binary @auth.log -H 'Content-Type: text/plain' \\
                   -H "Authorization: Bearer $(cat ${path.relative(root, service.secretsDir) || '.'}/token-ingest)" ${service.url}/v1/ingest/logs

  Open this in a browser:
  ${preview.url}
`);
