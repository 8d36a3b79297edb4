import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../backend/src/config.ts';
import { clickhouseDatasource } from '../src/clickhouse-query.ts';
import { composeService } from './compose.ts';
import { read, textOf } from './repository.ts';

const files = ['datasources/clickhouse.yaml', 'dashboards/loglake.yaml', 'plugins/loglake-siem-app.yaml'];
const texts = z.record(z.string(), z.string());
const grafana = composeService('grafana');
const { apps } = read(
  'provisioning/grafana/plugins/loglake-siem-app.yaml',
  z.looseObject({
    apps: z.tuple([z.looseObject({ type: z.string(), disabled: z.boolean(), jsonData: texts, secureJsonData: texts })]),
  })
);
const { datasources } = read(
  'provisioning/grafana/datasources/clickhouse.yaml',
  z.looseObject({
    datasources: z.tuple([
      z.looseObject({ uid: z.string(), type: z.string(), jsonData: z.looseObject({}), secureJsonData: texts }),
    ]),
  })
);
const plugin = read(
  'plugin/src/plugin.json',
  z.looseObject({ id: z.string(), routes: z.array(z.looseObject({ path: z.string(), url: z.string() })) })
);

describe.each(files)('provisioning/grafana/%s', (file) => {
  const text = textOf(`provisioning/grafana/${file}`);

  it('holds no secret and no address: they come from variables and files that docker-compose.yml gives Grafana', () => {
    const used = text.replaceAll(/\$__file\{[^}]*\}/g, '').matchAll(/\$([A-Z][A-Z0-9_]*)/g);
    for (const [, name] of used) expect(Object.keys(grafana.environment)).toContain(name);
    for (const [, secret] of text.matchAll(/\$__file\{\/run\/secrets\/(\w+)\}/g)) {
      expect(grafana.secrets).toContain(secret);
    }
  });
});

describe('the app', () => {
  const [app] = apps;

  it('is our plugin, enabled', () => {
    expect(app).toMatchObject({ type: plugin.id, disabled: false });
  });

  it('has every setting that the proxy routes of plugin.json use, and no other', () => {
    const routes = JSON.stringify(plugin.routes);
    const used = (kind: string) =>
      [...new Set([...routes.matchAll(new RegExp(`\\.${kind}\\.(\\w+)`, 'g'))].map((match) => match[1]))].sort();
    expect(Object.keys(app.jsonData)).toEqual(used('JsonData'));
    expect(Object.keys(app.secureJsonData).sort()).toEqual(used('SecureJsonData'));
  });

  it('gives each route the token of its own role', () => {
    for (const { path, ...route } of plugin.routes) {
      const role = path.split('/')[0] ?? '';
      const setting = /SecureJsonData\.(\w+)/.exec(JSON.stringify(route))?.[1] ?? '';
      expect(app.secureJsonData[setting]).toBe(`$__file{/run/secrets/loglake_token_${role}}`);
    }
    expect(plugin.routes).toHaveLength(3);
  });

  it('reaches the rules service by its name and port', () => {
    expect(app.jsonData['serviceUrl']).toBe('$LOGLAKE_SERVICE_URL');
    const { LOGLAKE_PORT } = readConfig({}).settings;
    expect(grafana.environment['LOGLAKE_SERVICE_URL']).toBe(`http://loglake:${LOGLAKE_PORT}`);
    expect(Object.keys(composeService('loglake').environment)).toContain('LOGLAKE_PORT');
  });
});

describe('the data source', () => {
  const [datasource] = datasources;

  it('is the one that the dashboards name', () => {
    expect(datasource).toMatchObject(clickhouseDatasource);
  });

  it('reads our database as the read-only user, from the server of docker-compose.yml', () => {
    const { CLICKHOUSE_DATABASE } = readConfig(
      composeService('loglake').environment,
      () => 'a-secret-of-24-characters'
    ).settings;
    expect(datasource.jsonData).toMatchObject({ username: 'grafana', defaultDatabase: CLICKHOUSE_DATABASE });
    expect(datasource.jsonData['host']).toBe('$LOGLAKE_CLICKHOUSE_HOST');
    expect(composeService(grafana.environment['LOGLAKE_CLICKHOUSE_HOST'] ?? '').image).toContain('clickhouse-server');
  });

  it('asks for less time than the server allows', () => {
    const allowed = /<max>(\d+)<\/max>/.exec(textOf('provisioning/clickhouse/users.d/loglake.xml'))?.[1];
    expect(Number(datasource.jsonData['queryTimeout']) + 5).toBeLessThanOrEqual(Number(allowed));
  });
});
