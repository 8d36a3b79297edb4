import type { IncomingHttpHeaders } from 'node:http';
import { createRemoteJWKSet, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { Role } from '@loglake/contract/role';
import type { Log } from '../log.ts';

/** Who acts, for histories and the audit log. */
export interface Actor {
  /** A verified or trusted name, else "unnamed <role>". */
  readonly name: string;
  readonly role: Role;
}

export interface ActorSettings {
  /** Grafana's signing keys (`<grafana>/api/signing-keys/keys`); without it X-Grafana-Id is not used. */
  jwksUrl: string | undefined;
  /** True only where nobody but Grafana (or the preview) can reach the service. */
  trustUserHeader: boolean;
}

function first(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

const nameMax = 200;

async function verifiedName(token: string, keys: JWTVerifyGetKey): Promise<string | null> {
  const { payload } = await jwtVerify(token, keys, { algorithms: ['ES256', 'RS256', 'EdDSA'] });
  const name = payload['username'] ?? payload['email'] ?? payload.sub;
  return typeof name === 'string' && name !== '' ? name.slice(0, nameMax) : null;
}

/** The verified `X-Grafana-Id`, else `X-Grafana-User` where trusted, else "unnamed <role>". A bad id is logged, not used. */
export function createActorOf(
  settings: ActorSettings,
  log: Log,
  keys: JWTVerifyGetKey | null = settings.jwksUrl === undefined
    ? null
    : createRemoteJWKSet(new URL(settings.jwksUrl), { timeoutDuration: 5000 })
): (headers: IncomingHttpHeaders, role: Role) => Promise<Actor> {
  return async (headers, role) => {
    const token = first(headers['x-grafana-id']);
    if (keys !== null && token !== '') {
      try {
        const name = await verifiedName(token, keys);
        if (name !== null) return { name, role };
      } catch {
        log.warn({ role }, 'X-Grafana-Id could not be verified');
      }
    }
    const named = first(headers['x-grafana-user']).trim();
    if (settings.trustUserHeader && named !== '') return { name: named.slice(0, nameMax), role };
    return { name: `unnamed ${role}`, role };
  };
}
