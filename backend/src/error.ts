import { problemCatalogue, type Issue, type ProblemCode } from '@loglake/contract/problem';

/**
 * The one error class of the service: a code of the contract's catalogue, a sentence for a person, and the cause.
 * http/problem.ts maps it to an RFC 9457 answer; nothing else does.
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: ProblemCode;
  readonly issues: readonly Issue[];
  /** What stands now, for conflicts. */
  readonly current: unknown;

  constructor(
    code: ProblemCode,
    detail: string,
    extra: { cause?: unknown; issues?: readonly Issue[]; current?: unknown } = {}
  ) {
    super(detail, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.code = code;
    this.issues = extra.issues ?? [];
    this.current = extra.current;
  }

  /** HTTP status of the code. */
  get status(): number {
    return problemCatalogue[this.code].status;
  }
}

/** For the end of a switch over a union: a new member does not compile until it is handled. */
export function assertNever(value: never): never {
  throw new ServiceError('service.internal', `unexpected value ${JSON.stringify(value)}`);
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
