import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { routes } from '@loglake/contract/routes';
import { readConfig } from '../../backend/src/config.ts';
import { read, repository, textOf } from './repository.ts';

/** Instructions with their continued lines joined: `['COPY', 'a b']`. */
const instructions = textOf('Dockerfile')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const);
const all = (name: string) => instructions.flatMap(([instruction, rest]) => (instruction === name ? [rest] : []));
const last = instructions.slice(instructions.findLastIndex(([name]) => name === 'FROM'));
const config = readConfig({}).settings;

describe('Dockerfile', () => {
  it('builds on one exact version of Node that the project supports', () => {
    const { engines } = read('package.json', z.looseObject({ engines: z.object({ node: z.string() }) }));
    expect(engines.node).toBe('>=20.19');
    const bases = all('FROM').map((rest) => rest.split(' ')[0]);
    expect(new Set(bases)).toEqual(new Set(['node:20.20.2-bookworm-slim']));
  });

  it('copies only what is there and what .dockerignore lets through', () => {
    const allowed = textOf('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const sources = all('COPY')
      .filter((rest) => !rest.startsWith('--from'))
      .flatMap((rest) => rest.split(' ').slice(0, -1));
    expect(sources.length).toBeGreaterThan(8);
    for (const source of sources) {
      expect({ source, there: existsSync(path.join(repository, source)) }).toEqual({ source, there: true });
      expect({ source, allowed: allowed.some((one) => source === one || source.startsWith(`${one}/`)) }).toEqual({
        source,
        allowed: true,
      });
    }
  });

  it('names every workspace that the lock file has, or npm ci would refuse', () => {
    const { workspaces } = read('package.json', z.looseObject({ workspaces: z.array(z.string()) }));
    const copied = all('COPY').flatMap((rest) => rest.split(' '));
    for (const workspace of workspaces) expect(copied).toContain(`${workspace}/package.json`);
  });

  it('leaves the embedded engine out of what runs', () => {
    const install = all('RUN')
      .filter((rest) => rest.startsWith('npm ci'))
      .at(-1);
    expect(install).toContain('--omit=optional');
    expect(install).toContain('--omit=dev');
    const { optionalDependencies } = read(
      'backend/package.json',
      z.looseObject({ optionalDependencies: z.looseObject({}) })
    );
    expect(Object.keys(optionalDependencies)).toContain('chdb');
  });

  it('does not run as root', () => {
    expect(last.findLast(([name]) => name === 'USER')?.[1]).toBe('node');
    expect(last.findIndex(([name]) => name === 'USER')).toBeLessThan(last.findIndex(([name]) => name === 'CMD'));
  });

  it('starts the file that npm start starts', () => {
    const [, command] = last.findLast(([name]) => name === 'CMD') ?? [];
    const [, file] = z.tuple([z.literal('node'), z.string()]).parse(JSON.parse(command ?? ''));
    expect(textOf('scripts/start.mjs')).toContain(`'${file}'`);
  });

  it('sets variables that backend/src/config.ts reads', () => {
    const pairs = all('ENV')
      .flatMap((rest) => rest.split(/\s+/))
      .map((pair) => pair.split('=') as [string, string]);
    const ours = Object.fromEntries(pairs.filter(([name]) => name !== 'NODE_ENV'));
    expect([...readConfig(ours).given].sort()).toEqual(Object.keys(ours).sort());
    for (const folder of [ours['LOGLAKE_RULES_DIR'], ours['LOGLAKE_SCENARIOS_DIR']]) {
      expect(all('COPY')).toContain(`${path.basename(folder ?? '')} ${path.basename(folder ?? '')}`);
    }
  });

  it('ships the data that the service reads beside its code', () => {
    for (const folder of ['migrations', 'parsers', 'pipelines']) {
      expect(all('COPY')).toContain(`backend/${folder} backend/${folder}`);
    }
  });

  it('exposes the ports that the service listens on', () => {
    const { LOGLAKE_PORT, LOGLAKE_SYSLOG_PORT } = config;
    expect(all('EXPOSE')).toEqual([`${LOGLAKE_PORT} ${LOGLAKE_SYSLOG_PORT}/tcp ${LOGLAKE_SYSLOG_PORT}/udp`]);
  });

  it('is healthy by a route that needs no token', () => {
    expect(routes.liveness.role).toBeNull();
    const [check] = all('HEALTHCHECK');
    expect(check).toContain(`process.env.LOGLAKE_PORT || ${config.LOGLAKE_PORT}`);
    expect(check).toContain(`'${routes.liveness.path}'`);
  });
});
