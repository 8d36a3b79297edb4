import type { Response } from 'express';
import type { ZodError } from 'zod';
import { problemCatalogue, type Issue, type Problem } from '@loglake/contract/problem';
import { messageOf, ServiceError } from '../error.ts';
import type { Log } from '../log.ts';

/** zod's issues as ours; `prefix` says where they were found: query, params or body. */
export function issuesOf(error: ZodError, prefix: string): Issue[] {
  return error.issues.map((issue) => ({
    code: `request.${issue.code}`,
    message: issue.message,
    path: [prefix, ...issue.path.map(String)].join('.'),
  }));
}

/** Express and body-parser errors carry a `type`; these are the ones a caller can cause. */
const bodyErrors: Record<string, () => ServiceError> = {
  'entity.too.large': () => new ServiceError('request.too_large', 'The body is larger than 1 MiB.'),
  'entity.parse.failed': () => new ServiceError('request.invalid', 'The body is not valid JSON.'),
  'encoding.unsupported': () => new ServiceError('request.media_type', 'This content encoding is not accepted.'),
  'charset.unsupported': () => new ServiceError('request.media_type', 'The body must be UTF-8.'),
};

function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const type = error instanceof Error && 'type' in error ? String(error.type) : '';
  const known = bodyErrors[type];
  if (known) return known();
  if (error instanceof URIError) return new ServiceError('request.invalid', 'The address is not valid.');
  return new ServiceError('service.internal', 'Something went wrong in the service; its log says what.', {
    cause: error,
  });
}

/** The RFC 9457 body of an error. Messages of unexpected errors stay in the log. */
export function toProblem(error: ServiceError): Problem {
  const { status, title } = problemCatalogue[error.code];
  return {
    type: `urn:loglake:problem:${error.code}`,
    title,
    status,
    code: error.code,
    detail: error.message,
    ...(error.issues.length > 0 ? { issues: [...error.issues] } : {}),
    ...(error.current === undefined ? {} : { current: error.current }),
  };
}

/** Answers with a problem, once, and logs what is our fault. Busy answers carry Retry-After (RFC 9110 section 10.2.3). */
export function sendProblem(response: Response, thrown: unknown, log: Log): void {
  const error = asServiceError(thrown);
  if (error.status >= 500) {
    log.error({ code: error.code, error: error.message, cause: messageOf(error.cause ?? '') }, 'request failed');
  }
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error.status === 429 || error.status === 503) response.set('Retry-After', '1');
  response
    .status(error.status)
    .type('application/problem+json')
    .send(JSON.stringify(toProblem(error)));
}
