import { Router, json as jsonBody, type Request, type RequestHandler, type Response } from 'express';
import { roleSatisfies, type Role } from '@loglake/contract/role';
import {
  routes,
  type JsonRequest,
  type JsonResponse,
  type JsonRoute,
  type JsonRouteName,
  type RouteName,
  type RoutesOfKind,
} from '@loglake/contract/routes';
import type { Issue } from '@loglake/contract/problem';
import { assertNever, ServiceError } from '../error.ts';
import type { Log } from '../log.ts';
import type { Actor } from './actor.ts';
import { issuesOf, sendProblem } from './problem.ts';
import { bearerToken } from './tokens.ts';

/** One handler per JSON route, typed by it: one that is missing does not compile. */
export type JsonHandlers = {
  [N in JsonRouteName]: (request: JsonRequest<N>, actor: Actor, signal: AbortSignal) => Promise<JsonResponse<N>>;
};
/** Handlers of the other kinds write to the response themselves. */
export type RawHandlers = {
  [N in RoutesOfKind<'bytes' | 'event-stream' | 'text'>]: (
    request: Request,
    response: Response,
    role: Role
  ) => Promise<void>;
};

export interface RouterDeps {
  json: JsonHandlers;
  raw: RawHandlers;
  roleOf: (token: string) => Role | null;
  actorOf: (headers: Request['headers'], role: Role) => Promise<Actor>;
  log: Log;
}

const bodyBytesMax = 1_048_576;

function authorise(request: Request, needed: Role | null, roleOf: RouterDeps['roleOf']): Role {
  if (needed === null) return 'reader';
  const token = bearerToken(request.get('authorization'));
  const held = token === null ? null : roleOf(token);
  if (held === null) {
    throw new ServiceError('request.unauthorised', 'Send a valid token: Authorization: Bearer <token>.');
  }
  if (!roleSatisfies(held, needed)) {
    throw new ServiceError('request.forbidden', `This needs the role ${needed}; the token has the role ${held}.`);
  }
  return held;
}

function parsed(route: JsonRoute, request: Request): { params: unknown; query: unknown; body: unknown } {
  const parts = {
    params: route.params.safeParse(request.params),
    query: route.query.safeParse(request.query),
    body: route.body.safeParse(request.body),
  };
  const issues: Issue[] = Object.entries(parts).flatMap(([part, result]) =>
    result.success ? [] : issuesOf(result.error, part)
  );
  if (issues.length > 0) {
    const detail = issues.map((issue) => `${issue.path}: ${issue.message}`).join('; ');
    throw new ServiceError('request.invalid', detail, { issues });
  }
  return { params: parts.params.data, query: parts.query.data, body: parts.body.data };
}

type AnyJsonHandler = (request: ReturnType<typeof parsed>, actor: Actor, signal: AbortSignal) => Promise<unknown>;

function jsonHandler(name: JsonRouteName, deps: RouterDeps): RequestHandler {
  const route: JsonRoute = routes[name];
  const handle = deps.json[name] as AnyJsonHandler;
  return async (request, response) => {
    const role = authorise(request, route.role, deps.roleOf);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const input = parsed(route, request);
    const answer = await handle(input, await deps.actorOf(request.headers, role), gone.signal);
    response.set('Cache-Control', 'no-store');
    response.status(route.status).json(route.response.parse(answer));
  };
}

const methods = { GET: 'get', POST: 'post', DELETE: 'delete' } as const;

function mount(router: Router, name: RouteName, deps: RouterDeps): void {
  const route = routes[name];
  const method = methods[route.method];
  switch (route.kind) {
    case 'json':
      // Role before body: nobody without a token makes us read a megabyte.
      router[method](
        route.path,
        (request, _response, next) => {
          authorise(request, route.role, deps.roleOf);
          next();
        },
        jsonBody({ limit: bodyBytesMax }),
        jsonHandler(name as JsonRouteName, deps)
      );
      return;
    case 'bytes':
    case 'text':
    case 'event-stream': {
      const handle = deps.raw[name as keyof RawHandlers];
      router[method](route.path, async (request, response) => {
        await handle(request, response, authorise(request, route.role, deps.roleOf));
      });
      return;
    }
    default:
      assertNever(route);
  }
}

/** All routes of the contract, in its order; anything else is a 404 problem, every error a problem. */
export function createRouter(deps: RouterDeps): Router {
  const router = Router({ caseSensitive: true });
  for (const name of Object.keys(routes) as RouteName[]) mount(router, name, deps);
  router.use((request) => {
    throw new ServiceError('request.not_found', `${request.method} ${request.path} is not an address of this service.`);
  });
  router.use((error: unknown, _request: Request, response: Response, next: (error?: unknown) => void) => {
    if (response.writableEnded) next(error);
    else sendProblem(response, error, deps.log);
  });
  return router;
}
