/**
 * An error in ClickHouse's own shape: the code and name of its catalogue (src/Common/ErrorCodes.cpp) and the HTTP status
 * that its HTTP interface answers with.
 */
export class EngineException extends Error {
  override readonly name = 'EngineException';
  readonly code: number;
  readonly status: number;

  /** `text` is the whole line as the client parses it: `Code: N. DB::Exception: ... (NAME)`. */
  constructor(code: number, text: string, status = statusOf(code), cause?: unknown) {
    super(text, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
  }
}

/** Codes that the gateway itself raises, with their names in ClickHouse. */
const names = {
  36: 'BAD_ARGUMENTS',
  48: 'NOT_IMPLEMENTED',
  62: 'SYNTAX_ERROR',
  115: 'UNKNOWN_SETTING',
  164: 'READONLY',
  202: 'TOO_MANY_SIMULTANEOUS_QUERIES',
  210: 'NETWORK_ERROR',
  307: 'TOO_MANY_BYTES',
  394: 'QUERY_WAS_CANCELLED',
  497: 'ACCESS_DENIED',
  516: 'AUTHENTICATION_FAILED',
  1002: 'UNKNOWN_EXCEPTION',
} as const;

const statuses: Readonly<Record<number, number>> = {
  36: 400,
  48: 501,
  60: 404,
  62: 400,
  81: 404,
  115: 400,
  159: 408,
  164: 403,
  202: 503,
  497: 403,
  516: 403,
};

function statusOf(code: number): number {
  return statuses[code] ?? 500;
}

/** An exception of the gateway itself. */
export function refusal(code: keyof typeof names, message: string, status?: number): EngineException {
  return new EngineException(
    code,
    `Code: ${code}. DB::Exception: ${message} (${names[code]})`,
    status ?? statusOf(code)
  );
}

/** Whatever the binding threw, as an exception with ClickHouse's code; 1002 when it carries none. */
export function asException(error: unknown): EngineException {
  if (error instanceof EngineException) return error;
  const text = error instanceof Error ? error.message : String(error);
  const code = /^Code: (\d+)\b/.exec(text)?.[1];
  if (code === undefined) return refusal(1002, text);
  return new EngineException(Number(code), text.trim(), statusOf(Number(code)), error);
}
