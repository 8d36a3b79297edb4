import type { Request, Response } from 'express';
import { z } from 'zod';
import type { GrafanaRole } from './plugin-json.ts';

export const logins = ['viewer', 'editor', 'admin'] as const;
const login = z.enum(logins);
export type Login = z.infer<typeof login>;

/** A fixed user of the preview; `id` is Grafana's user id. */
export interface PreviewUser {
  readonly id: number;
  readonly login: Login;
  readonly name: string;
  readonly role: GrafanaRole;
}

const users: Record<Login, PreviewUser> = {
  viewer: { id: 1, login: 'viewer', name: 'Vera Viewer', role: 'Viewer' },
  editor: { id: 2, login: 'editor', name: 'Emil Editor', role: 'Editor' },
  admin: { id: 3, login: 'admin', name: 'Ada Admin', role: 'Admin' },
};

const cookieName = 'loglake_preview_user';

/** The user the browser chose, or null without a valid cookie. Nothing is secret in it: this is no login. */
export function userOf(request: Request): PreviewUser | null {
  for (const part of (request.get('cookie') ?? '').split(';')) {
    const [name, value] = part.trim().split('=');
    const parsed = login.safeParse(value);
    if (name === cookieName && parsed.success) return users[parsed.data];
  }
  return null;
}

/** Sets the cookie; throws zod's error for an unknown login. */
export function signIn(response: Response, wanted: unknown): PreviewUser {
  const user = users[login.parse(wanted)];
  response.cookie(cookieName, user.login, { httpOnly: true, sameSite: 'strict', path: '/' });
  return user;
}
