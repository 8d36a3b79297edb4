import express, { type Express } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import { ServiceError } from '../error.ts';
import { sendProblem } from './problem.ts';
import { createRouter, type RouterDeps } from './router.ts';
import { bearerToken } from './tokens.ts';

export interface AppSettings {
  /** Requests per minute and token (or address, without one); log posts count too. */
  requestsPerMinute: number;
}

/** The Express application: headers, rate limit, routes. It listens nowhere. */
export function createApp(deps: RouterDeps, settings: AppSettings): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(helmet({ contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } } }));
  app.use(
    rateLimit({
      windowMs: 60_000,
      limit: settings.requestsPerMinute,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      // A valid token has its own budget; guesses share the address's, so that guessing is limited too.
      keyGenerator: (request) => {
        const token = bearerToken(request.get('authorization'));
        const role = token === null ? null : deps.roleOf(token);
        return role ?? `address ${request.socket.remoteAddress ?? ''}`;
      },
      handler: (_request, response) =>
        sendProblem(response, new ServiceError('request.rate_limited', 'Too many requests in this minute.'), deps.log),
    })
  );
  app.use(createRouter(deps));
  return app;
}
