import { z } from 'zod';

/**
 * The one catalogue of error codes (docs/reference/errors.md is tested against it).
 * `status` is the HTTP status, `title` the RFC 9457 title: the same for every occurrence.
 */
export const problemCatalogue = {
  'request.invalid': { status: 400, title: 'The request is not valid' },
  'request.unauthorised': { status: 401, title: 'A token is needed' },
  'request.forbidden': { status: 403, title: 'This role may not do that' },
  'request.not_found': { status: 404, title: 'There is nothing at this address' },
  'request.conflict': { status: 409, title: 'The state has changed since you read it' },
  'request.too_large': { status: 413, title: 'The request is too large' },
  'request.media_type': { status: 415, title: 'This content type or encoding is not accepted' },
  'request.rate_limited': { status: 429, title: 'Too many requests' },
  'ingest.busy': { status: 429, title: 'The ingest queue is full' },
  'ingest.line_too_long': { status: 413, title: 'A log line is too long' },
  'ingest.envelope_invalid': { status: 400, title: 'An NDJSON line is not a valid envelope' },
  'ingest.document_invalid': { status: 400, title: 'A part of a JSON body is not a document' },
  'finding.not_found': { status: 404, title: 'There is no such finding' },
  'finding.conflict': { status: 409, title: 'The finding has changed since you read it' },
  'finding.transition_refused': { status: 422, title: 'The finding cannot change to that state' },
  'rule.not_found': { status: 404, title: 'There is no such rule' },
  'rule.invalid': { status: 422, title: 'The rule is not valid' },
  'backfill.not_found': { status: 404, title: 'There is no such backfill' },
  'scenario.not_found': { status: 404, title: 'There is no such scenario' },
  'scenario.invalid': { status: 422, title: 'The scenario is not valid' },
  'scenario.run_not_found': { status: 404, title: 'There is no such scenario run' },
  'scenario.run_state': { status: 409, title: 'The scenario run cannot do that now' },
  'store.unavailable': { status: 503, title: 'The store does not answer' },
  'store.timeout': { status: 504, title: 'The store took too long' },
  'store.query_failed': { status: 500, title: 'A query failed' },
  'service.standby': { status: 503, title: 'Another service is the writer now' },
  'service.starting': { status: 503, title: 'The service is starting' },
  'service.internal': { status: 500, title: 'The service made a mistake' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problemCatalogue;
export const problemCodes = Object.keys(problemCatalogue) as ProblemCode[];

/** One thing that is wrong; all of a request or file are reported at once. line and column count from 1. */
export const issue = z.object({
  code: z.string(),
  message: z.string(),
  path: z.string(),
  line: z.number().int().positive().optional(),
  column: z.number().int().positive().optional(),
});
export type Issue = z.infer<typeof issue>;

/** RFC 9457 problem details, content type `application/problem+json`. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(problemCodes as [ProblemCode, ...ProblemCode[]]),
  detail: z.string(),
  issues: z.array(issue).optional(),
  /** What stands now, for a conflict. */
  current: z.unknown().optional(),
});
export type Problem = z.infer<typeof problem>;
