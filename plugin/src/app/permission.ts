import { config } from '@grafana/runtime';
import { roleSatisfies, type Role } from '@loglake/contract/role';
import { routes, type RouteName } from '@loglake/contract/routes';

function heldRole(): Role {
  const { orgRole, isGrafanaAdmin } = config.bootData.user;
  const name: string = orgRole;
  if (isGrafanaAdmin || name === 'Admin') return 'admin';
  return name === 'Editor' ? 'triager' : 'reader';
}

/** True when the user's organisation role allows a route. For the look only: proxy and service decide again. */
export function mayCall(name: RouteName): boolean {
  return roleSatisfies(heldRole(), routes[name].role ?? 'reader');
}

/** Said beside what is disabled. */
export const refusedText: Record<'triager' | 'admin', string> = {
  triager: 'Needs the Editor role',
  admin: 'Needs the Admin role',
};
