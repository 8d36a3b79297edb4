import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, environmentNames, isSecret, readConfig } from './config.ts';

const noFile = (): string => {
  throw new Error('no file');
};

describe('configuration', () => {
  it('has loopback addresses and no secret by default', () => {
    const { settings, given } = readConfig({}, noFile);
    expect(settings.LOGLAKE_HOST).toBe('127.0.0.1');
    expect(settings.LOGLAKE_SYSLOG_HOST).toBe('127.0.0.1');
    expect(given.size).toBe(0);
    for (const name of environmentNames.filter(isSecret)) expect(settings[name] ?? '').toBe('');
  });

  it('names every variable that is wrong at once', () => {
    const read = () =>
      readConfig({ LOGLAKE_PORT: '99999', LOGLAKE_RAW_DAYS: 'many', LOGLAKE_TOKEN_ADMIN: 'short' }, noFile);
    expect(read).toThrow(ConfigError);
    for (const name of [/LOGLAKE_PORT/, /LOGLAKE_RAW_DAYS/, /LOGLAKE_TOKEN_ADMIN/]) expect(read).toThrow(name);
  });

  it('reads a secret from its file, and refuses both at once', () => {
    const variables = { LOGLAKE_TOKEN_ADMIN_FILE: '/run/secrets/admin' };
    expect(readConfig(variables, () => 'from-a-file-0123456\n').settings.LOGLAKE_TOKEN_ADMIN).toBe(
      'from-a-file-0123456'
    );
    expect(() => readConfig({ ...variables, LOGLAKE_TOKEN_ADMIN: 'given-too-0123456789' }, () => 'x')).toThrow(
      /not both/
    );
    expect(() => readConfig(variables, noFile)).toThrow(/cannot read/);
  });

  it('takes a certificate only with its key', () => {
    expect(() => readConfig({ LOGLAKE_TLS_CERT: 'cert.pem' }, noFile)).toThrow(/both or neither/);
  });

  it('refuses a database name that is no identifier', () => {
    expect(() => readConfig({ CLICKHOUSE_DATABASE: 'a; DROP' }, noFile)).toThrow(/CLICKHOUSE_DATABASE/);
  });

  it('is documented: docs/reference/configuration.md names every variable and its default', () => {
    const page = readFileSync(new URL('../../docs/reference/configuration.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` +\| (.*?) *\| (.+?) *\|$/gm)];
    const { settings } = readConfig({}, noFile);
    expect(rows.map((row) => row[1]).sort()).toEqual([...environmentNames].sort());
    for (const [, name, shown, meaning] of rows) {
      const known = environmentNames.find((candidate) => candidate === name);
      const value = known === undefined ? undefined : settings[known];
      expect([name, shown]).toEqual([name, value === undefined || value === '' ? '' : `\`${String(value)}\``]);
      expect([name, meaning?.startsWith('secret:')]).toEqual([name, isSecret(name ?? '')]);
    }
  });
});
