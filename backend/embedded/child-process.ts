import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { childMessage, type StartMessage } from './protocol.ts';

/** Set before the process starts, because libuv reads it once. Queries hold a thread each. */
const threads = 32;
const startMsMax = 30_000;
const stopMsMax = 3000;
const errorTextMax = 4000;

/** A child that answers, or why there is none; `locked` when another process holds the data. */
export type Launch = { child: ChildProcess; port: number } | { locked: boolean; reason: string };

/** Starts one child and waits until it answers, at most 30 s. Never throws. */
export async function launchChild(start: StartMessage): Promise<Launch> {
  const child = forkChild();
  let errorText = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errorText = (errorText + chunk.toString('utf8')).slice(-errorTextMax);
  });
  const outcome = await firstAnswer(child, start);
  if ('port' in outcome) return { child, port: outcome.port };
  await stopChild(child);
  // The binding says only that it failed; the engine writes why to standard error.
  const locked = /Cannot lock file|Another server instance/.test(errorText);
  return { locked, reason: `${outcome.reason} ${errorText}`.trim() };
}

/** From sources when we run from sources, else from the build. */
function forkChild(): ChildProcess {
  const fromSource = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(new URL(fromSource ? './child.ts' : './child.js', import.meta.url));
  const loader = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return fork(file, [], {
    execArgv: fromSource ? ['--import', loader(), '--conditions=loglake-source'] : [],
    // Nothing of our environment: the engine needs no secret of it.
    env: { UV_THREADPOOL_SIZE: String(threads), TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

function firstAnswer(child: ChildProcess, start: StartMessage): Promise<{ port: number } | { reason: string }> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ reason: `no answer within ${startMsMax} ms` }), startMsMax);
    const end = (answer: { port: number } | { reason: string }) => {
      clearTimeout(timer);
      resolve(answer);
    };
    child.once('exit', (code, signal) => end({ reason: `it ended with ${signal ?? String(code)}` }));
    child.once('error', (error) => end({ reason: error.message }));
    child.once('message', (received) => {
      const message = childMessage.parse(received);
      end(message.kind === 'ready' ? { port: message.port } : { reason: message.reason });
    });
    child.send(start);
  });
}

/** SIGTERM, and SIGKILL after 3 s. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
  await ended;
  clearTimeout(timer);
}
