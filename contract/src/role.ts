import { z } from 'zod';

export const roles = ['reader', 'triager', 'admin', 'ingest', 'scenario'] as const;
/**
 * What a token may do. reader < triager < admin are people, through Grafana's proxy routes;
 * ingest and scenario are machines that may only post logs (scenario may also set `run_id`).
 */
export const role = z.enum(roles);
export type Role = z.infer<typeof role>;

const includedIn: Record<Role, readonly Role[]> = {
  reader: ['reader', 'triager', 'admin'],
  triager: ['triager', 'admin'],
  admin: ['admin'],
  ingest: ['ingest', 'scenario'],
  scenario: ['scenario'],
};

/** True when a token of role `held` satisfies a route that asks for `needed`. */
export function roleSatisfies(held: Role, needed: Role): boolean {
  return includedIn[needed].includes(held);
}
