import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { roles, type Role } from '@loglake/contract/role';

export type Tokens = Readonly<Record<Role, string>>;

function readOrCreate(directory: string, role: Role): string {
  const file = path.join(directory, `token-${role}`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const token = randomBytes(32).toString('base64url');
  writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx' });
  chmodSync(file, 0o600);
  return token;
}

/**
 * One token per role: those given, the rest from `<directory>/token-<role>`, made at first start (32 random bytes,
 * mode 0600). Throws when two roles share a token, since the role could not be told from it.
 */
export function loadTokens(directory: string, given: Partial<Record<Role, string | undefined>>): Tokens {
  const tokens = Object.fromEntries(
    roles.map((role) => [role, given[role] ?? readOrCreate(directory, role)])
  ) as Record<Role, string>;
  if (new Set(Object.values(tokens)).size !== roles.length) {
    throw new Error('Two roles share one token (LOGLAKE_TOKEN_*): give each role its own.');
  }
  return tokens;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Gives the role of a presented token, or null. Compares with every role in constant time. */
export function createRoleOf(tokens: Tokens): (presented: string) => Role | null {
  const known = roles.map((role) => ({ role, digest: digest(tokens[role]) }));
  return (presented) => {
    const given = digest(presented);
    let found: Role | null = null;
    for (const candidate of known) {
      if (timingSafeEqual(candidate.digest, given)) found = candidate.role;
    }
    return found;
  };
}

/** The token of an `Authorization: Bearer` header (RFC 6750 section 2.1), or null. */
export function bearerToken(header: string | undefined): string | null {
  const match = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(header ?? '');
  return match?.[1] ?? null;
}
