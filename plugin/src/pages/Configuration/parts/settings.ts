import { z } from 'zod';
import { tokenRoles, type TokenRole } from './connection.ts';

/** The app's settings as Grafana keeps them for all to read. */
export const appJsonData = z.object({ serviceUrl: z.string().catch('') }).catch({ serviceUrl: '' });

/** Typed into the form. `tokens` holds only what is to be changed; a token is never read back. */
export interface SettingsInput {
  readonly serviceUrl: string;
  readonly tokens: Readonly<Partial<Record<TokenRole, string>>>;
}

/** The names of the tokens in secureJsonData, as plugin.json's proxy routes use them. */
export const tokenFields: Record<TokenRole, string> = {
  reader: 'readerToken',
  triager: 'triagerToken',
  admin: 'adminToken',
};

/** What is wrong with a service URL; undefined when nothing is. */
export function serviceUrlProblem(text: string): string | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'A URL such as http://127.0.0.1:8450';
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'It must begin with http:// or https://';
  if (url.username !== '' || url.password !== '') return 'No user or password here: everybody can read this field';
  if (url.search !== '' || url.hash !== '') return 'Without a query or fragment';
  return undefined;
}

/** What is posted: the address without slashes at its end, and the tokens that were typed in, without spaces around. */
export function settingsOf({ serviceUrl, tokens }: SettingsInput) {
  const typed = tokenRoles.flatMap((role) => {
    const token = (tokens[role] ?? '').trim();
    return token === '' ? [] : [[tokenFields[role], token] as const];
  });
  return {
    jsonData: { serviceUrl: serviceUrl.trim().replace(/\/+$/, '') },
    secureJsonData: Object.fromEntries(typed),
  };
}
