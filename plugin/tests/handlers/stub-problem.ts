import { problemCatalogue, type Problem, type ProblemCode } from '@loglake/contract/problem';

/** A failure that the stub answers as the service would: an RFC 9457 problem. */
export class StubProblem extends Error {
  override readonly name = 'StubProblem';
  constructor(
    readonly status: number,
    readonly code: ProblemCode,
    detail: string
  ) {
    super(detail);
  }

  body(): Problem {
    const { title } = problemCatalogue[this.code];
    return { type: 'about:blank', title, status: this.status, code: this.code, detail: this.message };
  }
}
