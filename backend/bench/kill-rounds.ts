/**
 * SIGKILL of the service or of the engine at random moments while four clients post logs with Idempotency-Key and send
 * again what is not acknowledged. Afterwards: no acknowledged line lost, none stored or parsed twice, and one finding for
 * each root login, no more.
 *   npx tsx --conditions=loglake-source backend/bench/kill-rounds.ts [--rounds=20] [--seed=1] [--control]
 * With --control a door in front answers 202 before storing, and is killed with the service: the same test must see that
 * lines were lost.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { serviceTokens, startServiceProcess, type ServiceProcess } from '../testing/service-process.ts';
import { seeded } from './sample-lines.ts';
import { countOf, freePort, say, tempDir, textsOf, withLeftData } from './service.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    control: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const random = seeded(Number(values.seed));
const writers = 4;
const linesPerRequest = 200;
const acknowledgedPerRound = 5;
/** Rule "Direct root login over SSH", whose group holds the host: each request's root login is a finding of its own. */
const rootLoginRule = '8f1c0001-5a1e-4c0a-9d01-000000000004';

const data = tempDir('kill');
const port = await freePort();
const frontPort = values.control ? await freePort() : port;
const env = { LOGLAKE_DATA_DIR: data.path, LOGLAKE_PORT: String(port) };
const acknowledged = new Set<string>();
const state = { writing: true, requests: 0, retries: 0 };

interface Running {
  service: ServiceProcess;
  front: ChildProcess | null;
}

async function start(): Promise<Running> {
  const service = await startServiceProcess(env);
  if (!values.control) return { service, front: null };
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const file = fileURLToPath(new URL('early-ack.ts', import.meta.url));
  const front = fork(file, [String(frontPort), `http://127.0.0.1:${String(port)}`], { execArgv: ['--import', loader] });
  await once(front, 'message');
  return { service, front };
}

function bodyOf(request: string): string {
  const now = new Date().toISOString();
  const failed = Array.from(
    { length: linesPerRequest - 1 },
    (_, n) =>
      `<38>1 ${now} ${request} sshd 1 - - Failed password for invalid user l${String(n)} from 192.0.2.7 port 4022 ssh2`
  );
  return [
    ...failed,
    `<86>1 ${now} ${request} sshd 1 - - Accepted password for root from 192.0.2.44 port 4000 ssh2`,
  ].join('\n');
}

/** Sends one request until it is acknowledged. */
async function sendUntilAcknowledged(request: string): Promise<void> {
  const body = bodyOf(request);
  for (;;) {
    try {
      const response = await fetch(`http://127.0.0.1:${String(frontPort)}/v1/ingest/logs`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${serviceTokens.ingest}`,
          'content-type': 'text/plain',
          'idempotency-key': request,
        },
        body,
        signal: AbortSignal.timeout(30_000),
      });
      await response.arrayBuffer();
      if (response.status === 202) {
        acknowledged.add(request);
        return;
      }
    } catch {
      // Killed in between: sent again under the same key.
    }
    state.retries += 1;
    await sleep(50 + Math.random() * 200);
  }
}

async function write(writer: number): Promise<void> {
  for (let n = 0; state.writing; n += 1) {
    state.requests += 1;
    await sendUntilAcknowledged(`h${String(writer)}x${String(n)}`);
    await sleep(20);
  }
}

/** The engine is the service's child that holds chdb's library. */
function enginePid(service: number): number | null {
  const children = readdirSync(`/proc/${String(service)}/task`).flatMap((task) =>
    readFileSync(`/proc/${String(service)}/task/${task}/children`, 'utf8')
      .trim()
      .split(' ')
  );
  const engine = children.find((pid) => pid !== '' && readFileSync(`/proc/${pid}/maps`, 'utf8').includes('libchdb'));
  return engine === undefined ? null : Number(engine);
}

async function killed(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** A random moment, once some requests of this round are acknowledged. */
async function randomMoment(): Promise<void> {
  const enough = acknowledged.size + acknowledgedPerRound;
  for (let waited = 0; acknowledged.size < enough && waited < 60_000; waited += 20) await sleep(20);
  await sleep(random() * 1500);
}

async function round(running: Running, n: number): Promise<Running> {
  await randomMoment();
  // The first is the service in any case: the control loses only with it.
  const engine = random() < 0.5 && n > 0 ? enginePid(running.service.child.pid ?? 0) : null;
  say(
    `round ${String(n + 1)}: SIGKILL of the ${engine === null ? 'service' : 'engine'}; ${String(acknowledged.size)} requests acknowledged`
  );
  if (engine !== null) {
    process.kill(engine, 'SIGKILL');
    return running;
  }
  await Promise.all([killed(running.service.child), killed(running.front)]);
  rmSync(running.service.dataDir, { recursive: true, force: true });
  return start();
}

/** Waits until all that arrived was looked at, and the findings stand still. */
async function settled(service: ServiceProcess): Promise<void> {
  const look = async (): Promise<string | null> => {
    const { items } = await service.call('health', '/api/v1/health');
    if ((items.find(({ name }) => name === 'detection.lag')?.value ?? 99) > 2) return null;
    return (await service.call('findingSummary', `/api/v1/findings/summary?ruleId=${rootLoginRule}`)).total;
  };
  let [last, same]: [string | null, number] = [null, 0];
  for (let tries = 0; same < 10; tries += 1) {
    if (tries > 600) throw new Error('detection does not come to an end');
    // The engine may just be coming back.
    const total = await look().catch(() => null);
    same = total !== null && total === last ? same + 1 : 0;
    last = total;
    await sleep(500);
  }
}

async function verdict(): Promise<boolean> {
  return withLeftData(data.path, async (store) => {
    const complete = async (table: string, host: string): Promise<Set<string>> =>
      new Set(
        await textsOf(
          store,
          `SELECT ${host} AS t FROM ${table} WHERE match(assumeNotNull(${host}), '^h[0-9]+x[0-9]+$') GROUP BY t HAVING count() = ${String(linesPerRequest)}`
        )
      );
    const rows = async (table: string, host: string): Promise<number> =>
      countOf(store, `SELECT count() FROM ${table} WHERE match(assumeNotNull(${host}), '^h[0-9]+x[0-9]+$')`);
    const raw = await complete('raw_log', 'hostname');
    const events = await complete('event', 'host');
    const lost = [...acknowledged].filter((request) => !raw.has(request) || !events.has(request)).length;
    const excess = [
      (await rows('raw_log', 'hostname')) - raw.size * linesPerRequest,
      (await rows('event', 'host')) - events.size * linesPerRequest,
    ];
    const found = await textsOf(
      store,
      `SELECT hosts[1] AS t FROM security_finding_current WHERE rule_id = '${rootLoginRule}' AND superseded_by = ''`
    );
    const foundOnce = new Set(found);
    const missed = [...events].filter((request) => !foundOnce.has(request)).length;
    say(
      `requests acknowledged ${String(acknowledged.size)} of ${String(state.requests)}, sent again ${String(state.retries)} times`
    );
    say(
      `complete in raw_log ${String(raw.size)}, in event ${String(events.size)}; rows beyond ${excess.join(' and ')}`
    );
    say(`acknowledged and not complete: ${String(lost)}`);
    say(
      `root logins ${String(events.size)}; findings ${String(found.length)}, missed ${String(missed)}, double ${String(found.length - foundOnce.size)}`
    );
    return lost === 0 && excess.every((n) => n === 0) && missed === 0 && found.length === foundOnce.size;
  });
}

let running = await start();
const writing = Array.from({ length: writers }, (_, writer) => write(writer));
for (let n = 0; n < rounds; n += 1) running = await round(running, n);
await sleep(2000);
state.writing = false;
await Promise.all(writing);
// The control has passed on by then what it still held: what is missing went with a kill.
if (values.control) await sleep(20_000);
await settled(running.service);
await killed(running.front);
await running.service.stop();
const good = await verdict();
data.remove();
say(
  values.control
    ? good
      ? 'CONTROL FAILED: it lost nothing'
      : 'control: lines were lost, as they must be'
    : good
      ? 'nothing lost, nothing double'
      : 'FAILED'
);
process.exitCode = good === values.control ? 1 : 0;
