import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type Request, type Response } from 'express';
import type { FindingHint } from '@loglake/contract/finding';
import { roleSatisfies, type Role } from '@loglake/contract/role';
import { routes, type JsonRouteName, type RouteName, type RoutesOfKind } from '@loglake/contract/routes';
import { createHandlers, createState, type StubState } from './handlers.ts';
import { StubProblem } from './stub-problem.ts';

/** data = as usual; empty = nothing yet; error = 503 problems; refused = 403 problems; slow = answers after a minute. */
export type StubMode = 'data' | 'empty' | 'error' | 'refused' | 'slow';

export const stubTokens = { reader: 'stub-reader-token', triager: 'stub-triager-token', admin: 'stub-admin-token' };

interface Stub {
  mode: StubMode;
  /** False refuses the stream with 503, so that pages poll. */
  streams: boolean;
  state: StubState;
  listeners: Set<Response>;
  /** Every request's method and path, for tests of what reached the service. */
  requests: string[];
}

function roleOf(request: Request): Role | null {
  const token = (request.get('authorization') ?? '').replace('Bearer ', '');
  for (const [role, known] of Object.entries(stubTokens)) if (token === known) return role as keyof typeof stubTokens;
  return null;
}

/** As the service: a token for the route's role, then the mode of the test. */
function admit(stub: Stub, name: RouteName, request: Request): void {
  const needed = routes[name].role;
  const held = roleOf(request);
  if (needed !== null && held === null) throw new StubProblem(401, 'request.unauthorised', 'A token is needed.');
  if (needed !== null && held !== null && !roleSatisfies(held, needed)) {
    throw new StubProblem(403, 'request.forbidden', `This needs the role ${needed}.`);
  }
  if (stub.mode === 'error') throw new StubProblem(503, 'store.unavailable', 'ClickHouse does not answer.');
  if (stub.mode === 'refused') throw new StubProblem(403, 'request.forbidden', 'This token may not do that.');
}

function answer(response: Response, error: unknown): void {
  const problem = error instanceof StubProblem ? error : new StubProblem(400, 'request.invalid', String(error));
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem.body()));
}

function mountJson(app: Express, stub: Stub, name: JsonRouteName): void {
  const route = routes[name];
  const method = route.method.toLowerCase() as 'get' | 'post' | 'delete';
  app[method](route.path, (request, response) => {
    stub.requests.push(`${request.method} ${request.originalUrl}`);
    if (stub.mode === 'slow') return;
    try {
      admit(stub, name, request);
      const handle: (request: never, actor: string) => unknown = createHandlers(stub.state)[name];
      const parsed = {
        params: route.params.parse(request.params),
        query: route.query.parse(request.query),
        body: route.method === 'POST' ? route.body.parse(request.body) : undefined,
      };
      // Parsed by the schemas of the very route whose handler this is; TypeScript cannot follow a union here.
      const result = handle(parsed as never, request.get('x-grafana-user') ?? 'unnamed');
      response.status(route.status).json(route.response.parse(result));
    } catch (error) {
      answer(response, error);
    }
  });
}

/** Handlers of what is not JSON: a route of another kind without one does not compile. */
function otherHandlers(
  stub: Stub
): Record<RoutesOfKind<'bytes' | 'event-stream' | 'text'>, (request: Request, response: Response) => void> {
  return {
    ingestLogs: (_request, response) => void response.status(202).json({ accepted: 0 }),
    metrics: (_request, response) => void response.type('text/plain').send(''),
    findingStream: (request, response) => {
      try {
        admit(stub, 'findingStream', request);
        if (!stub.streams) throw new StubProblem(503, 'service.starting', 'No streams here.');
      } catch (error) {
        answer(response, error);
        return;
      }
      response.set('Content-Type', 'text/event-stream').flushHeaders();
      response.write('retry: 2000\nid: stub-1\nevent: hello\ndata: {}\n\n');
      stub.listeners.add(response);
      response.on('close', () => stub.listeners.delete(response));
    },
  };
}

/** Starts a stand-in for the rules service on a free loopback port, for browser tests only. */
export async function startStubService() {
  const stub: Stub = { mode: 'data', streams: true, state: createState(false), listeners: new Set(), requests: [] };
  const app = express();
  app.set('query parser', 'simple');
  app.use(express.json());
  const others = otherHandlers(stub);
  for (const name of Object.keys(routes) as RouteName[]) {
    const route = routes[name];
    if (route.kind === 'json') mountJson(app, stub, name as JsonRouteName);
    else app[route.method === 'GET' ? 'get' : 'post'](route.path, others[name as keyof typeof others]);
  }
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const listener of stub.listeners) listener.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Begins anew: fresh data, or none. */
    reset(mode: StubMode) {
      stub.mode = mode;
      stub.streams = true;
      stub.state = createState(mode === 'empty');
      stub.requests = [];
      cut();
    },
    setMode: (mode: StubMode) => (stub.mode = mode),
    /** Ends the open streams and refuses new ones. */
    refuseStreams() {
      stub.streams = false;
      cut();
    },
    /** Ends the open streams, as a proxy may. */
    cutStreams: cut,
    hint(hint: FindingHint) {
      for (const listener of stub.listeners) {
        listener.write(`id: stub-${hint.revision}\nevent: finding\ndata: ${JSON.stringify(hint)}\n\n`);
      }
    },
    streams: () => stub.listeners.size,
    findings: () => stub.state.findings,
    changeRun(runId: string, change: object) {
      stub.state.runs = stub.state.runs.map((run) => (run.runId === runId ? { ...run, ...change } : run));
    },
    requests: () => stub.requests,
    stop: () =>
      new Promise<void>((resolve) => {
        cut();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
export type StubService = Awaited<ReturnType<typeof startStubService>>;
