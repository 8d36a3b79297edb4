import type { ServiceProblem } from '../../../api/service-problem.ts';

/** The tokens of the app, by the role they stand for; their names are those of plugin.json's proxy routes. */
export const tokenRoles = ['reader', 'triager', 'admin'] as const;
export type TokenRole = (typeof tokenRoles)[number];

/** One part of the connection test, in words for the person who set it up. */
export interface ConnectionCheck {
  readonly role: TokenRole;
  readonly good: boolean;
  readonly text: string;
}

/** Codes by which the service shows that it accepted the token, though it could not do what was asked. */
const cameThrough: ReadonlySet<string> = new Set(['scenario.run_not_found', 'scenario.run_state']);

/** What the service's own codes mean here. */
const codeWords = new Map<string, string>([
  ['request.unauthorised', 'Wrong token: the service does not know it.'],
  ['request.forbidden', 'Refused: the service knows this token, but it stands for another role.'],
  ['request.rate_limited', 'The service answers, but takes no more requests just now.'],
  ['service.starting', 'The service is starting. Try again in a moment.'],
]);

const unreachable = 'Cannot reach the service. Is it running, and can Grafana reach this URL?';
/** What a status means without a code: Grafana or something else has answered, not the service. */
const statusWords = new Map<number, string>([
  [0, 'Nothing answers. Is the network up?'],
  [200, 'Something answers at this address, but it is not the rules service, or not of this version.'],
  [401, 'Wrong token, or you are no longer signed in to Grafana.'],
  [403, 'Refused by Grafana: your role may not use this part of the app.'],
  [404, 'Something answers at this address, but it is not the rules service. Is the URL right?'],
  [500, 'Grafana could not use the settings. Are the service URL and this token set?'],
  [502, unreachable],
  [503, unreachable],
  [504, unreachable],
]);

function plainWords({ code, status, message }: ServiceProblem): string {
  if (code === '') return statusWords.get(status) ?? message;
  if (code.startsWith('store.')) return `The service answers and accepts the token, but its store fails: ${message}`;
  return codeWords.get(code) ?? `The service answers, but fails: ${message}`;
}

/** What a failed check means. Some failures prove that the token is right. */
export function checkOf(role: TokenRole, problem: ServiceProblem): ConnectionCheck {
  if (cameThrough.has(problem.code)) return { role, good: true, text: 'Accepted.' };
  return { role, good: false, text: plainWords(problem) };
}
