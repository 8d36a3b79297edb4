import { z } from 'zod';
import { issue, problem, type Issue } from '@loglake/contract/problem';

/** What a page does about a failure: refused = missing right, unavailable = try again later. */
export type ProblemKind = 'refused' | 'conflict' | 'unavailable' | 'not_found' | 'invalid' | 'failed';

/** Everything a call to the service can throw, besides an abort. */
export class ServiceProblem extends Error {
  override readonly name = 'ServiceProblem';
  constructor(
    readonly kind: ProblemKind,
    /** HTTP status, 0 when nothing answered. */
    readonly status: number,
    /** The service's code (docs/reference/errors.md); empty when Grafana or a proxy answered instead. */
    readonly code: string,
    message: string,
    readonly issues: readonly Issue[] = []
  ) {
    super(message);
  }
}

const kindOfStatus = new Map<number, ProblemKind>([
  [0, 'unavailable'],
  [401, 'refused'],
  [403, 'refused'],
  [404, 'not_found'],
  [409, 'conflict'],
  [429, 'unavailable'],
  [502, 'unavailable'],
  [503, 'unavailable'],
  [504, 'unavailable'],
]);

const loose = problem
  .pick({ title: true, detail: true })
  .extend({ code: z.string(), issues: z.array(issue).optional() });
/** Grafana's own shape of errors. */
const grafanaError = z.object({ message: z.string() });

function kindOf(status: number): ProblemKind {
  return kindOfStatus.get(status) ?? (status >= 400 && status < 500 ? 'invalid' : 'failed');
}

/** Turns an HTTP failure into a ServiceProblem: RFC 9457 from the service, `{message}` from Grafana, or neither. */
export function problemOf(status: number, body: unknown): ServiceProblem {
  const known = loose.safeParse(body);
  if (known.success) {
    const { code, title, detail, issues } = known.data;
    return new ServiceProblem(kindOf(status), status, code, detail === '' ? title : detail, issues);
  }
  const grafana = grafanaError.safeParse(body);
  const text = grafana.success ? grafana.data.message : `The service answered with status ${status}.`;
  // Grafana answers 500 itself when a route's template names a setting that is empty.
  const kind = status === 500 && grafana.success ? 'unavailable' : kindOf(status);
  return new ServiceProblem(kind, status, '', status === 0 ? 'Nothing answers. Is the network up?' : text);
}
