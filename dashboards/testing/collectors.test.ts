import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { z } from 'zod';
import { testDatabase, type TestDatabase } from '../../backend/testing/database.ts';
import { readConfig } from '../../backend/src/config.ts';
import { composeService, mounts } from './compose.ts';
import { debianTool, type DebianTool } from './debian-tool.ts';
import { read, repository, textOf } from './repository.ts';
import { anyRow } from './panel-query.ts';

const syslogPort = readConfig({}).settings.LOGLAKE_SYSLOG_PORT;
const collectors = path.join(repository, 'provisioning', 'collectors');

/** The unpacked program; skips the test, saying why, where Debian's packages cannot be had. */
function available(tool: DebianTool | { unavailable: string }, context: TestContext): DebianTool {
  if ('unavailable' in tool) {
    process.stderr.write(`SKIPPED: ${context.task.name}: ${tool.unavailable}\n`);
    return context.skip(tool.unavailable);
  }
  return tool;
}

describe('provisioning/collectors/rsyslog.conf', () => {
  let tool: ReturnType<typeof debianTool>;
  beforeAll(() => {
    tool = debianTool(['rsyslog', 'libestr0', 'libfastjson4', 'liblognorm5']);
  }, 120_000);
  afterAll(() => {
    if ('root' in tool) rmSync(tool.root, { recursive: true });
  });

  const check = ({ root, run }: DebianTool, text: string) => {
    const [main, part] = [path.join(root, 'main.conf'), path.join(root, 'part.conf')];
    writeFileSync(part, text);
    writeFileSync(main, `global(workDirectory="${root}")\ninclude(file="${part}")\n`);
    const modules = path.join(root, 'usr/lib/x86_64-linux-gnu/rsyslog');
    return run('usr/sbin/rsyslogd', ['-N1', '-M', modules, '-f', main]);
  };

  it('is accepted by rsyslogd -N1', (context) => {
    const { code, output } = check(available(tool, context), textOf('provisioning/collectors/rsyslog.conf'));
    expect(output).toContain('End of config validation run');
    expect({ code, output: /error|warning/i.exec(output) }).toEqual({ code: 0, output: null });
  });

  it('would be refused with a parameter that omfwd does not have', (context) => {
    const broken = textOf('provisioning/collectors/rsyslog.conf').replace('TCP_Framing', 'TCP_Frames');
    expect(check(available(tool, context), broken)).toMatchObject({ code: 1 });
  });

  it('sends to the port that the service listens on', () => {
    expect(textOf('provisioning/collectors/rsyslog.conf')).toContain(`Port="${syslogPort}"`);
  });
});

describe('provisioning/collectors/syslog-ng.conf', () => {
  let tool: ReturnType<typeof debianTool>;
  beforeAll(() => {
    tool = debianTool(['syslog-ng-core', 'libivykis0', 'libnet1', 'libjson-c5', 'libpcre3', 'libwrap0']);
  }, 120_000);
  afterAll(() => {
    if ('root' in tool) rmSync(tool.root, { recursive: true });
  });

  const check = ({ root, run }: DebianTool, text: string) => {
    const file = path.join(root, 'main.conf');
    // As on Debian: the main file gives the version and the local source.
    writeFileSync(file, `@version: 3.38\nsource s_src { internal(); };\n${text}`);
    const state = ['persist', 'ctl', 'pid'].map((name) => path.join(root, name));
    const [persist = '', control = '', pid = ''] = state;
    const modules = path.join(root, 'usr/lib/syslog-ng/3.38');
    return run('usr/sbin/syslog-ng', [
      '--syntax-only',
      `--module-path=${modules}`,
      `--persist-file=${persist}`,
      `--control=${control}`,
      `--pidfile=${pid}`,
      '-f',
      file,
    ]);
  };

  it('is accepted by syslog-ng --syntax-only', (context) => {
    const text = textOf('provisioning/collectors/syslog-ng.conf');
    const { code, output } = check(available(tool, context), text);
    expect({ code, output: /error/i.exec(output) }).toEqual({ code: 0, output: null });
  });

  it('would be refused with an option that does not exist', (context) => {
    const broken = textOf('provisioning/collectors/syslog-ng.conf').replace(
      'flags(no-parse)',
      'flags(no-parse) nonsense(1)'
    );
    expect(check(available(tool, context), broken)).toMatchObject({ code: 1 });
  });

  it('sends to the port that the service listens on', () => {
    const ports = [...textOf('provisioning/collectors/syslog-ng.conf').matchAll(/127\.0\.0\.1"\s+port\((\d+)\)/g)];
    expect(ports.map((match) => match[1])).toEqual([String(syslogPort), String(syslogPort)]);
  });
});

describe('provisioning/collectors/vector.yaml', () => {
  const names = z.array(z.string());
  const vector = read(
    'provisioning/collectors/vector.yaml',
    z.looseObject({
      sources: z.record(z.string(), z.looseObject({ address: z.string().optional() })),
      transforms: z.object({ raw_line: z.looseObject({ inputs: names, source: z.string() }) }),
      sinks: z.object({
        raw_log: z.looseObject({
          inputs: names,
          endpoint: z.string(),
          database: z.string(),
          table: z.string(),
          auth: z.object({ strategy: z.string(), user: z.string(), password: z.string() }),
          encoding: z.strictObject({ only_fields: names, timestamp_format: z.literal('unix_ms') }),
          buffer: z.looseObject({ max_size: z.number() }),
        }),
      }),
    })
  );
  const sink = vector.sinks.raw_log;
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db.drop());

  it('joins every source to the sink', () => {
    expect(vector.transforms.raw_line.inputs.sort()).toEqual(Object.keys(vector.sources).sort());
    expect(sink.inputs).toEqual(['raw_line']);
  });

  it('writes exactly the fields that its transform makes', () => {
    const made = [...vector.transforms.raw_line.source.matchAll(/"(\w+)":/g)].map((match) => match[1]);
    expect(made).toEqual(sink.encoding.only_fields);
  });

  it('writes rows that raw_log takes, the rest by DEFAULT', async () => {
    expect(`${sink.database}.${sink.table}`).toBe('loglake.raw_log');
    const line = '<38>Nov 21 08:00:00 web1 sshd[1]: Failed password for root from 192.0.2.7 port 22 ssh2';
    const values: Record<string, string> = { raw: line, sender: '192.0.2.1', source: 'vector' };
    await db.store.insert('raw_log', [
      Object.fromEntries(sink.encoding.only_fields.map((name) => [name, values[name]])),
    ]);
    const stored = await db.store.compiled(
      'test.vector',
      {
        sql: `SELECT raw, sender, source, transport, run_id, dateDiff('second', received_at, now64(3)) AS age FROM raw_log`,
        params: {},
      },
      anyRow,
      { timeoutMs: 10_000, rowsMax: 10 }
    );
    expect(stored).toMatchObject([{ ...values, transport: 'clickhouse', run_id: '' }]);
    expect(Math.abs(Number(stored[0]?.['age']))).toBeLessThan(60);
  });

  it('has no disk buffer below the 256 MiB and 32 bytes that Vector refuses to start under', () => {
    expect(sink.buffer.max_size).toBeGreaterThanOrEqual(268_435_488);
  });

  it('uses no ${VARIABLE}, which Vector 0.57 sends as it is written', () => {
    const settings = textOf('provisioning/collectors/vector.yaml')
      .split('\n')
      .filter((one) => !one.trim().startsWith('#'));
    expect(settings.join('\n')).not.toContain('${');
  });

  it('runs in docker-compose.yml with its password, its ports and its configuration', () => {
    const service = composeService('vector');
    const secret = /^SECRET\[files\.(\w+)\]$/.exec(sink.auth.password)?.[1];
    expect(service.secrets).toEqual([secret]);
    expect(sink.auth.user).toBe('collector');
    expect(new URL(sink.endpoint).hostname).toBe('clickhouse');
    expect(service.profiles).toEqual(['collector']);
    const port = vector.sources['syslog_udp']?.address?.split(':')[1];
    expect(service.ports).toEqual([`127.0.0.1:${port}:${port}/tcp`, `127.0.0.1:${port}:${port}/udp`]);
    const mount = mounts(service).find(
      ({ source }) => path.join(repository, source) === path.join(collectors, 'vector.yaml')
    );
    expect(textOf('docker-compose.yml')).toContain(`[--config, ${mount?.target ?? 'nowhere'}]`);
  });
});

describe('provisioning/collectors/otel-collector.yaml', () => {
  const part = z.record(z.string(), z.unknown());
  const otel = read(
    'provisioning/collectors/otel-collector.yaml',
    z.strictObject({
      extensions: part,
      receivers: part,
      exporters: z.object({ syslog: z.looseObject({ port: z.number(), network: z.string(), protocol: z.string() }) }),
      service: z.object({
        extensions: z.array(z.string()),
        pipelines: z.object({ logs: z.object({ receivers: z.array(z.string()), exporters: z.array(z.string()) }) }),
      }),
    })
  );

  it('uses what it defines', () => {
    const { extensions, pipelines } = otel.service;
    expect(extensions).toEqual(Object.keys(otel.extensions));
    expect(pipelines.logs).toEqual({ receivers: Object.keys(otel.receivers), exporters: Object.keys(otel.exporters) });
  });

  it('sends RFC 5424 over TCP to the port that the service listens on', () => {
    expect(otel.exporters.syslog).toMatchObject({ port: syslogPort, network: 'tcp', protocol: 'rfc5424' });
  });
});
